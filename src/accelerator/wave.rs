//! [`Wave`]: which cycles go to a wave file.

use ibert_sim::Trace;
use std::path::PathBuf;

/// A wave file of some cycles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// The file: FST if its name ends in `.fst`, else VCD.
    pub path: PathBuf,
    /// First cycle, counted from the beginning of the simulation.
    pub from: u64,
    /// Cycle before which it ends.
    pub to: u64,
}

impl Wave {
    /// All cycles.
    pub fn whole(path: PathBuf) -> Self {
        Wave { path, from: 0, to: u64::MAX }
    }

    /// What the RTL must have been built for.
    pub fn trace(&self) -> Trace {
        match self.path.extension() {
            Some(extension) if extension == "fst" => Trace::Fst,
            _ => Trace::Vcd,
        }
    }
}
