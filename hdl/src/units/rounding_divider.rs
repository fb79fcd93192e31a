//! [`RoundingDivider`]: the mean of a row.

use super::Divider;
use crate::cells::{Delay, EnableDelay, Register, Truncate};
use rust_hdl::core::prelude::*;

/// `mean = RNE(sum / count)`, rounded half to even, exact (docs/numerics.md, "i-LayerNorm").
///
/// Divides the magnitude with a [`Divider`] and rounds by the remainder: up if it is more than half of `count`, or
/// exactly half and the quotient is odd. Rounding half to even is symmetric, so the sign is applied afterwards.
///
/// Latency 36, whatever the data: 1 for the magnitude, 34 for the quotient, 1 to compare the remainder. At best one
/// mean every 37 cycles. Operands are sampled in the cycle with `valid` and `ready`; the result holds while `out_valid`
/// waits for `out_ready`, with an addition of 22 bits after the registers. No path from `out_ready` to `ready`. Reset
/// discards the division in progress.
///
/// | port | width | legal |
/// |---|---|---|
/// | `sum` | 34 | |
/// | `count` | `D` | positive |
/// | `mean` | 22 | holds the mean if \|`sum`\| ≤ 2^21 · `count`, as for the sum of `count` values of 22 bits |
#[circuit(clock, reset_n)]
pub struct RoundingDivider<D> {
    /// Operands valid.
    pub valid: Signal<In, Bit>,
    /// Operands are accepted in a cycle with `valid` and `ready`.
    pub ready: Signal<Out, Bit>,
    /// Sum of the row, the dividend.
    pub sum: Signal<In, Signed<34>>,
    /// Number of elements, the divisor.
    pub count: Signal<In, Bits<D>>,
    /// Mean valid.
    pub out_valid: Signal<Out, Bit>,
    /// Mean is taken in a cycle with `out_valid` and `out_ready`.
    pub out_ready: Signal<In, Bit>,
    /// Mean of the row. Arbitrary without `out_valid`.
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

#[circuit]
impl Logic for RoundingDivider<D> {
    fn update(&mut self) {
        comment! { "rounding_divider_{count}: sum / count, rounded half to even, exact. Latency 36 whatever the data, \
        one mean every 37 cycles." }
        wire! {
            clock, reset_n => loaded, divider, compared;
            clock => magnitude, negative, divisor, rounds_up;
        }
        ready = divider.ready & !loaded.q;
        accept = valid & ready;

        comment!("The magnitude, which is divided from the next cycle on.");
        bits_of_sum = unsigned_cast(sum);
        wire! { magnitude.{enable: accept, d: bits_of_sum}; }
        if bits_of_sum.get_bit(33) {
            magnitude.d = bits::<34>(0) - bits_of_sum;
        }
        negative.enable = accept;
        negative.d = bits_of_sum.get_bit(33);
        wire! {
            divisor.{enable: accept, d: count};
            loaded.d <- accept;
            divider.{valid: loaded.q, dividend: magnitude.q, divisor: divisor.q};
        }

        comment!("Remainder against the distance to the next multiple: larger, or equal and the quotient odd.");
        to_next = divisor.q - divider.remainder;
        rounds_up.d = (divider.remainder > to_next) | ((divider.remainder == to_next) & divider.quotient.get_bit(0));
        compared.d = divider.out_valid & !(compared.q & out_ready);
        divider.out_ready = compared.q & out_ready;
        out_valid = compared.q;

        comment!("-(q + 1) is ~q, and -q is ~q + 1: one addition for rounding and sign.");
        quotient.value = signed_cast(divider.quotient);
        floor = unsigned_cast(quotient.truncated);
        if negative.q {
            floor = !unsigned_cast(quotient.truncated);
        }
        rounded = floor;
        if rounds_up.q != negative.q {
            rounded = floor + 1;
        }
        mean = signed_cast(rounded);
    }
}
