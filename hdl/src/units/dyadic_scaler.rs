//! [`DyadicScaler`]: multiplication by a dyadic number.

use crate::cells::{Delay, Multiplier, RoundHalfEven, ShiftRight};
use crate::comment;
use rust_hdl::core::prelude::*;

/// `RNE(q · m / 2^e)`, exact: the product has all its bits, and rounding half to even sees all that the shift drops (NUMERICS §1, "Requant").
///
/// Latency 4, one result a cycle, no reset. `q`, `m` and `e` are sampled together.
///
/// | stage | |
/// |---|---|
/// | 1, 2 | product (two registers, for a DSP block's or for retiming) |
/// | 3 | plus what makes the shift round half to even |
/// | 4 | arithmetic shift |
///
/// `P` ≥ max(`Q` + 33, 64) is the width of product and result, so that no value overflows for any `e` of 0..=63.
#[derive(LogicBlock, Default)]
pub struct DyadicScaler<const Q: usize, const P: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Operand.
    pub q: Signal<In, Signed<Q>>,
    /// Mantissa, |m| ≤ 2^31 (inclusive, hence 33 bits).
    pub m: Signal<In, Signed<33>>,
    /// Exponent, 0..=63.
    pub e: Signal<In, Bits<6>>,
    /// `RNE(q · m / 2^e)` of four cycles ago.
    pub scaled: Signal<Out, Signed<P>>,
    multiplier: Multiplier<Q, 33, P>,
    product: Delay<Signed<P>, 2>,
    product_e: Delay<Bits<6>, 2>,
    rounding: RoundHalfEven<P, 6>,
    rounded: Delay<Signed<P>, 1>,
    rounded_e: Delay<Bits<6>, 1>,
    shift: ShiftRight<P, 6>,
    shifted: Delay<Signed<P>, 1>,
}

impl<const Q: usize, const P: usize> Logic for DyadicScaler<Q, P> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "dyadic_scaler_{q}to{scaled}: q * m / 2^e, rounded half to even, exact. Latency 4, one result a cycle, no reset."
        );
        clock!(self, clock, product, product_e, rounded, rounded_e, shifted);

        comment!("Stages 1 and 2: the exact product.");
        self.multiplier.a.next = self.q.val();
        self.multiplier.b.next = self.m.val();
        self.product.d.next = self.multiplier.product.val();
        self.product_e.d.next = self.e.val();

        comment!("Stage 3: add what makes the shift round half to even.");
        self.rounding.value.next = self.product.q.val();
        self.rounding.amount.next = self.product_e.q.val();
        self.rounded.d.next = self.product.q.val() + self.rounding.increment.val();
        self.rounded_e.d.next = self.product_e.q.val();

        comment!("Stage 4: shift.");
        self.shift.value.next = self.rounded.q.val();
        self.shift.amount.next = self.rounded_e.q.val();
        self.shifted.d.next = self.shift.shifted.val();
        self.scaled.next = self.shifted.q.val();
    }
}
