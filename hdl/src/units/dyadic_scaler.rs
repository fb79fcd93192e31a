//! [`DyadicScaler`]: multiplication by a dyadic number.

use crate::cells::{Delay, LowMask, LowestKept, PipelinedMultiplier, ShiftRight};
use rust_hdl::core::prelude::*;

/// `RNE(q · m / 2^e)`, exact: the product has all its bits, and rounding half to even sees all that the shift drops (NUMERICS §1, "Requant").
///
/// Latency 7, one result a cycle, no reset. `q`, `m` and `e` are sampled together.
///
/// | stage | |
/// |---|---|
/// | 1 to 4 | product; beside it the mask of what the shift drops |
/// | 5 | is the quotient odd? |
/// | 6 | plus half of the mask and that bit, which makes the shift round half to even |
/// | 7 | arithmetic shift |
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
    /// `RNE(q · m / 2^e)` of seven cycles ago.
    pub scaled: Signal<Out, Signed<P>>,
    multiplier: PipelinedMultiplier<Q, 33, P>,
    product_e: Delay<Bits<6>, 3>,
    low_mask: LowMask<P, 6>,
    mask: Delay<Bits<P>, 1>,
    lowest_kept: LowestKept<P>,
    odd: Delay<Bits<1>, 1>,
    half: Delay<Bits<P>, 1>,
    product: Delay<Signed<P>, 1>,
    rounded: Delay<Signed<P>, 1>,
    rounded_e: Delay<Bits<6>, 3>,
    shift: ShiftRight<P, 6>,
    shifted: Delay<Signed<P>, 1>,
}

impl<const Q: usize, const P: usize> Logic for DyadicScaler<Q, P> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "dyadic_scaler_{q}to{scaled}: q * m / 2^e, rounded half to even, exact. Latency 7, one result a cycle, no reset."
        );
        clock!(self, clock, multiplier, product_e, mask, odd, half, product, rounded, rounded_e, shifted);

        comment!("Stages 1 to 4: the exact product, and what the shift drops of it.");
        self.multiplier.a.next = self.q.val();
        self.multiplier.b.next = self.m.val();
        self.product_e.d.next = self.e.val();
        self.low_mask.amount.next = self.product_e.q.val();
        self.mask.d.next = self.low_mask.mask.val();

        comment!("Stage 5: the lowest bit that the shift keeps.");
        self.lowest_kept.value.next = self.multiplier.product.val();
        self.lowest_kept.mask.next = self.mask.q.val();
        self.odd.d.next = self.lowest_kept.odd.val();
        self.half.d.next = self.mask.q.val() >> 1;
        self.product.d.next = self.multiplier.product.val();

        comment!("Stage 6: add what makes the shift round half to even.");
        self.rounded.d.next =
            self.product.q.val() + signed_cast(self.half.q.val()) + signed_cast(bit_cast::<P, 1>(self.odd.q.val()));

        comment!("Stage 7: shift.");
        self.rounded_e.d.next = self.product_e.q.val();
        self.shift.value.next = self.rounded.q.val();
        self.shift.amount.next = self.rounded_e.q.val();
        self.shifted.d.next = self.shift.shifted.val();
        self.scaled.next = self.shifted.q.val();
    }
}
