//! [`RoundingDivider`]: the mean of a row.

use super::Divider;
use crate::cells::{Delay, EnableDelay, Register, Truncate};
use rust_hdl::core::prelude::*;

/// `mean = RNE(sum / count)`, rounded half to even, exact (`mean` of NUMERICS §1, "i-LayerNorm").
///
/// Divides the magnitude with a [`Divider`] and rounds by the remainder: up if it is more than half of `count`, and at exactly half if
/// the quotient is odd. Rounding half to even is symmetric, so the sign comes back afterwards.
///
/// Latency 36, whatever the data: 1 for the magnitude, 34 for the quotient, 1 to compare the remainder; one mean every 37 cycles at best.
/// Operands are sampled in the cycle with `valid` and `ready`; the result holds while `out_valid` waits for `out_ready`, with an addition of
/// 22 bits behind the registers. No path from `out_ready` to `ready`. Reset drops the division under way.
///
/// | port | width | legal |
/// |---|---|---|
/// | `sum` | 34 | |
/// | `count` | `D` | positive |
/// | `mean` | 22 | holds it if \|`sum`\| ≤ 2^21 · `count`, as the sum of `count` values of 22 bits |
#[derive(LogicBlock, Default)]
pub struct RoundingDivider<const D: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// Operands are offered.
    pub valid: Signal<In, Bit>,
    /// Operands are accepted if they are offered.
    pub ready: Signal<Out, Bit>,
    /// Dividend.
    pub sum: Signal<In, Signed<34>>,
    /// Divisor.
    pub count: Signal<In, Bits<D>>,
    /// The mean is offered.
    pub out_valid: Signal<Out, Bit>,
    /// The mean is taken if it is offered.
    pub out_ready: Signal<In, Bit>,
    /// The mean. Arbitrary without `out_valid`.
    pub mean: Signal<Out, Signed<22>>,
    bits_of_sum: Signal<Local, Bits<34>>,
    accept: Signal<Local, Bit>,
    loaded: Register<Bit>,
    magnitude: EnableDelay<Bits<34>, 1>,
    divider: Divider<34, D>,
    negative: EnableDelay<Bit, 1>,
    divisor: EnableDelay<Bits<D>, 1>,
    to_next: Signal<Local, Bits<D>>,
    compared: Register<Bit>,
    rounds_up: Delay<Bit, 1>,
    quotient: Truncate<34, 22>,
    floor: Signal<Local, Bits<22>>,
    rounded: Signal<Local, Bits<22>>,
}

impl<const D: usize> Logic for RoundingDivider<D> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "rounding_divider_{count}: sum / count, rounded half to even, exact. Latency 36 whatever the data, one mean every 37 cycles."
        );
        clock!(self, clock, loaded, magnitude, divider, negative, divisor, compared, rounds_up);
        self.loaded.reset_n.next = self.reset_n.val();
        self.divider.reset_n.next = self.reset_n.val();
        self.compared.reset_n.next = self.reset_n.val();
        self.ready.next = self.divider.ready.val() & !self.loaded.q.val();
        self.accept.next = self.valid.val() & self.ready.val();

        comment!("The magnitude, which is divided from the next cycle on.");
        self.bits_of_sum.next = unsigned_cast(self.sum.val());
        self.magnitude.enable.next = self.accept.val();
        self.magnitude.d.next = self.bits_of_sum.val();
        if self.bits_of_sum.val().get_bit(33) {
            self.magnitude.d.next = bits::<34>(0) - self.bits_of_sum.val();
        }
        self.negative.enable.next = self.accept.val();
        self.negative.d.next = self.bits_of_sum.val().get_bit(33);
        self.divisor.enable.next = self.accept.val();
        self.divisor.d.next = self.count.val();
        self.loaded.d.next = self.accept.val();
        self.divider.valid.next = self.loaded.q.val();
        self.divider.dividend.next = self.magnitude.q.val();
        self.divider.divisor.next = self.divisor.q.val();

        comment!("The remainder against what is missing to the next multiple: more, or as much and the quotient odd.");
        self.to_next.next = self.divisor.q.val() - self.divider.remainder.val();
        self.rounds_up.d.next = (self.divider.remainder.val() > self.to_next.val())
            | ((self.divider.remainder.val() == self.to_next.val()) & self.divider.quotient.val().get_bit(0));
        self.compared.d.next = self.divider.out_valid.val() & !(self.compared.q.val() & self.out_ready.val());
        self.divider.out_ready.next = self.compared.q.val() & self.out_ready.val();
        self.out_valid.next = self.compared.q.val();

        comment!("-(q + 1) is ~q, and -q is ~q + 1: one addition for rounding and sign.");
        self.quotient.value.next = signed_cast(self.divider.quotient.val());
        self.floor.next = unsigned_cast(self.quotient.truncated.val());
        if self.negative.q.val() {
            self.floor.next = !unsigned_cast(self.quotient.truncated.val());
        }
        self.rounded.next = self.floor.val();
        if self.rounds_up.q.val() != self.negative.q.val() {
            self.rounded.next = self.floor.val() + 1;
        }
        self.mean.next = signed_cast(self.rounded.val());
    }
}
