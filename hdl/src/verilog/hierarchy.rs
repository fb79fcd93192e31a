//! What is where in a [`Design`]: signals by the path of instances, as simulators name them.

use super::fold::Folded;
use super::{Design, Module};

/// A port, wire or register of a module.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Signal {
    /// Name.
    pub name: String,
    /// Bits.
    pub width: usize,
    /// For an enumeration that is not a port: the names of the values from 0 on, as `Type::Variant`.
    pub labels: Vec<String>,
}

/// A module inside another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Name of the instance.
    pub name: String,
    /// Name of its module.
    pub module: String,
}

pub(super) fn signals(module: &Folded) -> Vec<Signal> {
    let ports = module.ports.iter().map(|port| Signal { name: port.name.clone(), width: port.width, labels: vec![] });
    ports.chain(module.body.signals.iter().cloned()).collect()
}

pub(super) fn instances(module: &Folded, names: &[String]) -> Vec<Instance> {
    let instances = module.body.instances.iter();
    instances.map(|instance| Instance { name: instance.name.clone(), module: names[instance.module].clone() }).collect()
}

impl Design {
    /// The signal at a path below the top module, instances and signal separated by points.
    pub fn signal(&self, path: &str) -> Option<&Signal> {
        let (instances, name) = path.rsplit_once('.').unwrap_or(("", path));
        let instances = instances.split('.').filter(|instance| !instance.is_empty());
        let module = instances.fold(self.module(&self.top), |module, name| {
            let instance = module?.instances.iter().find(|instance| instance.name == name)?;
            self.module(&instance.module)
        });
        module?.signals.iter().find(|signal| signal.name == name)
    }

    /// Every signal whose type is an enumeration, with its path below the top module.
    pub fn enumerations(&self) -> Vec<(String, &Signal)> {
        let mut found = vec![];
        if let Some(top) = self.module(&self.top) {
            self.enumerations_in(top, "", &mut found);
        }
        found
    }

    fn enumerations_in<'a>(&'a self, module: &'a Module, path: &str, found: &mut Vec<(String, &'a Signal)>) {
        let signals = module.signals.iter().filter(|signal| !signal.labels.is_empty());
        found.extend(signals.map(|signal| (format!("{path}{}", signal.name), signal)));
        for instance in &module.instances {
            if let Some(inside) = self.module(&instance.module) {
                self.enumerations_in(inside, &format!("{path}{}.", instance.name), found);
            }
        }
    }

    fn module(&self, name: &str) -> Option<&Module> {
        self.modules.iter().find(|module| module.name == name)
    }
}
