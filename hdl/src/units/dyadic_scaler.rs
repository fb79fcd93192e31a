//! [`DyadicScaler`]: multiplication by a dyadic number.

use crate::cells::{Delay, LowMask, LowestKept, PipelinedMultiplier, ShiftRight};
use rust_hdl::core::prelude::*;

/// `RNE(q · m / 2^e)`, exact: the product has all its bits, and the rounding half to even sees all bits that the shift
/// discards (docs/numerics.md, "Requant").
///
/// Latency 7, one result per cycle, no reset. `q`, `m` and `e` are sampled together.
///
/// | stage | |
/// |---|---|
/// | 1 to 4 | product, and the mask of the bits that the shift discards |
/// | 5 | is the quotient odd? |
/// | 6 | plus half of the mask and that bit, which makes the shift round half to even |
/// | 7 | arithmetic shift |
///
/// `P` ≥ max(`Q` + 33, 64) is the width of product and result, so that no value overflows for any `e` in 0..=63.
#[circuit(clock)]
pub struct DyadicScaler<Q, P> {
    /// Operand.
    pub q: Signal<In, Signed<Q>>,
    /// Mantissa, |m| ≤ 2^31 (inclusive, hence 33 bits).
    pub m: Signal<In, Signed<33>>,
    /// Exponent, 0..=63.
    pub e: Signal<In, Bits<6>>,
    /// `RNE(q · m / 2^e)` of the operands of seven cycles ago.
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

#[circuit]
impl Logic for DyadicScaler<Q, P> {
    fn update(&mut self) {
        comment! { "dyadic_scaler_{q}to{scaled}: q * m / 2^e, rounded half to even, exact. Latency 7, one result per \
        cycle, no reset." }
        wire! { clock => multiplier, product_e, mask, odd, half, product, rounded, rounded_e, shifted; }

        comment!("Stages 1 to 4: the exact product, and the mask of the bits that the shift discards.");
        wire! { multiplier.{a: q, b: m}; }
        product_e.d = e;
        low_mask.amount = product_e.q;
        mask.d = low_mask.mask;

        comment!("Stage 5: the lowest bit that the shift keeps.");
        wire! { lowest_kept.{value: multiplier.product, mask: mask.q}; }
        odd.d = lowest_kept.odd;
        half.d = mask.q >> 1;
        product.d = multiplier.product;

        comment!("Stage 6: add half of the mask and that bit, so that the shift rounds half to even.");
        rounded.d = product.q + signed_cast(half.q) + signed_cast(bit_cast::<P, 1>(odd.q));

        comment!("Stage 7: shift.");
        rounded_e.d = product_e.q;
        wire! { shift.{value: rounded.q, amount: rounded_e.q}; }
        shifted.d = shift.shifted;
        scaled = shifted.q;
    }
}
