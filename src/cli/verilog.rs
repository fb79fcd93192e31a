//! `ibert verilog`: the accelerator, or a hardware unit, as Verilog files.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ibert_cosim::accelerator::AcceleratorError;
use ibert_hdl::catalogue;
use ibert_hdl::verilog::{Design, Observation};
use ibert_kit::datasheet;
use ibert_kit::fusesoc;
use ibert_kit::testbench::Testbench;
use schemars::JsonSchema;
use serde::Serialize;

use super::Verdict;
use super::arguments::{ConfigurationName, VerilogArguments};
use super::console::{Console, Report};
use super::error::Error;
use super::unit;

/// Pages of docs/ that describe the hardware; the references of instructions and registers are generated.
const PAGES: [(&str, &str); 6] = [
    ("driver.md", include_str!("../../docs/driver.md")),
    ("machine.md", include_str!("../../docs/machine.md")),
    ("numerics.md", include_str!("../../docs/numerics.md")),
    ("control.md", include_str!("../../docs/control.md")),
    ("cycle-model.md", include_str!("../../docs/cycle-model.md")),
    ("memory-traffic.md", include_str!("../../docs/memory-traffic.md")),
];

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Emitted {
    /// Name of the top module.
    top: String,
    /// Names of the modules, each after the modules that it instantiates.
    modules: Vec<String>,
    /// Files written, the file list last.
    files: Vec<PathBuf>,
    /// Other Verilog files in the folder, not written by this run.
    others: Vec<PathBuf>,
}

pub(super) fn run(arguments: &VerilogArguments, console: &Console) -> Result<Verdict, Error> {
    let (design, beside) = match &arguments.unit {
        Some(name) => of_unit(name, arguments.config, console)?,
        None => of_accelerator(arguments, console)?,
    };
    let modules = design.modules.iter().map(|module| (format!("{}.v", module.name), module.text.clone()));
    let list = (format!("{}.f", design.top), design.file_list());
    let files: Vec<_> = modules.chain(beside).chain([list]).collect();
    let files = unit::write(&arguments.output, &files)?;
    let modules = design.modules.into_iter().map(|module| module.name).collect();
    let others = others(&arguments.output, &files)?;
    console.report(&Emitted { top: design.top, modules, files, others });
    Ok(Verdict::Done)
}

/// Verilog files in a folder that were not written now: of another design, or of another configuration.
fn others(folder: &Path, files: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let refused = |source| Error::Folder { folder: folder.to_owned(), source };
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(refused)?;
    let paths = entries.into_iter().map(|entry| entry.path());
    let is_verilog = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "v");
    let mut others: Vec<PathBuf> = paths.filter(|path| is_verilog(path) && !files.contains(path)).collect();
    others.sort();
    Ok(others)
}

/// A design and its files other than modules.
type Package = (Design, Vec<(String, String)>);

fn of_unit(name: &str, config: Option<ConfigurationName>, console: &Console) -> Result<Package, Error> {
    let unit = unit::named(name)?;
    if config.is_some() {
        unit::note_of_one_size(unit, console);
    }
    let size = unit::size_of(unit, config.unwrap_or(ConfigurationName::Tiny))?;
    let design = size.design()?;
    let files = fusesoc::unit(unit, &design, &Testbench::new(unit, size)?);
    Ok((design, files))
}

fn of_accelerator(arguments: &VerilogArguments, console: &Console) -> Result<Package, Error> {
    if arguments.config.is_none() {
        console.step("no --config: this is the smallest accelerator, tiny; the others are small, base, large");
    }
    let configuration = arguments.config.unwrap_or(ConfigurationName::Tiny).hardware().with_softmax(arguments.softmax);
    let observation = if arguments.trace { Observation::On } else { Observation::Off };
    let unknown = AcceleratorError::UnknownConfiguration { name: configuration.name };
    let design = catalogue::accelerator(&configuration, observation).ok_or(Error::Accelerator(unknown))??;
    let files = fusesoc::accelerator(&configuration, &design).into_iter().chain(datasheet::files(&PAGES)).collect();
    Ok((design, files))
}

impl Report for Emitted {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Emitted { top, modules, files, others } = self;
        // A list of hundreds of modules hides the few files to begin with.
        let beside = |file: &&PathBuf| file.extension().is_none_or(|extension| extension != "v");
        files.iter().filter(beside).try_for_each(|file| writeln!(out, "{}", file.display()))?;
        let folder = files.last().and_then(|file| file.parent()).unwrap_or(Path::new(""));
        writeln!(
            out,
            "{} files in {}, {} of them a module each; top module {top}",
            files.len(),
            folder.display(),
            modules.len()
        )?;
        match others.len() {
            0 => Ok(()),
            count => writeln!(
                out,
                "{count} other Verilog files were there already, such as {}: read {top}.f, not *.v",
                others[0].display()
            ),
        }
    }
}
