//! The inside of a module: instances, continuous assignments and combinational blocks.
//!
//! rust-hdl prints one `always @(*)` over everything. Here each target stands alone: a signal with one unconditional
//! assignment becomes an `assign`, or, if it is an instance's input and the value is short, goes into the port
//! connection; only signals assigned under a condition share an `always @(*)` block with the statements that assign
//! them.

use super::circuit::{self, Role, Scope};
use super::error::EmitError;
use super::expression::Names;
use super::hierarchy::Signal;
use super::piece::Piece;
use super::statement::Statements;
use rust_hdl::core::prelude::Verilog;
use std::collections::{BTreeMap, BTreeSet};

/// An instance of another module.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Instance {
    pub(super) comments: Vec<String>,
    /// Index of the module in the folded design.
    pub(super) module: usize,
    pub(super) name: String,
    /// Port and what it is connected to.
    pub(super) connections: Vec<(String, String)>,
}

/// The inside of a module. Two modules with equal ports and bodies are one module.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Body {
    /// `localparam`, `wire` and `reg` lines.
    pub(super) declarations: Vec<String>,
    /// What the `wire` and `reg` lines declare.
    pub(super) signals: Vec<Signal>,
    pub(super) instances: Vec<Instance>,
    /// Everything after the instances, a paragraph an item.
    pub(super) logic: Vec<String>,
    /// Outputs that are assigned in a procedural block.
    pub(super) registers: BTreeSet<String>,
}

/// The body of `scope`, whose children have been folded to the modules `children`.
pub(super) fn of(scope: &Scope, children: &[usize]) -> Result<Body, EmitError> {
    check_keywords(scope)?;
    match &scope.code {
        Verilog::Custom(text) => Ok(custom(scope, text)),
        Verilog::Combinatorial(code) => composite(scope, children, code),
        _ => Err(EmitError::Untitled { module: scope.path.clone() }),
    }
}

/// A cell's Verilog without its title line. An output is a `reg` unless an `assign` drives it.
fn custom(scope: &Scope, text: &str) -> Body {
    let lines: Vec<&str> = text.lines().skip(1).map(str::trim_end).collect();
    let assigned = |name: &str| {
        lines.iter().any(|line| {
            line.trim_start()
                .strip_prefix("assign ")
                .and_then(|rest| rest.strip_prefix(name))
                .is_some_and(|rest| rest.starts_with([' ', '[']))
        })
    };
    let outputs = scope.signals.iter().filter(|s| s.role == Role::Output && !assigned(&s.name));
    Body {
        registers: outputs.map(|s| s.name.clone()).collect(),
        logic: vec![lines.join("\n").trim_matches('\n').to_string()],
        ..Body::default()
    }
}

fn composite(scope: &Scope, children: &[usize], code: &rust_hdl::core::ast::VerilogBlock) -> Result<Body, EmitError> {
    let mut names = names_of(scope)?;
    let mut statements = Statements::new(&mut names, &scope.omitted);
    statements.read(code)?;
    let (pieces, read) = (statements.pieces, statements.read_signals);

    let assigned: BTreeSet<&String> = pieces.iter().flat_map(|piece| &piece.targets).collect();
    check_drivers(scope, &assigned)?;

    let mut body = Body::default();
    let mut connected: BTreeMap<String, String> = BTreeMap::new();
    let mut comments: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let inputs: BTreeMap<String, &str> = scope
        .children
        .iter()
        .flat_map(|child| {
            child
                .signals
                .iter()
                .filter(|s| s.role == Role::Input)
                .map(|s| (format!("{}_{}", child.instance, s.name), child.instance.as_str()))
        })
        .collect();
    for piece in &pieces {
        match piece {
            Piece { targets, simple: Some(value), .. }
                if inputs.contains_key(&targets[0]) && !read.contains(&targets[0]) =>
            {
                connected.insert(targets[0].clone(), value.clone());
                comments.entry(inputs[&targets[0]].to_string()).or_default().extend(piece.comments.clone());
            }
            piece => {
                let mut paragraph: Vec<String> = piece.comments.iter().map(|text| format!("// {text}")).collect();
                paragraph.push(piece.text.clone());
                body.logic.push(paragraph.join("\n"));
                if piece.procedural {
                    body.registers.extend(piece.targets.iter().cloned());
                }
            }
        }
    }

    declare_constants(scope, &names, &pieces, &mut body);
    let local = |name: &str, signal: &circuit::Signal, body: &mut Body| {
        let kind = if body.registers.contains(name) { "reg" } else { "wire" };
        body.declarations.push(format!("{}{name};", declaration(kind, signal.width, signal.signed)));
        body.signals.push(Signal { name: name.into(), width: signal.width, labels: signal.labels.clone() });
    };
    for signal in scope.signals.iter().filter(|s| s.role == Role::Local) {
        local(&signal.name, signal, &mut body);
    }
    for (child, module) in scope.children.iter().zip(children) {
        let mut connections = vec![];
        for port in child.signals.iter().filter(|s| matches!(s.role, Role::Input | Role::Output | Role::InOut)) {
            let wire = format!("{}_{}", child.instance, port.name);
            let wire = match connected.get(&wire) {
                Some(value) => value.clone(),
                None => {
                    let unread = port.role == Role::Output && !read.contains(&wire);
                    let wire = if unread { format!("unused_{wire}") } else { wire };
                    local(&wire, port, &mut body);
                    wire
                }
            };
            connections.push((port.name.clone(), wire));
        }
        let comments = comments.remove(&child.instance).unwrap_or_default();
        body.instances.push(Instance { comments, module: *module, name: child.instance.clone(), connections });
    }
    Ok(body)
}

/// For each signal that a module's code assigns, the signals that it depends on; and all signals that the code reads. A
/// cell, whose code is text, has neither.
pub(super) fn sources(scope: &Scope) -> Result<(Sources, BTreeSet<String>), EmitError> {
    let Verilog::Combinatorial(code) = &scope.code else { return Ok(Default::default()) };
    let mut names = names_of(scope)?;
    let mut statements = Statements::new(&mut names, &scope.omitted);
    statements.read(code)?;
    Ok((statements.sources, statements.read_signals))
}

/// What each signal depends on.
pub(super) type Sources = BTreeMap<String, BTreeSet<String>>;

/// `kind`, sign and range of a declaration, with the blank after it.
pub(super) fn declaration(kind: &str, width: usize, signed: bool) -> String {
    let sign = if signed { "signed " } else { "" };
    let range = if width > 1 { format!("[{}:0] ", width - 1) } else { String::new() };
    format!("{kind} {sign}{range}")
}

/// The keywords of IEEE 1364-2005, between blanks.
const KEYWORDS: &str = " always and assign automatic begin buf bufif0 bufif1 case casex casez cell cmos config deassign default defparam \
     design disable edge else end endcase endconfig endfunction endgenerate endmodule endprimitive endspecify endtable endtask event for \
     force forever fork function generate genvar highz0 highz1 if ifnone incdir include initial inout input instance integer join large \
     liblist library localparam macromodule medium module nand negedge nmos nor noshowcancelled not notif0 notif1 or output parameter \
     pmos posedge primitive pull0 pull1 pulldown pullup pulsestyle_onevent pulsestyle_ondetect rcmos real realtime reg release repeat \
     rnmos rpmos rtran rtranif0 rtranif1 scalared showcancelled signed small specify specparam strong0 strong1 supply0 supply1 table \
     task time tran tranif0 tranif1 tri tri0 tri1 triand trior trireg unsigned use uwire vectored wait wand weak0 weak1 while wire wor \
     xnor xor ";

/// No signal of a module, a cell's neither, and no instance is named as a keyword.
fn check_keywords(scope: &Scope) -> Result<(), EmitError> {
    let signals = scope.signals.iter().map(|signal| &signal.name);
    let mut names = signals.chain(scope.children.iter().map(|child| &child.instance));
    match names.find(|name| KEYWORDS.contains(&format!(" {name} "))) {
        Some(name) => Err(EmitError::NameTaken { module: scope.path.clone(), name: name.clone() }),
        None => Ok(()),
    }
}

/// Every name that the update code of `scope` may use.
fn names_of(scope: &Scope) -> Result<Names, EmitError> {
    let mut names =
        Names { module: scope.path.clone(), signals: BTreeMap::new(), constants: BTreeMap::new(), loops: vec![] };
    let own = scope.signals.iter().map(|s| (s.name.clone(), s));
    let ports = scope
        .children
        .iter()
        .flat_map(|child| child.signals.iter().map(|s| (format!("{}_{}", child.instance, s.name), s)))
        .filter(|(_, s)| matches!(s.role, Role::Input | Role::Output | Role::InOut));
    for (name, signal) in own.chain(ports) {
        for (value, label) in signal.labels.iter().enumerate() {
            names.constants.insert(label.replace("::", "_"), (value as u128, signal.width));
        }
        let taken = if signal.role == Role::Constant {
            let value = super::expression::literal_value(&signal.value).unwrap_or_default();
            names.constants.insert(name.clone(), (value, signal.width)).is_some()
        } else {
            names.signals.insert(name.clone(), (signal.width, signal.signed)).is_some()
        };
        if taken {
            return Err(EmitError::NameTaken { module: scope.path.clone(), name });
        }
    }
    Ok(names)
}

/// Outputs and the inputs of instances are driven; inputs and the outputs of instances are not.
fn check_drivers(scope: &Scope, assigned: &BTreeSet<&String>) -> Result<(), EmitError> {
    let own = scope.signals.iter().map(|s| (s.name.clone(), s.role == Role::Output, s.role == Role::Input));
    let ports = scope.children.iter().flat_map(|child| {
        child
            .signals
            .iter()
            .map(|s| (format!("{}_{}", child.instance, s.name), s.role == Role::Input, s.role == Role::Output))
    });
    for (signal, must, must_not) in own.chain(ports) {
        let module = scope.path.clone();
        if must && !assigned.contains(&signal) {
            return Err(EmitError::Undriven { module, signal });
        }
        if must_not && assigned.contains(&signal) {
            return Err(EmitError::NotAssignable { module, signal });
        }
    }
    Ok(())
}

/// A `localparam` for each constant and label that the code uses.
fn declare_constants(scope: &Scope, names: &Names, pieces: &[Piece], body: &mut Body) {
    for (name, (value, width)) in &names.constants {
        let used = pieces
            .iter()
            .any(|piece| piece.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name));
        if used {
            let signed = scope.signals.iter().any(|s| s.name == *name && s.signed);
            let value = super::expression::literal(*value, *width, signed);
            body.declarations.push(format!("{}{name} = {value};", declaration("localparam", *width, signed)));
        }
    }
}
