//! The control of the accelerator: from the host's start to the interrupt.
//!
//! [`Control`] fetches the program, holds the queues of the engines and the semaphores, starts the instructions and
//! ends the program. docs/control.md has the timing, cycle by cycle.

mod axi_lite;
mod control_registers;
mod counters;
mod engine_queue;
mod fetcher;
mod fifo_pointers;
mod first_error;
mod in_flight;
mod instruction_check;
mod issue;
mod program_control;
mod program_phase;
mod semaphores;
mod sequencer;
mod watchdog;

pub use axi_lite::AxiLiteSlave;
pub use control_registers::ControlRegisters;
pub use counters::{EngineCounters, EventCounter};
pub use engine_queue::EngineQueue;
pub use fetcher::Fetcher;
pub use fifo_pointers::FifoPointers;
pub use first_error::FirstError;
pub use in_flight::InFlight;
pub use instruction_check::InstructionCheck;
pub use issue::Issue;
pub use program_control::Control;
pub use program_phase::ProgramPhase;
pub use semaphores::{Semaphore, Semaphores};
pub use sequencer::Sequencer;
pub use watchdog::Watchdog;
