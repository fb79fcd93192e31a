//! [`WeightScaler`]: from the octaves and the polynomial of i-exp to a weight of 8 bits.

use crate::cells::{Delay, LowMask, LowestKept, Multiplier, ShiftRight, Truncate, ZeroExtend};
use rust_hdl::core::prelude::*;

/// `weight = min(RNE((max(t, 0) >> shift)·m / 2^(e + z)), 255)` (docs/numerics.md, "Late i-softmax").
///
/// Latency 5, one element per cycle, no reset. Operands and constants are sampled together. `max(t, 0) >> shift` must
/// have at most 16 bits, so that one 18×18 multiplier suffices.
///
/// | stage | |
/// |---|---|
/// | 1 | shifted polynomial; `e + z`, limited to 33: the product has 32 bits, so from there on the weight is 0 |
/// | 2 | product, and the mask of the bits that the shift discards |
/// | 3 | is the quotient odd? |
/// | 4 | plus half of the mask and that bit, which makes the shift round half to even |
/// | 5 | shift and saturation |
#[circuit(clock)]
pub struct WeightScaler {
    /// Whole octaves of i-exp.
    pub z: Signal<In, Bits<5>>,
    /// Polynomial of i-exp.
    pub t: Signal<In, Signed<33>>,
    /// Right shift of the polynomial.
    pub shift: Signal<In, Bits<5>>,
    /// Mantissa of the weights' scale.
    pub m: Signal<In, Bits<16>>,
    /// Exponent of the weights' scale.
    pub e: Signal<In, Bits<5>>,
    /// Weight of the operands of five cycles ago.
    pub weight: Signal<Out, Bits<8>>,
    polynomial_shift: ShiftRight<33, 5>,
    polynomial_low: Truncate<33, 16>,
    operand: Delay<Bits<16>, 1>,
    mantissa: Delay<Bits<16>, 1>,
    exponent_sum: Signal<Local, Bits<6>>,
    exponent: Delay<Bits<6>, 1>,
    operand_extended: ZeroExtend<16, 17>,
    mantissa_extended: ZeroExtend<16, 17>,
    multiplier: Multiplier<17, 17, 35>,
    product: Delay<Signed<35>, 1>,
    low_mask: LowMask<35, 6>,
    mask: Delay<Bits<35>, 1>,
    lowest_kept: LowestKept<35>,
    odd: Delay<Bits<1>, 1>,
    half: Delay<Bits<35>, 1>,
    product_delay: Delay<Signed<35>, 1>,
    rounded: Delay<Signed<35>, 1>,
    rounded_e: Delay<Bits<6>, 3>,
    weight_shift: ShiftRight<35, 6>,
    shifted_product: Signal<Local, Bits<35>>,
    saturated: Delay<Bits<8>, 1>,
}

#[circuit]
impl Logic for WeightScaler {
    fn update(&mut self) {
        comment! { "weight_scaler: (max(t, 0) >> shift) * m / 2^(e + z), rounded half to even and saturated to 8 bits. \
        Latency 5, one element per cycle, no reset. docs/numerics.md, Late i-softmax." }
        wire! {
            clock => operand, mantissa, exponent, product, mask, odd, half, product_delay, rounded, rounded_e,
                saturated;
        }

        comment!("Stage 1: operands of the product, and the exponent.");
        wire! { polynomial_shift.{value: t, amount: shift}; }
        polynomial_low.value = polynomial_shift.shifted;
        operand.d = unsigned_cast(polynomial_low.truncated);
        if t.get_bit(32) {
            operand.d = bits::<16>(0);
        }
        mantissa.d = m;
        exponent_sum = bit_cast::<6, 5>(e) + bit_cast::<6, 5>(z);
        exponent.d = exponent_sum;
        if exponent_sum > bits::<6>(33) {
            exponent.d = bits::<6>(33);
        }

        comment!("Stage 2: product, and the mask of the bits that the shift discards.");
        operand_extended.value = operand.q;
        mantissa_extended.value = mantissa.q;
        wire! { multiplier.{a: operand_extended.extended, b: mantissa_extended.extended}; }
        product.d = multiplier.product;
        low_mask.amount = exponent.q;
        mask.d = low_mask.mask;

        comment!("Stage 3: the lowest bit that the shift keeps.");
        wire! { lowest_kept.{value: product.q, mask: mask.q}; }
        odd.d = lowest_kept.odd;
        half.d = mask.q >> 1;
        product_delay.d = product.q;

        comment!("Stage 4: add half of the mask and that bit, so that the shift rounds half to even.");
        rounded.d = product_delay.q + signed_cast(half.q) + signed_cast(bit_cast::<35, 1>(odd.q));

        comment!("Stage 5: shift and saturation.");
        rounded_e.d = exponent.q;
        wire! { weight_shift.{value: rounded.q, amount: rounded_e.q}; }
        shifted_product = unsigned_cast(weight_shift.shifted);
        saturated.d = shifted_product.get_bits::<8>(0);
        if shifted_product.get_bits::<27>(8).any() {
            saturated.d = bits::<8>(255);
        }
        weight = saturated.q;
    }
}
