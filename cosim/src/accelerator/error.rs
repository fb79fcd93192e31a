//! Why a program did not run to its end.

use ibert_hdl::verilog::EmitError;
use ibert_isa::Stop;
use ibert_sim::Error;
use std::path::PathBuf;

/// A failure of a run on the RTL.
#[derive(Debug, thiserror::Error)]
pub enum AcceleratorError {
    /// The configuration has no RTL.
    #[error("there is no accelerator of configuration {name}")]
    UnknownConfiguration {
        /// Name.
        name: &'static str,
    },
    /// No Verilog.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// The simulation cannot be built or broke off.
    #[error(transparent)]
    Simulation(#[from] Error),
    /// The hardware stopped the program.
    #[error("the program stopped at instruction {index}: {} ({}); {instruction}", stop.name(), stop.meaning())]
    Stopped {
        /// Cause.
        stop: Stop,
        /// Index of the instruction.
        index: u32,
        /// The instruction, disassembled.
        instruction: String,
    },
    /// The hardware ended with a code that there is not.
    #[error("the program stopped at instruction {index} with the unknown code {code}")]
    UnknownStop {
        /// The code.
        code: u32,
        /// Index of the instruction.
        index: u32,
    },
    /// No interrupt came.
    #[error("no interrupt in {cycles} cycles")]
    NoInterrupt {
        /// Cycles waited.
        cycles: u64,
    },
    /// The register slave did not answer as it should.
    #[error("register {register}: {reason}")]
    Register {
        /// Name of the register.
        register: &'static str,
        /// Description of the fault.
        reason: String,
    },
    /// An engine wrote more words than its instructions say.
    #[error("memory {memory} was written {got} times, {expected} were expected")]
    Writes {
        /// The memory.
        memory: &'static str,
        /// By the program.
        expected: usize,
        /// By the hardware.
        got: usize,
    },
    /// The RTL shows neither instructions nor writes.
    #[error(
        "the accelerator was built without observation ports; build it with Observation::On to see what engines write"
    )]
    Unobserved,
    /// A view of waves shows a signal that is not in the Verilog.
    #[error("the accelerator has no signal {path}")]
    NoSignal {
        /// Path below the top module.
        path: String,
    },
    /// A file that says how to look at waves cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    View {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
}
