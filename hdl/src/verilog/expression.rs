//! rust-hdl expressions as Verilog text whose widths agree.
//!
//! rust-hdl checks widths through Rust's types and then prints literals 32 or 64 bits wide and casts as masks. Here
//! every expression carries its width, literals take the width of their neighbour, and casts become slices or zero
//! extensions, so that a linter has nothing to say. Operands of nested operators are parenthesized: Rust's precedence
//! is not Verilog's.

use super::error::EmitError;
use super::index;
use rust_hdl::core::ast::{VerilogExpression, VerilogOp, VerilogOpUnary};
use std::collections::BTreeMap;

/// What an expression may name inside one module.
pub(super) struct Names {
    /// Instance path, for errors.
    pub(super) module: String,
    /// Width and signedness of each signal, by Verilog name.
    pub(super) signals: BTreeMap<String, (usize, bool)>,
    /// Value and width of each enumeration label and constant, by Verilog name.
    pub(super) constants: BTreeMap<String, (u128, usize)>,
    /// Loop variables in force.
    pub(super) loops: Vec<(String, i128)>,
}

/// How a piece of text may be used in a larger one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A whole signal: may be indexed.
    Name,
    /// Anything that binds tighter than every operator.
    Atom,
    /// `$signed` or `$unsigned`: an atom, but not for a port connection, where Yosys 0.23 stops at it with an
    /// assertion.
    Cast,
    /// An application of this operator.
    Operation(&'static str),
}

/// A translated expression.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    /// A known value; without a width it takes the one of its neighbour.
    Constant { value: u128, width: Option<usize> },
    /// Anything else.
    Text { text: String, width: usize, signed: bool, form: FormOf },
}

/// [`Form`], sealed: only this file builds one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FormOf(Form);

impl Expression {
    fn text(text: String, width: usize, signed: bool, form: Form) -> Self {
        Expression::Text { text, width, signed, form: FormOf(form) }
    }

    /// Width, if the expression has one of its own.
    pub(super) fn width(&self) -> Option<usize> {
        match self {
            Expression::Constant { width, .. } => *width,
            Expression::Text { width, .. } => Some(*width),
        }
    }

    fn signed(&self) -> bool {
        matches!(self, Expression::Text { signed: true, .. })
    }

    /// Whether the text is short enough to stand in a port connection.
    pub(super) fn is_simple(&self) -> bool {
        !matches!(self, Expression::Text { form: FormOf(Form::Operation(_) | Form::Cast), .. })
    }

    /// The Verilog, a constant printed `width` bits wide.
    pub(super) fn sized(&self, width: usize, signed: bool) -> String {
        match self {
            Expression::Constant { value, .. } => literal(*value, width, signed),
            Expression::Text { text, .. } => text.clone(),
        }
    }

    /// The Verilog as an operand of `operator`.
    fn operand(&self, operator: &'static str, width: usize, signed: bool) -> String {
        let text = self.sized(width, signed);
        match self {
            Expression::Text { form: FormOf(Form::Operation(inner)), .. }
                if *inner != operator || !["+", "&", "|", "^", "&&", "||"].contains(&operator) =>
            {
                format!("({text})")
            }
            _ => text,
        }
    }
}

/// A sized Verilog literal: decimal when short, else hexadecimal.
pub(super) fn literal(value: u128, width: usize, signed: bool) -> String {
    let sign = if signed { "s" } else { "" };
    if value < 1000 { format!("{width}'{sign}d{value}") } else { format!("{width}'{sign}h{value:x}") }
}

/// The value of a literal as rust-hdl prints one: `8'hff`, `3'b101`.
pub(super) fn literal_value(text: &str) -> Option<u128> {
    let (_, digits) = text.split_once('\'')?;
    match digits.split_at_checked(1)? {
        ("h", digits) => u128::from_str_radix(digits, 16).ok(),
        ("b", digits) => u128::from_str_radix(digits, 2).ok(),
        _ => None,
    }
}

impl Names {
    /// The Verilog name of a rust-hdl path.
    pub(super) fn resolve(&self, path: &str) -> Result<String, EmitError> {
        index::verilog_name(path, &self.loops)
            .ok_or_else(|| EmitError::UnknownName { module: self.module.clone(), name: path.to_string() })
    }

    fn unsupported(&self, construct: impl Into<String>, instead: &'static str) -> EmitError {
        EmitError::Unsupported { module: self.module.clone(), construct: construct.into(), instead }
    }

    /// Width and signedness of a signal.
    pub(super) fn signal(&self, name: &str) -> Result<(usize, bool), EmitError> {
        let unknown = || EmitError::UnknownName { module: self.module.clone(), name: name.to_string() };
        self.signals.get(name).copied().ok_or_else(unknown)
    }

    /// Translates an expression.
    pub(super) fn translate(&self, expression: &VerilogExpression) -> Result<Expression, EmitError> {
        match expression {
            VerilogExpression::Signal(path) => self.named(path),
            VerilogExpression::Literal(value) => match literal_value(&value.to_string()) {
                Some(value) => Ok(Expression::Constant { value, width: None }),
                None => Err(self.unsupported(format!("literal {value}"), "write a non-negative one below 2^128")),
            },
            VerilogExpression::Paren(inner) => self.translate(inner),
            VerilogExpression::Cast(inner, width) => self.resized(self.translate(inner)?, *width),
            VerilogExpression::Signed(inner) => self.reinterpreted(self.translate(inner)?, true),
            VerilogExpression::Unsigned(inner) => self.reinterpreted(self.translate(inner)?, false),
            VerilogExpression::Unary(operator, inner) => self.unary(operator, self.translate(inner)?),
            VerilogExpression::Binary(left, operator, right) => {
                self.binary(self.translate(left)?, operator, self.translate(right)?)
            }
            VerilogExpression::Index(base, offset) => self.slice(self.translate(base)?, 1, self.translate(offset)?),
            VerilogExpression::Slice(base, width, offset) => {
                self.slice(self.translate(base)?, *width, self.translate(offset)?)
            }
            VerilogExpression::IndexReplace(..) => {
                Err(self.unsupported("replace_bit", "use a cell that names what it does"))
            }
        }
    }

    fn named(&self, path: &str) -> Result<Expression, EmitError> {
        if let Some((_, value)) = self.loops.iter().rev().find(|(name, _)| name == path) {
            return Ok(Expression::Constant { value: *value as u128, width: None });
        }
        let name = self.resolve(path)?;
        if let Some((_, width)) = self.constants.get(&name) {
            return Ok(Expression::text(name, *width, false, Form::Atom));
        }
        let (width, signed) = self.signal(&name)?;
        Ok(Expression::text(name, width, signed, Form::Name))
    }

    /// `bit_cast`, `bits`: drops high bits or extends with zeros.
    fn resized(&self, inner: Expression, to: usize) -> Result<Expression, EmitError> {
        let (text, width, form) = match inner {
            Expression::Constant { value, .. } => {
                let mask = if to >= 128 { u128::MAX } else { (1 << to) - 1 };
                return Ok(Expression::Constant { value: value & mask, width: Some(to) });
            }
            Expression::Text { text, width, form, .. } => (text, width, form.0),
        };
        if to == width {
            Ok(Expression::text(text, width, false, form))
        } else if to > width {
            Ok(Expression::text(format!("{{{{{}{{1'b0}}}}, {text}}}", to - width), to, false, Form::Atom))
        } else if form == Form::Name {
            Ok(Expression::text(format!("{text}[{}:0]", to - 1), to, false, Form::Atom))
        } else {
            Err(self.unsupported(format!("bit_cast of `{text}` to {to} bits"), "assign it to a Local signal first"))
        }
    }

    fn reinterpreted(&self, inner: Expression, to_signed: bool) -> Result<Expression, EmitError> {
        Ok(match inner {
            Expression::Text { text, width, signed, .. } if signed != to_signed => {
                let function = if to_signed { "$signed" } else { "$unsigned" };
                Expression::text(format!("{function}({text})"), width, to_signed, Form::Cast)
            }
            same => same,
        })
    }

    fn unary(&self, operator: &VerilogOpUnary, inner: Expression) -> Result<Expression, EmitError> {
        let (symbol, reduces) = match operator {
            VerilogOpUnary::Not => ("~", false),
            VerilogOpUnary::Neg => ("-", false),
            VerilogOpUnary::All => ("&", true),
            VerilogOpUnary::Any => ("|", true),
            VerilogOpUnary::Xor => ("^", true),
        };
        let width = inner.width().ok_or_else(|| {
            self.unsupported(format!("`{symbol}` of a bare literal"), "give it a width with bits::<N>()")
        })?;
        let text = format!("{symbol}{}", inner.operand(symbol, width, false));
        let signed = inner.signed() && !reduces;
        let form = if reduces { Form::Operation("reduction") } else { Form::Operation(symbol) };
        Ok(Expression::text(text, if reduces { 1 } else { width }, signed, form))
    }

    fn binary(&self, left: Expression, operator: &VerilogOp, right: Expression) -> Result<Expression, EmitError> {
        let (symbol, kind) = match operator {
            VerilogOp::Add => ("+", Kind::Same),
            VerilogOp::Sub => ("-", Kind::Same),
            VerilogOp::BitXor => ("^", Kind::Same),
            VerilogOp::BitAnd => ("&", Kind::Same),
            VerilogOp::BitOr => ("|", Kind::Same),
            VerilogOp::LogicalAnd => ("&&", Kind::Comparison),
            VerilogOp::LogicalOr => ("||", Kind::Comparison),
            VerilogOp::Eq => ("==", Kind::Comparison),
            VerilogOp::Ne => ("!=", Kind::Comparison),
            VerilogOp::Lt => ("<", Kind::Comparison),
            VerilogOp::Le => ("<=", Kind::Comparison),
            VerilogOp::Gt => (">", Kind::Comparison),
            VerilogOp::Ge => (">=", Kind::Comparison),
            VerilogOp::Shl => ("<<", Kind::Shift),
            VerilogOp::Shr => (">>", Kind::Shift),
            VerilogOp::Mul => ("*", Kind::Same),
        };
        if let (Expression::Constant { value: a, width: None }, Expression::Constant { value: b, width: None }) =
            (&left, &right)
        {
            return index::evaluate(&format!("{a}{symbol}{b}"), &[])
                .map(|value| Expression::Constant { value: value as u128, width: None })
                .ok_or_else(|| self.unsupported(format!("`{a} {symbol} {b}`"), "write its value"));
        }
        if symbol == "*" {
            return Err(self.unsupported("`*`", "use the Multiplier cell, whose widths are explicit"));
        }
        if kind == Kind::Shift {
            return self.shift(left, symbol, right);
        }
        let width = left.width().or(right.width()).unwrap_or(1);
        let signed = left.signed() || right.signed();
        let (left_text, right_text) =
            (left.operand(symbol, width, signed), right.operand(symbol, right.width().unwrap_or(width), signed));
        let text = format!("{left_text} {symbol} {right_text}");
        if let Some(right) = right.width().filter(|right| *right != width) {
            return Err(EmitError::WidthMismatch { module: self.module.clone(), expression: text, left: width, right });
        }
        let width = if kind == Kind::Comparison { 1 } else { width };
        Ok(Expression::text(text, width, signed && kind == Kind::Same, Form::Operation(symbol)))
    }

    fn shift(&self, left: Expression, symbol: &'static str, right: Expression) -> Result<Expression, EmitError> {
        let width = left
            .width()
            .ok_or_else(|| self.unsupported("a shift of a bare literal", "give it a width with bits::<N>()"))?;
        let amount = match &right {
            Expression::Constant { value, width: None } => value.to_string(),
            sized => sized.operand(symbol, sized.width().unwrap_or(1), false),
        };
        let text = format!("{} {symbol} {amount}", left.operand(symbol, width, false));
        Ok(Expression::text(text, width, left.signed(), Form::Operation(symbol)))
    }

    fn slice(&self, base: Expression, width: usize, offset: Expression) -> Result<Expression, EmitError> {
        let (name, from, signed) = match base {
            Expression::Text { text, width, signed, form: FormOf(Form::Name) } => (text, width, signed),
            _ => return Err(self.unsupported("a slice of an expression", "assign it to a Local signal first")),
        };
        let text = match offset {
            Expression::Constant { value, .. } if value as usize + width > from => {
                let (module, slice) = (self.module.clone(), format!("{name}[{value} +: {width}]"));
                return Err(EmitError::SliceBeyondEnd { module, slice, width: from });
            }
            Expression::Constant { .. } if width == from => name,
            Expression::Constant { value, .. } if width == 1 => format!("{name}[{value}]"),
            Expression::Constant { value, .. } => format!("{name}[{}:{value}]", value as usize + width - 1),
            Expression::Text { text, .. } if width == 1 => format!("{name}[{text}]"),
            Expression::Text { text, .. } => format!("{name}[{text} +: {width}]"),
        };
        // A part select is unsigned in Verilog; in rust-hdl a part of a signed value is signed.
        let text = if signed && width > 1 { format!("$signed({text})") } else { text };
        Ok(Expression::text(text, width, signed, Form::Atom))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Same,
    Comparison,
    Shift,
}
