//! [`QuotientStage`]: one step of a division by compare-and-subtract.

use crate::cells::Delay;
use rust_hdl::core::prelude::*;

/// One quotient bit: takes `divisor` from `remainder` if it fits, and hands both on with the divisor halved.
///
/// `k` stages in a row divide a remainder below `2^k · d` by `d`, if the first divisor is `2^(k-1) · d`: the quotient's bits come
/// out of the stages from the highest on. Latency 1, one division a cycle, no reset.
///
/// `W` is the width of remainder and divisor, `N` that of the quotient.
#[derive(LogicBlock, Default)]
pub struct QuotientStage<const W: usize, const N: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// What is left to divide.
    pub remainder: Signal<In, Bits<W>>,
    /// The divisor times the weight of this stage's quotient bit.
    pub divisor: Signal<In, Bits<W>>,
    /// Quotient bits so far.
    pub quotient: Signal<In, Bits<N>>,
    /// What is left after this stage.
    pub remainder_next: Signal<Out, Bits<W>>,
    /// Half of `divisor`.
    pub divisor_next: Signal<Out, Bits<W>>,
    /// Twice `quotient`, plus this stage's bit.
    pub quotient_next: Signal<Out, Bits<N>>,
    remainder_register: Delay<Bits<W>, 1>,
    divisor_register: Delay<Bits<W>, 1>,
    quotient_register: Delay<Bits<N>, 1>,
}

impl<const W: usize, const N: usize> Logic for QuotientStage<W, N> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "quotient_stage_{remainder}: one quotient bit by compare-and-subtract. Latency 1, one division a cycle, no reset."
        );
        clock!(self, clock, remainder_register, divisor_register, quotient_register);

        if self.remainder.val() >= self.divisor.val() {
            self.remainder_register.d.next = self.remainder.val() - self.divisor.val();
            self.quotient_register.d.next = (self.quotient.val() << 1) | 1;
        } else {
            self.remainder_register.d.next = self.remainder.val();
            self.quotient_register.d.next = self.quotient.val() << 1;
        }
        self.divisor_register.d.next = self.divisor.val() >> 1;

        self.remainder_next.next = self.remainder_register.q.val();
        self.divisor_next.next = self.divisor_register.q.val();
        self.quotient_next.next = self.quotient_register.q.val();
    }
}
