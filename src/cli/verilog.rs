//! `ibert verilog`: a hardware unit as Verilog files.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use ibert::staging::Staged;
use ibert_hdl::catalogue::{self, UnitSize};
use serde::Serialize;

use super::Verdict;
use super::arguments::{Configuration, VerilogArguments};
use super::console::{Console, Report};
use super::error::Error;

#[derive(Debug, Serialize)]
struct Emitted {
    /// Name of the top module.
    top: String,
    /// Names of the modules, each after those it instantiates.
    modules: Vec<String>,
    /// The files, the file list last.
    files: Vec<PathBuf>,
}

pub(super) fn run(arguments: &VerilogArguments, console: &Console) -> Result<Verdict, Error> {
    let design = size_of(&arguments.unit, arguments.config)?.design()?;
    let folder = &arguments.output;
    fs::create_dir_all(folder).map_err(|source| Error::Folder { folder: folder.clone(), source })?;
    let modules = design.modules.iter().map(|module| (format!("{}.v", module.name), module.text.clone()));
    let list = (format!("{}.f", design.top), design.file_list());
    let mut files = Vec::new();
    for (name, text) in modules.chain([list]) {
        let path = folder.join(name);
        let staged = Staged::file(&path)?;
        fs::write(staged.path(), text).map_err(|source| Error::Folder { folder: folder.clone(), source })?;
        staged.publish()?;
        files.push(path);
    }
    let modules = design.modules.into_iter().map(|module| module.name).collect();
    console.report(&Emitted { top: design.top, modules, files });
    Ok(Verdict::Done)
}

/// The size of a unit in a configuration; a unit that has one size has it in each.
fn size_of(name: &str, config: Configuration) -> Result<&'static UnitSize, Error> {
    let unknown = || Error::UnknownUnit { name: name.to_owned(), known: unit_names() };
    let unit = catalogue::unit(name).ok_or_else(unknown)?;
    let fits = |size: &&UnitSize| size.side.is_none_or(|side| side == config.side());
    unit.sizes.iter().find(fits).ok_or_else(unknown)
}

fn unit_names() -> String {
    catalogue::units().iter().map(|unit| unit.name).collect::<Vec<_>>().join(", ")
}

impl Report for Emitted {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        self.files.iter().try_for_each(|file| writeln!(out, "{}", file.display()))
    }
}
