//! [`SqrtDigit`]: integer square root, one result bit a cycle.

use super::IterationControl;
use crate::cells::{Delay, RootStep};
use rust_hdl::core::prelude::*;

/// `root = floor(sqrt(radicand))` for every 32-bit radicand (`isqrt` of NUMERICS §1, "i-sqrt").
///
/// Digit by digit, as by hand: two radicand bits come down, and the root takes a one if `4·root + 1` fits into what is left. One
/// subtraction of 19 bits, no multiplier and no divider: the square root for a machine whose cycles must be known in advance. The same
/// results as Newton's iteration ([`SqrtNewton`](super::SqrtNewton)) in a sixth of its time or less.
///
/// **Latency 16**, whatever the data: a radicand accepted in cycle t gives a root in cycle t + 16. One root every 17 cycles at
/// best. The radicand is sampled in the cycle with `valid` and `ready`; the root holds while `out_valid` waits for `out_ready`. No path from
/// `out_ready` to `ready`. Reset drops the root under way.
///
/// | register | width | holds |
/// |---|---|---|
/// | radicand | 32 | bits to come, from the top |
/// | rest | 16 | what is left: at most 2·root, so that 16 bits do until the last step, whose rest nobody reads |
/// | root | 16 | bits so far |
///
/// Clock: register, multiplexer, subtraction of 19 bits, multiplexer, register.
#[derive(LogicBlock, Default)]
pub struct SqrtDigit {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// A radicand is offered.
    pub valid: Signal<In, Bit>,
    /// The radicand is accepted if it is offered.
    pub ready: Signal<Out, Bit>,
    /// Radicand, unsigned.
    pub radicand: Signal<In, Bits<32>>,
    /// The root is offered.
    pub out_valid: Signal<Out, Bit>,
    /// The root is taken if it is offered.
    pub out_ready: Signal<In, Bit>,
    /// `floor(sqrt(radicand))`. Arbitrary without `out_valid`.
    pub root: Signal<Out, Bits<16>>,
    control: IterationControl,
    radicand_register: Delay<Bits<32>, 1>,
    rest_register: Delay<Bits<16>, 1>,
    root_register: Delay<Bits<16>, 1>,
    step: RootStep,
}

impl Logic for SqrtDigit {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "sqrt_digit: floor(sqrt(radicand)), one result bit a cycle. Latency 16 whatever the data, one root every 17 cycles. NUMERICS 1, i-sqrt."
        );
        clock!(self, clock, control, radicand_register, rest_register, root_register);
        self.control.reset_n.next = self.reset_n.val();
        self.control.later_steps.next = bits::<6>(15);
        self.control.valid.next = self.valid.val();
        self.control.out_ready.next = self.out_ready.val();
        self.ready.next = self.control.ready.val();
        self.out_valid.next = self.control.out_valid.val();

        comment!("The first step works on the radicand, the others on the registers.");
        if self.control.ready.val() {
            self.step.bits.next = self.radicand.val();
            self.step.rest.next = bits::<16>(0);
            self.step.root.next = bits::<16>(0);
        } else {
            self.step.bits.next = self.radicand_register.q.val();
            self.step.rest.next = self.rest_register.q.val();
            self.step.root.next = self.root_register.q.val();
        }
        if self.control.step.val() {
            self.radicand_register.d.next = self.step.next_bits.val();
            self.rest_register.d.next = self.step.next_rest.val();
            self.root_register.d.next = self.step.next_root.val();
        } else {
            self.radicand_register.d.next = self.radicand_register.q.val();
            self.rest_register.d.next = self.rest_register.q.val();
            self.root_register.d.next = self.root_register.q.val();
        }
        self.root.next = self.root_register.q.val();
    }
}
