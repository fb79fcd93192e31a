//! How a design is built.

use std::ops::Range;
use std::path::PathBuf;

use crate::Search;

/// Wave files that a design can write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Trace {
    /// None: the fastest simulation.
    #[default]
    None,
    /// Value change dump, IEEE 1364 text; every viewer reads it.
    Vcd,
    /// GTKWave's compressed format; needs zlib's headers, with Verilator 5.048 also lz4's.
    Fst,
}

/// State of registers and memories before the first clock edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Initial {
    /// All zero.
    #[default]
    Zero,
    /// Random from a seed ([`Library::instance_with_seed`](crate::Library::instance_with_seed)), zero without one: what a
    /// design does not reset shows as a difference between two seeds (`--x-initial unique --x-assign unique`).
    Unique,
}

/// How a design is built; part of the cache key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// Wave files.
    pub trace: Trace,
    /// State before the first clock edge.
    pub initial: Initial,
    /// The clock port; by default `clock` if the design has a port of that name, else the design is combinational.
    pub clock: Option<String>,
    /// Further flags for Verilator, for example `-Wall` or `-DWIDTH=8`.
    pub flags: Vec<String>,
    /// Verilator (executable or venv) to use instead of what [`Verilator::find_in`](crate::Verilator::find_in) finds.
    pub verilator: Option<PathBuf>,
    /// Where else to look for Verilator; not part of the cache key.
    pub search: Search,
    /// Cache folder to use instead of `$IBERT_CACHE` or the platform's; not part of the cache key.
    pub cache: Option<PathBuf>,
    /// Wave file that every new instance writes; needs [`BuildOptions::trace`]. For a replay with one instance: a later instance replaces the
    /// file. Not part of the cache key.
    pub wave: Option<Wave>,
}

/// A wave file that an instance writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    /// The file.
    pub path: PathBuf,
    /// Cycles of the instance that it shows.
    pub cycles: Range<u64>,
}
