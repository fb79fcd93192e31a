//! [`IterationControl`]: handshake and step count of a unit that works on one operand for a fixed number of cycles.

use crate::cells::{EnableDelay, Register};
use rust_hdl::core::prelude::*;

/// Takes an operand, steps 1 + `later_steps` times, offers the result until it is taken; then it is ready for the next operand.
///
/// The first step happens at the edge that accepts the operand, so the result is there as many cycles later as there are steps, whatever the
/// data. `ready` and `out_valid` are functions of registers: no combinational path leads from one side's handshake to the other's. One
/// operand every 2 + `later_steps` cycles at best.
#[circuit(clock, reset_n = "ready for an operand, nothing under way")]
pub struct IterationControl {
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

#[circuit]
impl Logic for IterationControl {
    fn update(&mut self) {
        comment! { "iteration_control: takes an operand, steps 1 + later_steps times, the first time at once, and \
        offers the result until it is taken." }
        wire! {
            clock, reset_n => occupied, busy, finished;
            clock => remaining;
        }

        ready = !occupied.q;
        first = !occupied.q & valid;
        step = first | busy.q;
        out_valid = finished.q;

        comment!("Steps still to come after this edge.");
        remaining.enable = step;
        remaining.d = remaining.q - 1;
        if first {
            remaining.d = later_steps;
        }
        ends = busy.q & (remaining.q == 1);
        busy.d = first | (busy.q & !ends);
        finished.d = ends | (finished.q & !out_ready);
        occupied.d = first | (occupied.q & !(finished.q & out_ready));
    }
}
