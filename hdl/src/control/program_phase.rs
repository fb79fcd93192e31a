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
#[derive(LogicBlock, Default)]
pub struct ProgramPhase {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: idle.
    pub reset_n: Signal<In, Bit>,
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

impl Logic for ProgramPhase {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("program_phase: idle, run, halt until nothing is under way, clear.");
        clock!(self, clock, phase);
        self.phase.reset_n.next = self.reset_n.val();
        self.launch.next = (self.phase.q.val() == Phase::Idle) & self.start.val();
        self.run.next = self.phase.q.val() == Phase::Run;
        self.halt.next = self.phase.q.val() == Phase::Halt;
        self.clear.next = self.phase.q.val() == Phase::Clear;
        self.busy.next = self.phase.q.val() != Phase::Idle;
        self.phase.d.next = self.phase.q.val();
        match self.phase.q.val() {
            Phase::Idle => {
                if self.start.val() {
                    self.phase.d.next = Phase::Run;
                }
            }
            Phase::Run => {
                if self.finished.val() | self.stopped.val() {
                    self.phase.d.next = Phase::Halt;
                }
            }
            Phase::Halt => {
                if self.quiescent.val() {
                    self.phase.d.next = Phase::Clear;
                }
            }
            _ => self.phase.d.next = Phase::Idle,
        }
    }
}
