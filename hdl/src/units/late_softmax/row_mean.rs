//! [`RowMean`]: an accumulator of weighted values, divided by the sum of the weights.

use crate::cells::{Clamp, Delay, Multiplier, ShiftRight, SignExtend, Truncate, ValidDelay, ZeroExtend};
use ibert_isa::timing::units::ROW_MEAN_LATENCY;
use rust_hdl::core::prelude::*;

/// `mean = RNE(a·mantissa / 2^17)` saturated to 16 bits, with `a = accumulator·2^(10 - length)` rounded down
/// (docs/numerics.md, "Late i-softmax"): the mean of the values in 256ths.
///
/// Latency 3, one result per cycle, no backpressure. All operands are sampled together with `valid`. `mantissa` and
/// `length` are those of [`Reciprocal`](super::Reciprocal) for a sum that is at least |`accumulator`| / 128, so `a` has
/// 18 bits and one 18×18 multiplier suffices. Reset clears only the valid flags.
///
/// | stage | |
/// |---|---|
/// | 1 | aligned accumulator `a` |
/// | 2 | product |
/// | 3 | rounding and saturation |
#[circuit(clock, reset_n)]
pub struct RowMean {
    /// Operands valid.
    pub valid: Signal<In, Bit>,
    /// Sum of values times weights.
    pub accumulator: Signal<In, Signed<32>>,
    /// Mantissa of the reciprocal of the sum of the weights, 2^15..=2^16.
    pub mantissa: Signal<In, Bits<17>>,
    /// Number of bits of the sum of the weights, 1..=18.
    pub length: Signal<In, Bits<5>>,
    /// Result valid.
    pub out_valid: Signal<Out, Bit>,
    /// Mean of the values, in 256ths.
    pub mean: Signal<Out, Signed<16>>,
    accumulator_extended: SignExtend<32, 41>,
    align: ShiftRight<41, 5>,
    aligned_low: Truncate<41, 18>,
    aligned: Delay<Signed<18>, 1>,
    factor: Delay<Bits<17>, 1>,
    factor_extended: ZeroExtend<17, 18>,
    multiplier: Multiplier<18, 18, 36>,
    product: Delay<Signed<36>, 1>,
    half: Signal<Local, Signed<36>>,
    rounded: Signal<Local, Signed<36>>,
    quotient: ShiftRight<36, 5>,
    clamp: Clamp<36, 16>,
    result: Delay<Signed<16>, 1>,
    valid_delay: ValidDelay<3>,
}

impl RowMean {
    /// Cycles from accumulator to mean.
    pub const LATENCY: usize = ROW_MEAN_LATENCY;
}

#[circuit]
impl Logic for RowMean {
    fn update(&mut self) {
        comment! { "row_mean: accumulator * 2^(10 - length), rounded down, * mantissa / 2^17, rounded half to even and \
        saturated to 16 bits. Latency 3, one result per cycle, no backpressure. docs/numerics.md, Late i-softmax." }
        wire! {
            clock, reset_n => valid_delay;
            clock => aligned, factor, product, result;
        }

        comment!("Stage 1: aligned accumulator.");
        accumulator_extended.value = accumulator;
        align.value = signed_cast(unsigned_cast(accumulator_extended.extended) << 9);
        align.amount = length - 1;
        aligned_low.value = align.shifted;
        aligned.d = aligned_low.truncated;
        factor.d = mantissa;

        comment!("Stage 2: product.");
        factor_extended.value = factor.q;
        wire! { multiplier.{a: aligned.q, b: factor_extended.extended}; }
        product.d = multiplier.product;

        comment!("Stage 3: half of 2^17 less 1, and 1 more for an odd quotient, make the shift round half to even.");
        half = signed_cast(bits::<36>(0xffff));
        if product.q.get_bit(17) {
            half = signed_cast(bits::<36>(0x1_0000));
        }
        rounded = product.q + half;
        quotient.value = rounded;
        quotient.amount = bits::<5>(17);
        clamp.value = quotient.shifted;
        result.d = clamp.clamped;
        mean = result.q;

        valid_delay.d = valid;
        out_valid = valid_delay.q;
    }
}
