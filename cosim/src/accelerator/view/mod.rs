//! [`View`]: which signals of a wave file to look at first, in groups, and how their values read, for
//! [GTKWave](https://gtkwave.github.io/gtkwave/) and [Surfer](https://surfer-project.org/).

mod groups;
mod gtkwave;
mod surfer;
mod table;

use super::AcceleratorError;
use ibert_hdl::verilog::Design;
use ibert_isa::Instruction;
use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

pub use table::Table;

/// The signals to look at first in waves of an accelerator. Each is one of the accelerator's Verilog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The scope of the top module's signals in a wave file.
    pub scope: String,
    /// The signals.
    pub groups: Vec<Group>,
    /// Names of values.
    pub tables: Vec<Table>,
}

/// Signals under a title.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// Title of the group.
    pub title: String,
    /// Whether they are shown at once.
    pub open: bool,
    /// Signals.
    pub traces: Vec<Trace>,
    /// Groups below them.
    pub groups: Vec<Group>,
}

/// A signal, or some of its bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Path below the top module.
    pub signal: String,
    /// Bits of the signal.
    pub width: usize,
    /// Which bits are shown, and their name; none for all.
    pub part: Option<(String, Range<usize>)>,
    /// Format of the values.
    pub format: Format,
}

/// Format of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// Bit by bit.
    Binary,
    /// In hexadecimal digits.
    Hexadecimal,
    /// As an unsigned decimal number.
    Unsigned,
    /// As a decimal number in two's complement.
    Signed,
    /// As the [`Table`] of that name says.
    Named(String),
}

/// Where a wave file begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaveRange {
    /// First nanosecond.
    pub from: u64,
    /// Its last one, or any later one if it is not known.
    pub to: u64,
    /// When cycle 0 of the program is.
    pub origin: u64,
}

impl View {
    /// The view of an accelerator that runs a program.
    ///
    /// # Errors
    /// [`AcceleratorError::NoSignal`]: the view names a signal that the Verilog does not have.
    pub fn new(design: &Design, program: &[Instruction]) -> Result<Self, AcceleratorError> {
        let mut tables = table::encodings(program);
        tables.extend(table::enumerations(design));
        // TOP is Verilator's name of the scope around the top module.
        let mut view = View { scope: format!("TOP.{}", design.top), groups: groups::groups(design)?, tables };
        let widths: HashMap<String, usize> = view.traces().into_iter().filter_map(Trace::named).collect();
        view.tables.iter_mut().for_each(|table| table.width = widths.get(&table.name).copied().unwrap_or_default());
        Ok(view)
    }

    /// The name of GTKWave's save file beside a wave file.
    pub fn path(wave: &Path) -> PathBuf {
        match wave.extension() {
            Some(extension) if extension == "gtkw" => PathBuf::from(format!("{}.gtkw", wave.display())),
            _ => wave.with_extension("gtkw"),
        }
    }

    /// The name of Surfer's command file beside a wave file.
    pub fn surfer_path(wave: &Path) -> PathBuf {
        View::path(wave).with_extension("sucl")
    }

    /// The folder of Surfer's mnemonic files beside a wave file.
    pub fn mnemonic_path(wave: &Path) -> PathBuf {
        View::path(wave).with_extension("mnemonic")
    }

    /// Writes the save file and the command file, and beside each a file for each table.
    ///
    /// # Errors
    /// [`AcceleratorError::View`] names the file that cannot be written.
    pub fn write(&self, wave: &Path, span: WaveRange) -> Result<(), AcceleratorError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| AcceleratorError::View { path, source }
        };
        let wave = std::path::absolute(wave).map_err(failed(wave))?;
        let save = View::path(&wave);
        for table in &self.tables {
            let path = gtkwave::table_path(&save, table);
            std::fs::write(&path, gtkwave::table(table)).map_err(failed(&path))?;
        }
        std::fs::write(&save, gtkwave::save(self, &wave, &save, span)).map_err(failed(&save))?;
        let (commands, mnemonics) = (View::surfer_path(&wave), View::mnemonic_path(&wave));
        std::fs::create_dir_all(&mnemonics).map_err(failed(&mnemonics))?;
        for table in &self.tables {
            let path = mnemonics.join(format!("{}.txt", table.name));
            std::fs::write(&path, surfer::mnemonics(table)).map_err(failed(&path))?;
        }
        std::fs::write(&commands, surfer::commands(self, span)).map_err(failed(&commands))
    }

    /// Every trace of every group.
    pub fn traces(&self) -> Vec<&Trace> {
        self.groups.iter().flat_map(Group::traces).collect()
    }
}

impl Trace {
    /// The table of its values, and their bits.
    fn named(&self) -> Option<(String, usize)> {
        match &self.format {
            Format::Named(table) => Some((table.clone(), self.width)),
            _ => None,
        }
    }
}

impl Group {
    fn traces(&self) -> Vec<&Trace> {
        self.traces.iter().chain(self.groups.iter().flat_map(Group::traces)).collect()
    }
}
