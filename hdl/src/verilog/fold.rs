//! Folding: structurally equal modules become one.
//!
//! rust-hdl makes a module of every instance, so a 16×16 array has 256 equal processing elements. Bottom up, two
//! modules are equal if titles, ports and bodies are equal, where a body names the (already folded) modules of its
//! instances.

use super::ModuleKind;
use super::body::{self, Body};
use super::circuit::{Role, Scope};
use super::error::EmitError;
use super::title::{self, Title};
use rust_hdl::core::prelude::Verilog;
use std::collections::{BTreeMap, HashMap};

/// A port of a module.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Port {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) width: usize,
    pub(super) signed: bool,
}

/// A module that stands for all its equals.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Folded {
    pub(super) title: Title,
    pub(super) kind: ModuleKind,
    pub(super) ports: Vec<Port>,
    pub(super) body: Body,
}

/// The distinct modules of a circuit; each comes after the modules that it instantiates, so the top is last.
#[derive(Default)]
pub(super) struct Fold<'a> {
    pub(super) modules: Vec<Folded>,
    /// The first instance of each module.
    pub(super) first: Vec<&'a Scope>,
    /// The module of each instance, by the instance's path.
    pub(super) of_path: HashMap<&'a str, usize>,
    known: HashMap<Folded, usize>,
}

/// Folds a circuit.
pub(super) fn fold(top: &Scope) -> Result<Fold<'_>, EmitError> {
    let mut fold = Fold::default();
    fold.add(top)?;
    Ok(fold)
}

impl<'a> Fold<'a> {
    fn add(&mut self, scope: &'a Scope) -> Result<usize, EmitError> {
        let index = self.module_of(scope)?;
        self.of_path.insert(&scope.path, index);
        Ok(index)
    }

    fn module_of(&mut self, scope: &'a Scope) -> Result<usize, EmitError> {
        let children = scope.children.iter().map(|child| self.add(child)).collect::<Result<Vec<_>, _>>()?;
        // A cell says $signed in its body where it matters, so that one serves signed and unsigned values.
        let cell = matches!(scope.code, Verilog::Custom(_));
        let ports = scope
            .signals
            .iter()
            .filter(|s| matches!(s.role, Role::Input | Role::Output | Role::InOut))
            .map(|s| Port { name: s.name.clone(), role: s.role, width: s.width, signed: s.signed && !cell })
            .collect();
        let module = Folded { title: title::of(scope)?, kind: scope.kind, ports, body: body::of(scope, &children)? };
        if let Some(index) = self.known.get(&module) {
            return Ok(*index);
        }
        let index = self.modules.len();
        self.known.insert(module.clone(), index);
        self.modules.push(module);
        self.first.push(scope);
        Ok(index)
    }

    /// A name for each module: that of its title, followed by the width of a port where several modules share one;
    /// `top` for the last.
    pub(super) fn names(&self, top: &str) -> Result<Vec<String>, EmitError> {
        let mut sharing: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, module) in self.modules.iter().enumerate() {
            let last = index + 1 == self.modules.len();
            sharing.entry(if last { top } else { &module.title.name }).or_default().push(index);
        }
        let mut names = vec![String::new(); self.modules.len()];
        for (name, group) in sharing {
            if let [only] = group.as_slice() {
                names[*only] = name.to_string();
                continue;
            }
            let widths = self.telling_widths(&group).ok_or_else(|| EmitError::AmbiguousName {
                name: name.to_string(),
                first: self.first[group[0]].path.clone(),
                second: self.first[group[1]].path.clone(),
            })?;
            for (index, width) in group.iter().zip(widths) {
                names[*index] = format!("{name}_{width}");
            }
        }
        Ok(names)
    }

    /// Widths of the first port that is different in each module of the group.
    fn telling_widths(&self, group: &[usize]) -> Option<Vec<usize>> {
        self.modules[group[0]].ports.iter().find_map(|port| {
            let width = |index: &usize| {
                self.modules[*index].ports.iter().find(|other| other.name == port.name).map(|other| other.width)
            };
            let widths: Vec<usize> = group.iter().map(width).collect::<Option<_>>()?;
            let mut distinct = widths.clone();
            distinct.sort_unstable();
            distinct.dedup();
            (distinct.len() == group.len()).then_some(widths)
        })
    }
}
