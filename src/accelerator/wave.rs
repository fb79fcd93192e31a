//! [`Wave`]: which cycles go to a wave file.

use ibert_sim::Trace;
use std::ops::Range;
use std::path::PathBuf;

/// A wave file of some cycles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// The file: FST if its name ends in `.fst`, else VCD.
    pub path: PathBuf,
    /// Cycles of the program; none for everything from the reset on.
    pub cycles: Option<Range<u64>>,
}

impl Wave {
    /// What the RTL must have been built for.
    pub fn trace(&self) -> Trace {
        match self.path.extension() {
            Some(extension) if extension == "fst" => Trace::Fst,
            _ => Trace::Vcd,
        }
    }
}
