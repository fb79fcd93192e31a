//! `ibert verilog`: a hardware unit as Verilog files.

use std::io::{self, Write};
use std::path::PathBuf;

use ibert::fusesoc;
use ibert::testbench::Testbench;
use serde::Serialize;

use super::Verdict;
use super::arguments::VerilogArguments;
use super::console::{Console, Report};
use super::error::Error;
use super::unit;

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
    let unit = unit::named(&arguments.unit)?;
    let size = unit::size_of(unit, arguments.config)?;
    let (design, testbench) = (size.design()?, Testbench::new(unit, size)?);
    let modules = design.modules.iter().map(|module| (format!("{}.v", module.name), module.text.clone()));
    let list = (format!("{}.f", design.top), design.file_list());
    let files: Vec<_> = modules.chain(fusesoc::files(unit, &design, &testbench)).chain([list]).collect();
    let files = unit::write(&arguments.output, &files)?;
    let modules = design.modules.into_iter().map(|module| module.name).collect();
    console.report(&Emitted { top: design.top, modules, files });
    Ok(Verdict::Done)
}

impl Report for Emitted {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        self.files.iter().try_for_each(|file| writeln!(out, "{}", file.display()))
    }
}
