//! rust-hdl statements as lines of Verilog, and what their targets depend on.

use super::error::EmitError;
use super::expression::Names;
use super::piece::{Line, Piece, group};
use rust_hdl::core::ast::*;
use std::collections::{BTreeMap, BTreeSet};

/// The update code of one module.
pub(super) struct Statements<'a> {
    names: &'a mut Names,
    /// Signals whose assignments are left out.
    omitted: &'a BTreeSet<String>,
    /// Whether an assignment has been left out since the last comment.
    omitting: bool,
    /// Signals read by the statement under translation and by the conditions around it.
    in_force: Vec<String>,
    pub(super) pieces: Vec<Piece>,
    /// Every signal whose value is used.
    pub(super) read_signals: BTreeSet<String>,
    /// For each assigned signal, the signals that its value depends on, conditions included.
    pub(super) sources: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Statements<'a> {
    pub(super) fn new(names: &'a mut Names, omitted: &'a BTreeSet<String>) -> Self {
        Statements {
            names,
            omitted,
            omitting: false,
            in_force: vec![],
            pieces: vec![],
            read_signals: BTreeSet::new(),
            sources: BTreeMap::new(),
        }
    }

    /// Translates a whole update, whose first statement is the title.
    pub(super) fn read(&mut self, code: &[VerilogStatement]) -> Result<(), EmitError> {
        let mut lines = vec![];
        self.flatten(code.get(1..).unwrap_or_default(), &mut vec![], &mut lines)?;
        self.pieces = group(lines);
        Ok(())
    }

    /// Unrolls loops and macros; a comment goes to the statement after it, or is left out with all statements up to the
    /// next comment.
    fn flatten(
        &mut self,
        code: &[VerilogStatement],
        comments: &mut Vec<String>,
        lines: &mut Vec<Line>,
    ) -> Result<(), EmitError> {
        for statement in code {
            match statement {
                VerilogStatement::Comment(text) => {
                    if std::mem::take(&mut self.omitting) {
                        comments.clear();
                    }
                    comments.push(comment_text(text));
                }
                VerilogStatement::Macro(inner) => self.flatten(inner, comments, lines)?,
                VerilogStatement::Loop(inner) => {
                    for value in inner.from.as_usize()..inner.to.as_usize() {
                        self.names.loops.push((inner.index.clone(), value as i128));
                        let unrolled = self.flatten(&inner.block, comments, lines);
                        self.names.loops.pop();
                        unrolled?;
                    }
                }
                other if self.omits(other)? => self.omitting = true,
                other => {
                    self.omitting = false;
                    let mut line = self.statement(other)?;
                    line.comments = std::mem::take(comments);
                    lines.push(line);
                }
            }
        }
        Ok(())
    }

    /// Whether everything that a statement assigns is left out.
    fn omits(&mut self, statement: &VerilogStatement) -> Result<bool, EmitError> {
        if self.omitted.is_empty() {
            return Ok(false);
        }
        Ok(match statement {
            VerilogStatement::Assignment(VerilogExpression::Signal(path), _)
            | VerilogStatement::SliceAssignment { base: VerilogExpression::Signal(path), .. } => {
                self.omitted.contains(&self.names.resolve(path)?)
            }
            VerilogStatement::If(condition) => {
                self.omits_all(&condition.then)? && self.omits_alternative(&condition.otherwise)?
            }
            VerilogStatement::Match(selection) => {
                selection.cases.iter().try_fold(true, |all, case| Ok(all && self.omits_all(&case.block)?))?
            }
            VerilogStatement::Loop(inner) => {
                let mut values = inner.from.as_usize()..inner.to.as_usize();
                values.try_fold(true, |all, value| {
                    self.names.loops.push((inner.index.clone(), value as i128));
                    let omitted = self.omits_all(&inner.block);
                    self.names.loops.pop();
                    Ok(all && omitted?)
                })?
            }
            VerilogStatement::Macro(inner) => self.omits_all(inner)?,
            VerilogStatement::Comment(_) => true,
            _ => false,
        })
    }

    fn omits_all(&mut self, code: &[VerilogStatement]) -> Result<bool, EmitError> {
        code.iter().try_fold(true, |all, statement| Ok(all && self.omits(statement)?))
    }

    fn omits_alternative(&mut self, otherwise: &VerilogBlockOrConditional) -> Result<bool, EmitError> {
        match otherwise {
            VerilogBlockOrConditional::None => Ok(true),
            VerilogBlockOrConditional::Block(block) => Ok(!self.omitted.is_empty() && self.omits_all(block)?),
            VerilogBlockOrConditional::Conditional(next) => self.omits(next),
        }
    }

    /// Translates a statement and notes what its targets depend on.
    fn statement(&mut self, statement: &VerilogStatement) -> Result<Line, EmitError> {
        let outside = self.in_force.len();
        let line = self.translated(statement);
        self.in_force.truncate(outside);
        line
    }

    fn translated(&mut self, statement: &VerilogStatement) -> Result<Line, EmitError> {
        match statement {
            VerilogStatement::Assignment(target, value) => self.assignment(target, value),
            VerilogStatement::SliceAssignment { base, width, offset, replacement } => {
                let VerilogExpression::Signal(path) = base else {
                    return Err(self.unsupported("assignment to a slice of an expression", "assign to a signal"));
                };
                let target = self.names.resolve(path)?;
                let offset = self.value(offset)?;
                let value = self.value(replacement)?.sized(*width, false);
                let line = format!("{target}[{} +: {width}] = {value};", offset.sized(32, false));
                self.note_sources(&target);
                Ok(Line { comments: vec![], targets: vec![target], lines: vec![line], assignment: None })
            }
            VerilogStatement::If(condition) => self.conditional(condition),
            VerilogStatement::Match(selection) => self.selection(selection),
            VerilogStatement::Link(_) => {
                Err(self.unsupported("link or join", "assign each signal with .next and .val()"))
            }
            VerilogStatement::Comment(_) | VerilogStatement::Loop(_) | VerilogStatement::Macro(_) => {
                let mut lines = vec![];
                self.flatten(std::slice::from_ref(statement), &mut vec![], &mut lines)?;
                Ok(Line {
                    comments: vec![],
                    targets: lines.iter().flat_map(|line| line.targets.clone()).collect(),
                    lines: lines.into_iter().flat_map(|line| line.lines).collect(),
                    assignment: None,
                })
            }
        }
    }

    fn assignment(&mut self, target: &VerilogExpression, value: &VerilogExpression) -> Result<Line, EmitError> {
        let VerilogExpression::Signal(path) = target else {
            return Err(self.unsupported("assignment to an expression", "assign to a signal's .next"));
        };
        let target = self.names.resolve(path)?;
        let (width, signed) = self.names.signal(&target)?;
        let value = self.value(value)?;
        let text = value.sized(width, signed);
        if let Some(right) = value.width().filter(|right| *right != width) {
            let (module, expression) = (self.names.module.clone(), format!("{target} = {text}"));
            return Err(EmitError::WidthMismatch { module, expression, left: width, right });
        }
        self.note_sources(&target);
        Ok(Line {
            comments: vec![],
            targets: vec![target.clone()],
            lines: vec![format!("{target} = {text};")],
            assignment: Some((target, text, value.is_simple())),
        })
    }

    fn conditional(&mut self, condition: &VerilogConditional) -> Result<Line, EmitError> {
        let test = self.value(&condition.test)?.sized(1, false);
        let (mut targets, mut lines) = (vec![], vec![format!("if ({test}) begin")]);
        self.block(&condition.then, &mut targets, &mut lines)?;
        match &condition.otherwise {
            VerilogBlockOrConditional::None => lines.push("end".into()),
            otherwise if self.omits_alternative(otherwise)? => lines.push("end".into()),
            VerilogBlockOrConditional::Block(block) => {
                lines.push("end else begin".into());
                self.block(block, &mut targets, &mut lines)?;
                lines.push("end".into());
            }
            VerilogBlockOrConditional::Conditional(next) => {
                let mut next = self.statement(next)?;
                targets.append(&mut next.targets);
                next.lines[0].insert_str(0, "end else ");
                lines.append(&mut next.lines);
            }
        }
        Ok(Line { comments: vec![], targets, lines, assignment: None })
    }

    fn selection(&mut self, selection: &VerilogMatch) -> Result<Line, EmitError> {
        let test = self.value(&selection.test)?;
        let (mut targets, mut lines) = (vec![], vec![format!("case ({})", test.sized(1, false))]);
        for case in &selection.cases {
            let label = match case.condition.parse::<u128>() {
                Ok(value) => super::expression::literal(value, test.width().unwrap_or(32), false),
                Err(_) if case.condition == "default" => "default".into(),
                Err(_) => self.names.resolve(&case.condition)?,
            };
            lines.push(format!("    {label}: begin"));
            let mut inner = vec![];
            self.block(&case.block, &mut targets, &mut inner)?;
            lines.extend(inner.into_iter().map(|line| format!("    {line}")));
            lines.push("    end".into());
        }
        lines.push("endcase".into());
        Ok(Line { comments: vec![], targets, lines, assignment: None })
    }

    /// The statements of a nested block, indented.
    fn block(
        &mut self,
        code: &[VerilogStatement],
        targets: &mut Vec<String>,
        lines: &mut Vec<String>,
    ) -> Result<(), EmitError> {
        let mut inner = vec![];
        self.flatten(code, &mut vec![], &mut inner)?;
        for line in inner {
            targets.extend(line.targets);
            lines.extend(line.comments.iter().map(|text| format!("    // {text}")));
            lines.extend(line.lines.iter().map(|text| format!("    {text}")));
        }
        Ok(())
    }

    /// Translates an expression and notes the signals that it reads.
    fn value(&mut self, expression: &VerilogExpression) -> Result<super::expression::Expression, EmitError> {
        self.note_reads(expression);
        self.names.translate(expression)
    }

    fn note_reads(&mut self, expression: &VerilogExpression) {
        use VerilogExpression::*;
        match expression {
            Signal(path) => {
                if let Ok(name) = self.names.resolve(path) {
                    self.in_force.push(name.clone());
                    self.read_signals.insert(name);
                }
            }
            Literal(_) => {}
            Cast(a, _) | Signed(a) | Unsigned(a) | Paren(a) | Unary(_, a) => self.note_reads(a),
            Binary(a, _, b) | Index(a, b) | Slice(a, _, b) => {
                self.note_reads(a);
                self.note_reads(b);
            }
            IndexReplace(a, b, c) => [a, b, c].into_iter().for_each(|e| self.note_reads(e)),
        }
    }

    fn note_sources(&mut self, target: &str) {
        self.sources.entry(target.to_string()).or_default().extend(self.in_force.iter().cloned());
    }

    fn unsupported(&self, construct: &str, instead: &'static str) -> EmitError {
        EmitError::Unsupported { module: self.names.module.clone(), construct: construct.into(), instead }
    }
}

/// The words of a comment. rust-hdl hands over the tokens of the macro, from which it has removed the macro's name and
/// the quotes only if the compiler spaced them as it expects.
pub(super) fn comment_text(tokens: &str) -> String {
    let text = match tokens.strip_prefix("comment") {
        Some(call) => call.split_once('"').map_or(call, |(_, text)| text),
        None => tokens,
    };
    let text = text.trim_end().strip_suffix(')').map_or(text, str::trim_end).trim_end_matches('"');
    text.replace("\\\"", "\"")
}
