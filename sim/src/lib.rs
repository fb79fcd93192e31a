//! Builds Verilog with Verilator into a shared library and drives it from Rust.
//!
//! The crate takes plain Verilog and does not depend on other crates of the workspace. At run time it needs Verilator
//! (5.006 or newer) and a C++ compiler.
//!
//! ```
//! use ibert_sim::{BuildOptions, Library, Source};
//!
//! let verilog = "module counter(input clock, input reset_n, input [7:0] step, output reg [7:0] q);
//!     always @(posedge clock) q <= reset_n ? q + step : 8'd0;
//! endmodule";
//! let library = Library::build(&Source::new("counter").file("counter.v", verilog), &BuildOptions::default())?;
//!
//! let mut counter = library.instance()?;
//! let (reset_n, step, q) = (counter.port("reset_n")?, counter.port("step")?, counter.port("q")?);
//! counter.tick();
//! counter.write(reset_n, 1);
//! counter.write(step, 3);
//! counter.ticks(5);
//! assert_eq!(counter.read(q), 15);
//! # Ok::<(), ibert_sim::Error>(())
//! ```
//!
//! From Verilog to a model: [`Source`] and [`BuildOptions`] → [`Library::build`] (cached) → [`Library::instance`] →
//! [`Instance`]. An instance runs port by port, or many cycles in one foreign call: [`Instance::drive`] with a
//! [`Stimulus`], or [`Instance::run_until`]. An [`AxiMemory`] serves a design's AXI4 master and checks it.
//! [`Instance::record`] records ports in the cycles in which another port is high.
//!
//! # Clock
//!
//! A cycle is a falling edge, then a rising edge; the clock rests high. Inputs written between two ticks settle at
//! [`Instance::eval`] or at the next falling edge, and are registered at the rising edge after it.
//!
//! # Why not an existing crate
//!
//! `verilated` 0.1.2 with `verilator` 0.1.6 (last commit in 2021) does not build against Verilator 5: its C++ fails
//! with "`VerilatedVoidCb` was not declared", and it expects a file `Vtop__Slow.cpp` that Verilator 5 does not write.
//! `marlin` 0.21 refuses Verilator 5.006, the version of Debian 12.

mod abi;
mod axi;
mod cache;
mod compile;
mod compiler;
mod drive;
mod error;
mod instance;
mod library;
mod options;
mod ports;
mod recording;
mod search;
mod source;
mod verilate;
mod verilator;
mod version;

pub use axi::{AttachedMemory, AxiCounts, AxiError, AxiFault, AxiMemory, AxiTiming};
pub use compiler::Compiler;
pub use drive::{Responses, Row, Stimulus};
pub use error::Error;
pub use instance::{Instance, Port};
pub use library::Library;
pub use options::{BuildOptions, Initial, Trace, Wave};
pub use ports::{Direction, PortInfo};
pub use recording::{Recorder, Recording};
pub use search::{Search, Venv};
pub use source::Source;
pub use verilator::Verilator;
pub use version::Version;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
