//! [`Divider`]: unsigned division, one quotient bit a cycle.

use super::IterationControl;
use crate::cells::{Delay, DivideStep};
use rust_hdl::core::prelude::*;

/// `quotient = dividend div divisor` and `remainder = dividend mod divisor`, unsigned, exact (`div` of NUMERICS §1).
///
/// Restoring division: one quotient bit a cycle, from the top, with a single subtraction of `D` + 1 bits. It is made for the few divisions
/// a row that i-softmax (`factor = 2^32 div sum`) and i-LayerNorm (`factor = 2^31 div std`) need, where a pipelined divider or a
/// reciprocal with corrections would stand idle.
///
/// **Latency `W`**, whatever the data: operands accepted in cycle t give a result in cycle t + `W`. One division every
/// `W` + 1 cycles at best. Operands are sampled in the cycle with `valid` and `ready`; the result holds while `out_valid` waits for
/// `out_ready`. No path from `out_ready` to `ready`. Reset drops the division under way.
///
/// | port | width | use |
/// |---|---|---|
/// | `dividend`, `quotient` | `W` | 33 bits hold 2^32 |
/// | `divisor`, `remainder` | `D` | |
///
/// **Division by zero** takes as long as any other and gives a quotient of all ones and, as remainder, the dividend (its low `D` bits if `W` > `D`).
/// It does not occur in I-BERT: a row's sum is positive, and std is at least 1.
///
/// Clock: register, multiplexer, subtraction of `D` + 1 bits, multiplexer, register. 2 ≤ `W` ≤ 64.
#[derive(LogicBlock)]
pub struct Divider<const W: usize, const D: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// Operands are offered.
    pub valid: Signal<In, Bit>,
    /// Operands are accepted if they are offered.
    pub ready: Signal<Out, Bit>,
    /// Dividend.
    pub dividend: Signal<In, Bits<W>>,
    /// Divisor.
    pub divisor: Signal<In, Bits<D>>,
    /// The result is offered.
    pub out_valid: Signal<Out, Bit>,
    /// The result is taken if it is offered.
    pub out_ready: Signal<In, Bit>,
    /// `dividend div divisor`. Arbitrary without `out_valid`.
    pub quotient: Signal<Out, Bits<W>>,
    /// `dividend mod divisor`. Arbitrary without `out_valid`.
    pub remainder: Signal<Out, Bits<D>>,
    control: IterationControl,
    later_steps: Constant<Bits<6>>,
    step: DivideStep<W, D>,
    bits_register: Delay<Bits<W>, 1>,
    rest_register: Delay<Bits<D>, 1>,
    divisor_register: Delay<Bits<D>, 1>,
}

impl<const W: usize, const D: usize> Default for Divider<W, D> {
    fn default() -> Self {
        const { assert!(W >= 2 && W <= 64, "the step counter has six bits") };
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            valid: Signal::default(),
            ready: Signal::default(),
            dividend: Signal::default(),
            divisor: Signal::default(),
            out_valid: Signal::default(),
            out_ready: Signal::default(),
            quotient: Signal::default(),
            remainder: Signal::default(),
            control: IterationControl::default(),
            later_steps: Constant::new(bits(W as u64 - 1)),
            step: DivideStep::default(),
            bits_register: Delay::default(),
            rest_register: Delay::default(),
            divisor_register: Delay::default(),
        }
    }
}

impl<const W: usize, const D: usize> Logic for Divider<W, D> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "divider_{dividend}by{divisor}: unsigned quotient and remainder, exact, one quotient bit a cycle. Latency {dividend} whatever the data, one division every {dividend} + 1 cycles. A divisor of 0 gives all ones, and the low bits of the dividend as remainder. NUMERICS 1, div of i-softmax and i-LayerNorm."
        );
        clock!(self, clock, control, bits_register, rest_register, divisor_register);
        self.control.reset_n.next = self.reset_n.val();
        self.control.later_steps.next = self.later_steps.val();
        self.control.valid.next = self.valid.val();
        self.control.out_ready.next = self.out_ready.val();
        self.ready.next = self.control.ready.val();
        self.out_valid.next = self.control.out_valid.val();

        comment!("The first step works on the operands, the others on the registers.");
        if self.control.ready.val() {
            self.step.bits.next = self.dividend.val();
            self.step.rest.next = bits::<D>(0);
            self.step.divisor.next = self.divisor.val();
        } else {
            self.step.bits.next = self.bits_register.q.val();
            self.step.rest.next = self.rest_register.q.val();
            self.step.divisor.next = self.divisor_register.q.val();
        }
        if self.control.step.val() {
            self.bits_register.d.next = self.step.next_bits.val();
            self.rest_register.d.next = self.step.next_rest.val();
        } else {
            self.bits_register.d.next = self.bits_register.q.val();
            self.rest_register.d.next = self.rest_register.q.val();
        }
        self.divisor_register.d.next = self.step.divisor.val();

        self.quotient.next = self.bits_register.q.val();
        self.remainder.next = self.rest_register.q.val();
    }
}
