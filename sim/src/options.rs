//! Options for building a design.

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
    /// Random from a seed ([`Library::instance_with_seed`](crate::Library::instance_with_seed)), zero without one.
    /// State that a design does not reset differs between two seeds (`--x-initial unique --x-assign unique`).
    Unique,
}

/// Options for building a design; part of the cache key except where noted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// Wave files.
    pub trace: Trace,
    /// State before the first clock edge.
    pub initial: Initial,
    /// Name of the clock port. By default `clock` if the design has a port of that name; otherwise the design is
    /// combinational.
    pub clock: Option<String>,
    /// Further flags for Verilator, for example `-Wall` or `-DWIDTH=8`.
    pub flags: Vec<String>,
    /// Verilator (executable or venv) to use instead of the one that [`Verilator::find_in`](crate::Verilator::find_in)
    /// finds.
    pub verilator: Option<PathBuf>,
    /// Further places to search for Verilator; not part of the cache key.
    pub search: Search,
    /// Cache folder to use instead of `$IBERT_CACHE` or the platform's; not part of the cache key.
    pub cache: Option<PathBuf>,
    /// Wave file that every new instance writes; requires [`BuildOptions::trace`]. Intended for a replay with one
    /// instance, because a later instance replaces the file. Not part of the cache key.
    pub wave: Option<Wave>,
}

/// A wave file that an instance writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    /// The file.
    pub path: PathBuf,
    /// Cycles of the instance for which waves are written.
    pub cycles: Range<u64>,
}
