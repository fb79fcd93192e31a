//! [`Wave`]: which cycles go to a wave file.

use super::view::{View, WaveRange};
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

/// Cycles of a program until the write that starts it has its answer, at most.
const ANSWERED: u64 = 4;

/// Cycles from the write that starts a program to its cycle 0: accepted in a cycle, the write is done in the next one,
/// and the program runs from the one after it on.
pub(super) const LAUNCH: u64 = 2;

impl Wave {
    /// Nanoseconds of a cycle in waves.
    pub const CYCLE_NS: u64 = 10;

    /// The GTKWave save file beside the waves.
    pub fn view(&self) -> PathBuf {
        View::path(&self.path)
    }

    /// The Surfer command file beside the waves.
    pub fn surfer(&self) -> PathBuf {
        View::surfer_path(&self.path)
    }

    /// The cycles of the simulation in which the waves of a program that begins in `first_cycle` are written; none for
    /// all. A window that begins before the start of the program has its answer begins with it.
    pub(super) fn window(&self, first_cycle: u64) -> Option<Range<u64>> {
        let Range { start, end } = self.cycles.clone()?;
        let start = if start < ANSWERED { first_cycle - LAUNCH } else { first_cycle.saturating_add(start) };
        Some(start..first_cycle.saturating_add(end))
    }

    /// The same in the time of the waves.
    pub(super) fn span(&self, first_cycle: u64) -> WaveRange {
        let cycles = self.window(first_cycle).unwrap_or(0..u64::MAX);
        let [from, to, origin] =
            [cycles.start, cycles.end, first_cycle].map(|cycle| cycle.saturating_mul(Wave::CYCLE_NS));
        WaveRange { from, to, origin }
    }

    /// What the RTL must have been built for.
    pub fn trace(&self) -> Trace {
        match self.path.extension() {
            Some(extension) if extension == "fst" => Trace::Fst,
            _ => Trace::Vcd,
        }
    }
}
