//! [`ProgramPhase`]: the phases of a program.

use crate::cells::Register;
use rust_hdl::core::prelude::*;

/// Phase of the control.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
enum Phase {
    /// Waits for a start.
    Idle,
    /// Runs a program.
    Run,
    /// Starts no further instruction and waits until nothing is in flight.
    Halt,
    /// Returns everything to its reset state.
    Clear,
}

/// A start in cycle t runs the program from cycle t + 1 on. After the cycle in which the program ends, normally or with
/// an error, the control halts for at least one cycle, until everything is idle; then `clear` is high for one cycle,
/// and the next start can be accepted. A start at any other time is ignored.
#[circuit(clock, reset_n = "idle")]
pub struct ProgramPhase {
    /// Start strobe.
    pub start: Signal<In, Bit>,
    /// All instructions have retired.
    pub finished: Signal<In, Bit>,
    /// The program has an error.
    pub stopped: Signal<In, Bit>,
    /// Nothing is in flight.
    pub quiescent: Signal<In, Bit>,
    /// Launch strobe: address and length of the program are sampled.
    pub launch: Signal<Out, Bit>,
    /// The program runs.
    pub run: Signal<Out, Bit>,
    /// The program has ended: nothing more may begin.
    pub halt: Signal<Out, Bit>,
    /// Clear: everything returns to its reset state.
    pub clear: Signal<Out, Bit>,
    /// The control is not idle.
    pub busy: Signal<Out, Bit>,
    phase: Register<Phase>,
}

#[circuit]
impl Logic for ProgramPhase {
    fn update(&mut self) {
        comment!("program_phase: idle, run, halt until nothing is in flight, clear.");
        wire! { clock, reset_n => phase; }
        launch = (phase.q == Phase::Idle) & start;
        run = phase.q == Phase::Run;
        halt = phase.q == Phase::Halt;
        clear = phase.q == Phase::Clear;
        busy = phase.q != Phase::Idle;
        phase.d = phase.q;
        match phase.q {
            Phase::Idle => {
                if start {
                    phase.d = Phase::Run;
                }
            }
            Phase::Run => {
                if finished | stopped {
                    phase.d = Phase::Halt;
                }
            }
            Phase::Halt => {
                if quiescent {
                    phase.d = Phase::Clear;
                }
            }
            _ => phase.d = Phase::Idle,
        }
    }
}
