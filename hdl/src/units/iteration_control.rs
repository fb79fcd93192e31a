//! [`IterationControl`]: handshake and step count of a unit that works on one operand for a fixed number of cycles.

use crate::cells::{EnableDelay, Register};
use rust_hdl::core::prelude::*;

/// Takes an operand, steps 1 + `later_steps` times, offers the result until it is taken; then it is ready for the next operand.
///
/// The first step happens at the edge that accepts the operand, so the result is there as many cycles later as there are steps, whatever the
/// data. `ready` and `out_valid` are functions of registers: no combinational path leads from one side's handshake to the other's. One
/// operand every 2 + `later_steps` cycles at best.
#[derive(LogicBlock, Default)]
pub struct IterationControl {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: ready for an operand, nothing under way.
    pub reset_n: Signal<In, Bit>,
    /// Steps after the first, 1 to 63; a constant of the unit.
    pub later_steps: Signal<In, Bits<6>>,
    /// An operand is offered.
    pub valid: Signal<In, Bit>,
    /// An operand is accepted if it is offered: a step in this cycle is the first, of the operand, not of the state. A register's output.
    pub ready: Signal<Out, Bit>,
    /// The result is offered.
    pub out_valid: Signal<Out, Bit>,
    /// The result is taken if it is offered.
    pub out_ready: Signal<In, Bit>,
    /// There is a step in this cycle.
    pub step: Signal<Out, Bit>,
    remaining: EnableDelay<Bits<6>, 1>,
    occupied: Register<Bit>,
    busy: Register<Bit>,
    finished: Register<Bit>,
    first: Signal<Local, Bit>,
    ends: Signal<Local, Bit>,
}

impl Logic for IterationControl {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "iteration_control: takes an operand, steps 1 + later_steps times, the first time at once, and offers the result until it is taken."
        );
        clock!(self, clock, remaining, occupied, busy, finished);
        self.occupied.reset_n.next = self.reset_n.val();
        self.busy.reset_n.next = self.reset_n.val();
        self.finished.reset_n.next = self.reset_n.val();

        self.ready.next = !self.occupied.q.val();
        self.first.next = !self.occupied.q.val() & self.valid.val();
        self.step.next = self.first.val() | self.busy.q.val();
        self.out_valid.next = self.finished.q.val();

        comment!("Steps still to come after this edge.");
        self.remaining.enable.next = self.step.val();
        self.remaining.d.next = self.remaining.q.val() - 1;
        if self.first.val() {
            self.remaining.d.next = self.later_steps.val();
        }
        self.ends.next = self.busy.q.val() & (self.remaining.q.val() == 1);
        self.busy.d.next = self.first.val() | (self.busy.q.val() & !self.ends.val());
        self.finished.d.next = self.ends.val() | (self.finished.q.val() & !self.out_ready.val());
        self.occupied.d.next =
            self.first.val() | (self.occupied.q.val() & !(self.finished.q.val() & self.out_ready.val()));
    }
}
