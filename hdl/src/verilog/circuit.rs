//! A rust-hdl circuit as a tree of scopes: what [`Probe`] sees, with names as Verilog writes them.

use super::ModuleKind;
use rust_hdl::core::atom::is_atom_signed;
use rust_hdl::core::prelude::*;
use std::collections::BTreeSet;

/// What a signal is to the module that declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Input,
    Output,
    InOut,
    Local,
    Constant,
}

/// One signal (or constant) of a module.
#[derive(Debug, Clone)]
pub(super) struct Signal {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) width: usize,
    pub(super) signed: bool,
    /// Value of a constant, as rust-hdl prints it.
    pub(super) value: String,
    /// Variants of an enumeration type, in order of their values, as `Type::Variant`.
    pub(super) labels: Vec<String>,
}

/// One instance with its signals, its children and its update code.
pub(super) struct Scope {
    pub(super) instance: String,
    pub(super) path: String,
    pub(super) signals: Vec<Signal>,
    pub(super) children: Vec<Scope>,
    pub(super) code: Verilog,
    pub(super) kind: ModuleKind,
    /// Signals of the code whose assignments are left out; they are no longer among `signals` and those of `children`.
    pub(super) omitted: BTreeSet<String>,
}

/// Reads a circuit.
pub(super) fn read<U: Block>(circuit: &U, top: &str) -> Scope {
    let mut reader = Reader::default();
    circuit.accept(top, &mut reader);
    reader.done.expect("a LogicBlock opens a scope and closes it")
}

#[derive(Default)]
struct Reader {
    open: Vec<Scope>,
    namespace: Vec<String>,
    done: Option<Scope>,
}

impl Probe for Reader {
    fn visit_start_scope(&mut self, name: &str, node: &dyn Block) {
        let instance = name.replace('$', "_");
        let path = match self.open.last() {
            Some(parent) => format!("{}.{instance}", parent.path),
            None => instance.clone(),
        };
        let (signals, children, omitted) = (vec![], vec![], BTreeSet::new());
        let (code, kind) = (node.hdl(), ModuleKind::Logic);
        self.open.push(Scope { instance, path, signals, children, code, kind, omitted });
    }

    fn visit_start_namespace(&mut self, name: &str, _node: &dyn Block) {
        self.namespace.push(name.to_string());
    }

    fn visit_atom(&mut self, name: &str, atom: &dyn Atom) {
        if let (Some(kind), Some(scope)) = (ModuleKind::declared(atom), self.open.last_mut()) {
            scope.kind = kind;
            return;
        }
        let role = match atom.kind() {
            AtomKind::InputParameter => Role::Input,
            AtomKind::OutputParameter | AtomKind::OutputPassthrough => Role::Output,
            AtomKind::InOutParameter => Role::InOut,
            AtomKind::Constant => Role::Constant,
            AtomKind::LocalSignal | AtomKind::StubInputSignal | AtomKind::StubOutputSignal => Role::Local,
        };
        let labels = match atom.descriptor().kind {
            TypeKind::Enum(labels) => labels,
            _ => vec![],
        };
        let mut path = self.namespace.clone();
        path.push(name.to_string());
        let signal = Signal {
            name: path.join("_").replace('$', "_"),
            role,
            width: atom.bits(),
            signed: is_atom_signed(atom),
            value: atom.verilog().to_string(),
            labels,
        };
        if let Some(scope) = self.open.last_mut() {
            scope.signals.push(signal);
        }
    }

    fn visit_end_namespace(&mut self, _name: &str, _node: &dyn Block) {
        self.namespace.pop();
    }

    fn visit_end_scope(&mut self, _name: &str, _node: &dyn Block) {
        let closed = self.open.pop();
        match (self.open.last_mut(), closed) {
            (Some(parent), Some(scope)) => parent.children.push(scope),
            (None, scope) => self.done = scope,
            (Some(_), None) => {}
        }
    }
}
