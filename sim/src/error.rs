//! Errors of building, loading and running a design.

use std::path::PathBuf;

use crate::Version;

/// An error of this crate. The text names the file, tool or limit and says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No Verilator found.
    #[error("no Verilator found (looked at {}); {} or newer is needed: {advice}", looked.join(", "), Version::OLDEST)]
    VerilatorMissing {
        /// The searched places, in order.
        looked: Vec<String>,
        /// How to install Verilator.
        advice: String,
    },
    /// A Verilator older than [`Version::OLDEST`].
    #[error("{} ({origin}) is Verilator {found}; {} or newer is needed: {advice}", path.display(), Version::OLDEST)]
    VerilatorTooOld {
        /// The executable.
        path: PathBuf,
        /// Where the executable was found, for example `$IBERT_VERILATOR` or `PATH`.
        origin: String,
        /// Version of the executable.
        found: Version,
        /// How to install a newer version.
        advice: String,
    },
    /// An executable that cannot be run, fails, or does not report its version.
    #[error(
        "{} ({origin}) is not a usable Verilator: {reason}; {} or newer is needed: {advice}",
        path.display(), Version::OLDEST
    )]
    VerilatorUnusable {
        /// The executable or folder.
        path: PathBuf,
        /// Where it was found.
        origin: String,
        /// What happened when it was run.
        reason: String,
        /// How to install a usable Verilator.
        advice: String,
    },
    /// No C++ compiler.
    #[error("no usable C++ compiler: {reason}; install one (`apt install g++`) or name it in CXX")]
    CompilerMissing {
        /// What was tried.
        reason: String,
    },
    /// A [`Source`](crate::Source) that cannot be built: no file, a name used twice or outside the design's folder.
    #[error("Verilog source of `{top}`: {reason}")]
    Source {
        /// The top module.
        top: String,
        /// What is wrong with the source.
        reason: String,
    },
    /// Verilator rejected the Verilog. The message is Verilator's own, with file, line and column.
    #[error("Verilator rejects `{top}`:\n{message}")]
    Verilog {
        /// The top module.
        top: String,
        /// Verilator's errors.
        message: String,
    },
    /// The C++ compiler rejected Verilator's output or a file of its runtime.
    #[error(
        "the C++ compiler fails on {file}:\n{message}{}",
        hint.as_ref().map(|h| format!("\n{h}")).unwrap_or_default()
    )]
    Cpp {
        /// The file being compiled, or `design.so` when linking.
        file: String,
        /// The compiler's messages.
        message: String,
        /// What to do, where the cause is known.
        hint: Option<String>,
    },
    /// A port that the simulation cannot carry.
    #[error(
        "a port of `{top}` is an unpacked array, a real or a string (`{port}`): only packed vectors can be ports here"
    )]
    PortShape {
        /// The top module.
        top: String,
        /// The port's declaration in C++.
        port: String,
    },
    /// A port name that the design does not have.
    #[error("`{top}` has no port `{name}`; its ports are: {ports}")]
    UnknownPort {
        /// The top module.
        top: String,
        /// The requested name.
        name: String,
        /// All ports with their widths.
        ports: String,
    },
    /// A port in the wrong role: an output used as an input or the reverse, or the clock in a stimulus.
    #[error("port `{port}` {reason}")]
    PortUse {
        /// The port.
        port: String,
        /// Why the port cannot be used this way.
        reason: String,
    },
    /// Ports that are not those of an AXI4 master.
    #[error("`{top}` has no AXI4 master whose ports start with `{prefix}`: {reason}")]
    AxiPins {
        /// The top module.
        top: String,
        /// Prefix of the port names.
        prefix: String,
        /// What is missing or wrong.
        reason: String,
    },
    /// A simulated memory that cannot be allocated.
    #[error("there is no room for the {size} bytes of the memory behind `{prefix}`")]
    AxiSize {
        /// Prefix of the master's port names.
        prefix: String,
        /// Size in bytes.
        size: usize,
    },
    /// The cache folder cannot be created or written.
    #[error("the cache folder {} cannot be written ({source}); set IBERT_CACHE to a writable folder", folder.display())]
    Cache {
        /// The folder.
        folder: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The platform does not define a cache folder.
    #[error("there is no home folder to put a cache into; set IBERT_CACHE to a writable folder")]
    NoCacheFolder,
    /// A file that cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The shared library cannot be loaded.
    #[error("{}: {reason}; remove the file to have it built again", path.display())]
    Load {
        /// The shared library.
        path: PathBuf,
        /// The loader's message.
        reason: String,
    },
    /// The design ended its own simulation: `$finish`, `$stop`, `$fatal`, a failed assertion, or logic that never
    /// settles.
    #[error("`{top}` stopped in cycle {cycle}: {reason}")]
    Stopped {
        /// The top module.
        top: String,
        /// Clock cycles completed before the stop.
        cycle: u64,
        /// Place and kind of the stop.
        reason: String,
    },
    /// Waves were requested from a design built without them.
    #[error("`{top}` was built without waves: build it with BuildOptions {{ trace: Trace::Vcd, .. }} (or Trace::Fst)")]
    NoTrace {
        /// The top module.
        top: String,
    },
    /// A random initial state was requested from a design built without it.
    #[error(
        "`{top}` was built with a zero initial state: build it with BuildOptions {{ initial: Initial::Unique, .. }}"
    )]
    NoRandomState {
        /// The top module.
        top: String,
    },
}
