//! Leaving out ports of the top module, and everything in the hierarchy that drives nothing else.
//!
//! A signal stays if a port that stays depends on it, along assignments and through instances. What is not read even
//! with all ports stays as well, so that only what the unwanted ports had for themselves disappears. Instances of one
//! module are treated alike: a port of it goes if no instance needs it, so the modules are those of the whole design,
//! some of them smaller.

use super::body::{self, Sources};
use super::circuit::{Role, Scope};
use super::error::EmitError;
use super::fold;
use rust_hdl::core::prelude::Verilog;
use std::collections::{BTreeSet, HashMap};

/// Removes the outputs of `top` that are `unwanted`, and what drives only them.
pub(super) fn prune(top: &mut Scope, unwanted: impl Fn(&str) -> bool) -> Result<(), EmitError> {
    let plan = Plan::new(top, unwanted)?;
    plan.apply(top);
    Ok(())
}

/// What stays of each module.
struct Plan {
    /// The module of each instance, by the instance's path.
    of_path: HashMap<String, usize>,
    needed: Vec<Needed>,
    /// What the code of each module assigns in vain.
    omitted: Vec<BTreeSet<String>>,
}

impl Plan {
    fn new(top: &Scope, unwanted: impl Fn(&str) -> bool) -> Result<Self, EmitError> {
        let fold = fold::fold(top)?;
        let modules = fold.first.iter().map(|scope| Wiring::of(scope, &fold.of_path)).collect::<Result<Vec<_>, _>>()?;
        let mut needed: Vec<Needed> = modules.iter().map(Wiring::unread).collect();
        let (last, inner) = needed.split_last_mut().expect("a circuit has a top module");
        last.extend(ports(top).filter(|(port, role)| *role != Role::Output || !unwanted(port)).map(owned));
        let mut read = vec![BTreeSet::new(); modules.len()];
        modules.iter().for_each(|module| module.note_read(&mut read));
        for ((scope, needed), read) in fold.first.iter().zip(inner).zip(read) {
            needed
                .extend(ports(scope).filter(|(port, role)| *role == Role::Output && !read.contains(*port)).map(owned));
        }
        // What an instance needs depends on its parent, and what a parent needs on its instances.
        let mut grown = true;
        while grown {
            grown = false;
            for (index, module) in modules.iter().enumerate().rev() {
                grown |= module.spread(index, &mut needed);
            }
        }
        let omitted = modules.iter().zip(&needed).map(|(module, needed)| module.omitted(needed)).collect();
        let of_path = fold.of_path.iter().map(|(path, module)| (path.to_string(), *module)).collect();
        Ok(Plan { of_path, needed, omitted })
    }

    /// Removes from a scope and its children what is not needed. A cell keeps all its ports.
    fn apply(&self, scope: &mut Scope) {
        if matches!(scope.code, Verilog::Custom(_)) {
            return;
        }
        let module = self.of_path[&scope.path];
        let needed = &self.needed[module];
        scope.signals.retain(|signal| signal.role == Role::Constant || needed.contains(&signal.name));
        scope.children.retain(|child| outputs(child).any(|output| needed.contains(&output)));
        scope.omitted.clone_from(&self.omitted[module]);
        scope.children.iter_mut().for_each(|child| self.apply(child));
    }
}

/// Names of signals that a module needs: its own, and `instance_port` of its instances.
type Needed = BTreeSet<String>;

/// What a module's signals depend on.
struct Wiring<'a> {
    scope: &'a Scope,
    /// The module of each child.
    children: Vec<usize>,
    sources: Sources,
    read: BTreeSet<String>,
    /// The child that drives a signal.
    driver: HashMap<String, usize>,
}

impl<'a> Wiring<'a> {
    fn of(scope: &'a Scope, of_path: &HashMap<&str, usize>) -> Result<Self, EmitError> {
        let (sources, read) = body::sources(scope)?;
        let children = scope.children.iter().map(|child| of_path[child.path.as_str()]).collect();
        let children_of = scope.children.iter().enumerate();
        let driver = children_of.flat_map(|(index, child)| outputs(child).map(move |output| (output, index))).collect();
        Ok(Wiring { scope, children, sources, read, driver })
    }

    fn is_cell(&self) -> bool {
        matches!(self.scope.code, Verilog::Custom(_))
    }

    /// Inputs and inner signals that the code does not read, and the outputs of instances of which it reads none.
    fn unread(&self) -> Needed {
        let own = self.scope.signals.iter().filter(|signal| signal.role != Role::Output).map(|signal| &signal.name);
        let own = own.filter(|name| !self.is_cell() && !self.read.contains(*name)).cloned();
        let is_idle = |child: &&Scope| outputs(child).all(|output| !self.read.contains(&output));
        own.chain(self.scope.children.iter().filter(is_idle).flat_map(outputs)).collect()
    }

    /// Notes the ports of the children's modules that this module reads.
    fn note_read(&self, read: &mut [BTreeSet<String>]) {
        for (child, module) in self.scope.children.iter().zip(&self.children) {
            read[*module].extend(ports(child).filter(|(port, _)| self.read.contains(&wire(child, port))).map(owned));
        }
    }

    /// Adds to what this module and its children need; says whether that was anything.
    fn spread(&self, module: usize, needed: &mut [Needed]) -> bool {
        if self.is_cell() {
            let before = needed[module].len();
            if before > 0 {
                needed[module].extend(self.scope.signals.iter().map(|signal| signal.name.clone()));
            }
            return needed[module].len() > before;
        }
        let mut reached = Needed::new();
        let mut open: Vec<String> = needed[module].iter().cloned().collect();
        while let Some(signal) = open.pop() {
            if !reached.insert(signal.clone()) {
                continue;
            }
            open.extend(self.sources.get(&signal).into_iter().flatten().cloned());
            if let Some(index) = self.driver.get(&signal) {
                let (child, inside) = (&self.scope.children[*index], &needed[self.children[*index]]);
                let inputs = ports(child).filter(|(port, role)| *role == Role::Input && inside.contains(*port));
                open.extend(inputs.map(|(port, _)| wire(child, port)));
            }
        }
        let mut grown = reached.len() > needed[module].len();
        for (child, inside) in self.scope.children.iter().zip(&self.children) {
            for port in ports(child).filter(|(port, _)| reached.contains(&wire(child, port))) {
                grown |= needed[*inside].insert(owned(port));
            }
        }
        needed[module] = reached;
        grown
    }

    /// What the code assigns and the module does not need.
    fn omitted(&self, needed: &Needed) -> Needed {
        self.sources.keys().filter(|target| !needed.contains(*target)).cloned().collect()
    }
}

/// The parent's name for a port.
fn wire(child: &Scope, port: &str) -> String {
    format!("{}_{port}", child.instance)
}

/// The parent's names for all ports of a child but inputs.
fn outputs(child: &Scope) -> impl Iterator<Item = String> {
    ports(child).filter(|(_, role)| *role != Role::Input).map(|(port, _)| wire(child, port))
}

fn owned((port, _): (&str, Role)) -> String {
    port.to_string()
}

fn ports(scope: &Scope) -> impl Iterator<Item = (&str, Role)> {
    let ports = scope.signals.iter().filter(|s| matches!(s.role, Role::Input | Role::Output | Role::InOut));
    ports.map(|port| (port.name.as_str(), port.role))
}

#[cfg(test)]
mod tests;
