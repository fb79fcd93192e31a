//! [`ProgramPhase`]: from start to end of a program.

use crate::cells::Register;
use rust_hdl::core::prelude::*;

/// What the machine does.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
enum Phase {
    /// Waits for a start.
    Idle,
    /// Runs a program.
    Run,
    /// Starts nothing more, waits until nothing is under way.
    Halt,
    /// Returns everything to its reset state.
    Clear,
}

/// A start in cycle t runs the program from cycle t + 1 on. After the cycle that ends it, normally or with an error, comes the halt, at
/// least one cycle until everything is idle, then one cycle of `clear`, then a start is accepted again. A start at any other time is ignored.
#[circuit(clock, reset_n = "idle")]
pub struct ProgramPhase {
    /// A program shall start.
    pub start: Signal<In, Bit>,
    /// All instructions have retired.
    pub finished: Signal<In, Bit>,
    /// There is an error.
    pub stopped: Signal<In, Bit>,
    /// Nothing is under way.
    pub quiescent: Signal<In, Bit>,
    /// The program starts: what it needs is sampled.
    pub launch: Signal<Out, Bit>,
    /// It runs.
    pub run: Signal<Out, Bit>,
    /// It has ended: nothing more may begin.
    pub halt: Signal<Out, Bit>,
    /// Everything returns to its reset state.
    pub clear: Signal<Out, Bit>,
    /// It is not idle.
    pub busy: Signal<Out, Bit>,
    phase: Register<Phase>,
}

#[circuit]
impl Logic for ProgramPhase {
    fn update(&mut self) {
        comment!("program_phase: idle, run, halt until nothing is under way, clear.");
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
