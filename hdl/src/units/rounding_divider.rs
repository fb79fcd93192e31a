//! [`RoundingDivider`]: the mean of a row.

use super::Divider;
use crate::cells::{EnableDelay, Truncate};
use crate::comment;
use rust_hdl::core::prelude::*;

/// `mean = RNE(sum / count)`, rounded half to even, exact (`mean` of NUMERICS §1, "i-LayerNorm").
///
/// Divides the magnitude with a [`Divider`] and rounds by the remainder: up if it is more than half of `count`, and at exactly half if
/// the quotient is odd. Rounding half to even is symmetric, so the sign comes back afterwards.
///
/// Latency 34, whatever the data, one mean every 35 cycles at best. Operands are sampled in the cycle with `valid` and `ready`; the result
/// holds while `out_valid` waits for `out_ready`, with a comparison of `D` bits and an addition of 22 bits behind the divider's registers. No
/// path from `out_ready` to `ready`. Reset drops the division under way.
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
    magnitude: Signal<Local, Bits<34>>,
    accept: Signal<Local, Bit>,
    divider: Divider<34, D>,
    negative: EnableDelay<Bit, 1>,
    divisor: EnableDelay<Bits<D>, 1>,
    to_next: Signal<Local, Bits<D>>,
    rounds_up: Signal<Local, Bit>,
    quotient: Truncate<34, 22>,
    floor: Signal<Local, Bits<22>>,
    rounded: Signal<Local, Bits<22>>,
}

impl<const D: usize> Logic for RoundingDivider<D> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "rounding_divider_{count}: sum / count, rounded half to even, exact. Latency 34 whatever the data, one mean every 35 cycles."
        );
        clock!(self, clock, divider, negative, divisor);
        self.divider.reset_n.next = self.reset_n.val();
        self.divider.valid.next = self.valid.val();
        self.divider.out_ready.next = self.out_ready.val();
        self.ready.next = self.divider.ready.val();
        self.out_valid.next = self.divider.out_valid.val();
        self.accept.next = self.valid.val() & self.divider.ready.val();

        comment!("The magnitude is divided.");
        self.bits_of_sum.next = unsigned_cast(self.sum.val());
        self.magnitude.next = self.bits_of_sum.val();
        if self.bits_of_sum.val().get_bit(33) {
            self.magnitude.next = bits::<34>(0) - self.bits_of_sum.val();
        }
        self.divider.dividend.next = self.magnitude.val();
        self.divider.divisor.next = self.count.val();
        self.negative.enable.next = self.accept.val();
        self.negative.d.next = self.bits_of_sum.val().get_bit(33);
        self.divisor.enable.next = self.accept.val();
        self.divisor.d.next = self.count.val();

        comment!("The remainder against what is missing to the next multiple: more, or as much and the quotient odd.");
        self.to_next.next = self.divisor.q.val() - self.divider.remainder.val();
        self.rounds_up.next = (self.divider.remainder.val() > self.to_next.val())
            | ((self.divider.remainder.val() == self.to_next.val()) & self.divider.quotient.val().get_bit(0));

        comment!("-(q + 1) is ~q, and -q is ~q + 1: one addition for rounding and sign.");
        self.quotient.value.next = signed_cast(self.divider.quotient.val());
        self.floor.next = unsigned_cast(self.quotient.truncated.val());
        if self.negative.q.val() {
            self.floor.next = !unsigned_cast(self.quotient.truncated.val());
        }
        self.rounded.next = self.floor.val();
        if self.rounds_up.val() != self.negative.q.val() {
            self.rounded.next = self.floor.val() + 1;
        }
        self.mean.next = signed_cast(self.rounded.val());
    }
}
