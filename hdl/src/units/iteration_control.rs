//! [`IterationControl`]: handshake and step counter of a unit that iterates a fixed number of cycles per operand.

use crate::cells::{EnableDelay, Register};
use rust_hdl::core::prelude::*;

/// Accepts an operand, steps 1 + `later_steps` times, and holds the result until it is taken; then it is ready for the
/// next operand.
///
/// The first step happens at the edge that accepts the operand, so the latency is the number of steps, whatever the
/// data. `ready` and `out_valid` are functions of registers: no combinational path connects the two handshakes. At best
/// one operand every 2 + `later_steps` cycles.
#[circuit(clock, reset_n = "ready for an operand, nothing in progress")]
pub struct IterationControl {
    /// Steps after the first, 1 to 63; a constant of the unit.
    pub later_steps: Signal<In, Bits<6>>,
    /// Operand valid.
    pub valid: Signal<In, Bit>,
    /// Operand is accepted in a cycle with `valid` and `ready`; a step in this cycle is the first step, on the operand
    /// instead of the state. A function of registers.
    pub ready: Signal<Out, Bit>,
    /// Result valid.
    pub out_valid: Signal<Out, Bit>,
    /// Result is taken in a cycle with `out_valid` and `out_ready`.
    pub out_ready: Signal<In, Bit>,
    /// A step happens in this cycle.
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
        comment! { "iteration_control: accepts an operand, steps 1 + later_steps times, the first time at once, and \
        holds the result until it is taken." }
        wire! {
            clock, reset_n => occupied, busy, finished;
            clock => remaining;
        }

        ready = !occupied.q;
        first = !occupied.q & valid;
        step = first | busy.q;
        out_valid = finished.q;

        comment!("Steps that remain after this edge.");
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
