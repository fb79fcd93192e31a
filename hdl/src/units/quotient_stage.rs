//! [`QuotientStage`]: one step of a division by compare-and-subtract.

use crate::cells::Delay;
use rust_hdl::core::prelude::*;

/// One quotient bit: subtracts `divisor` from `remainder` if it fits, and passes both on with the divisor halved.
///
/// `k` stages in series divide a remainder below `2^k · d` by `d`, if the first divisor is `2^(k-1) · d`: the quotient
/// bits are computed from the highest on. Latency 1, one division per cycle, no reset.
///
/// `W` is the width of remainder and divisor, `N` that of the quotient.
#[circuit(clock)]
pub struct QuotientStage<W, N> {
    /// Remainder before this stage.
    pub remainder: Signal<In, Bits<W>>,
    /// The divisor times the weight of this stage's quotient bit.
    pub divisor: Signal<In, Bits<W>>,
    /// Quotient bits so far.
    pub quotient: Signal<In, Bits<N>>,
    /// Remainder after this stage.
    pub remainder_next: Signal<Out, Bits<W>>,
    /// Half of `divisor`.
    pub divisor_next: Signal<Out, Bits<W>>,
    /// Twice `quotient`, plus this stage's bit.
    pub quotient_next: Signal<Out, Bits<N>>,
    remainder_register: Delay<Bits<W>, 1>,
    divisor_register: Delay<Bits<W>, 1>,
    quotient_register: Delay<Bits<N>, 1>,
}

#[circuit]
impl Logic for QuotientStage<W, N> {
    fn update(&mut self) {
        comment! { "quotient_stage_{remainder}: one quotient bit by compare-and-subtract. Latency 1, one division per \
        cycle, no reset." }
        wire! { clock => remainder_register, divisor_register, quotient_register; }

        if remainder >= divisor {
            remainder_register.d = remainder - divisor;
            quotient_register.d = (quotient << 1) | 1;
        } else {
            remainder_register.d = remainder;
            quotient_register.d = quotient << 1;
        }
        divisor_register.d = divisor >> 1;

        wire! { {remainder, divisor, quotient}_next <- *_register.q; }
    }
}
