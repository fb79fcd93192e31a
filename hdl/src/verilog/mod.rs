//! Verilog from a rust-hdl circuit: one readable file a module.
//!
//! rust-hdl's own generator names every instance's module by its path (`top$row$3$pe$0`), so equal modules appear once
//! an instance, and prints widths that linters complain about. [`generate`] walks the same circuit and the same syntax
//! tree and
//!
//! - leaves out the ports that only watch, and what drives nothing else, on request (`prune`);
//! - folds structurally equal modules into one (`fold`), named by the title that its Rust type carries (`title`);
//! - prints expressions whose widths agree (`expression`, `statement`) and groups assignments by what they drive (`piece`);
//! - checks that everything that must be driven is driven (`body`).
//!
//! The same circuit gives the same text, byte for byte. The Verilog is IEEE 1364-2005, without initial values (reset is
//! explicit).

mod body;
mod circuit;
mod error;
mod expression;
mod fold;
mod hierarchy;
mod index;
mod kind;
mod piece;
mod print;
mod prune;
mod statement;
mod title;

pub use error::EmitError;
pub use hierarchy::{Instance, Signal};
pub use kind::ModuleKind;

use rust_hdl::core::prelude::Block;
use std::io;
use std::path::{Path, PathBuf};

/// One Verilog module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// Its name; the file is `<name>.v`.
    pub name: String,
    /// Kind.
    pub kind: ModuleKind,
    /// The text of its file.
    pub text: String,
    /// Its ports and, unless it is a cell, the signals that it declares.
    pub signals: Vec<Signal>,
    /// The modules in it.
    pub instances: Vec<Instance>,
}

/// A port of the top module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Name.
    pub name: String,
    /// Whether it is driven from outside.
    pub input: bool,
    /// Bits.
    pub width: usize,
    /// Whether it is read as a two's complement number.
    pub signed: bool,
}

/// A circuit in Verilog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Design {
    /// Name of the top module.
    pub top: String,
    /// Its ports, in order.
    pub ports: Vec<Port>,
    /// The modules; each comes after those it instantiates, so the top is last.
    pub modules: Vec<Module>,
}

/// How the names of outputs begin that only watch.
const OBSERVING: [&str; 2] = ["trace_", "watch_"];

/// Whether a design has the ports that only watch it: the outputs of the top module named `trace_*` and `watch_*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observation {
    /// All ports, for simulation.
    On,
    /// Neither these ports nor anything that drives only them, for synthesis.
    Off,
}

/// Verilog of `circuit` with all its ports, whose top module is named `top`.
///
/// # Errors
/// [`EmitError`] names the instance and what is wrong with it: an undriven signal, widths that differ, a missing title.
pub fn generate<U: Block>(circuit: &U, top: &str) -> Result<Design, EmitError> {
    generate_with(circuit, top, Observation::On)
}

/// [`generate`], with or without the ports that only watch.
///
/// # Errors
/// As [`generate`].
pub fn generate_with<U: Block>(circuit: &U, top: &str, observation: Observation) -> Result<Design, EmitError> {
    let mut scope = circuit::read(circuit, top);
    if observation == Observation::Off {
        prune::prune(&mut scope, |output| OBSERVING.iter().any(|prefix| output.starts_with(prefix)))?;
    }
    let fold = fold::fold(&scope)?;
    let names = fold.names(top)?;
    let ports = fold.modules.last().map(|module| module.ports.as_slice()).unwrap_or_default();
    let ports = ports.iter().map(|port| Port {
        name: port.name.clone(),
        input: port.role == circuit::Role::Input,
        width: port.width,
        signed: port.signed,
    });
    let modules = fold.modules.iter().zip(&names).map(|(module, name)| Module {
        name: name.clone(),
        kind: module.kind,
        text: print::module(module, name, &names),
        signals: hierarchy::signals(module),
        instances: hierarchy::instances(module, &names),
    });
    Ok(Design { top: top.to_string(), ports: ports.collect(), modules: modules.collect() })
}

impl Design {
    /// Adds a paragraph to the comment at the head of the top module.
    pub(crate) fn head(&mut self, paragraph: &str) {
        const END: &str = "//\n// Generated from rust-hdl";
        if let Some(top) = self.modules.last_mut() {
            top.text = top.text.replacen(END, &format!("//\n{}{END}", print::comment(paragraph)), 1);
        }
    }

    /// All modules in one text, in the order of [`Design::modules`].
    pub fn text(&self) -> String {
        self.modules.iter().map(|module| module.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The file list: one file name a line, each after the files it depends on.
    pub fn file_list(&self) -> String {
        self.modules.iter().map(|module| format!("{}.v\n", module.name)).collect()
    }

    /// Writes `<module>.v` for each module and the file list `<top>.f` into `folder`, which is created if need be.
    /// Returns the paths written, the file list last.
    pub fn write(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        std::fs::create_dir_all(folder)?;
        let files = self.modules.iter().map(|module| (format!("{}.v", module.name), module.text.clone()));
        let list = (format!("{}.f", self.top), self.file_list());
        let mut written = vec![];
        for (name, text) in files.chain([list]) {
            let path = folder.join(name);
            std::fs::write(&path, text)?;
            written.push(path);
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests;
