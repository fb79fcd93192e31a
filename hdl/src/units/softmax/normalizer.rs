//! [`Normalizer`]: the last pass over a row, its probabilities.

use crate::cells::{EnableDelay, EnableRegister, Multiplier, Truncate, ZeroExtend};
use rust_hdl::core::prelude::*;

/// `p = min((exp16·factor) >> (32 - out_bits), 2^out_bits - 1)` (docs/numerics.md, "i-softmax") of the elements of a
/// row.
///
/// The stages advance while `enable` is high. `issue`, `last` and the constants of the row belong to an element whose
/// `exp16` leaves the memory one enabled cycle later; its result follows five enabled cycles later. One element per
/// cycle. Reset clears the valid flags.
///
/// | stage | |
/// |---|---|
/// | 1 | memory |
/// | 2 | register after the memory |
/// | 3 | products with the two halves of `factor`, an 18×18 multiplier each |
/// | 4 | their sum |
/// | 5 | shift and saturation |
///
/// `exp16` is part of the sum whose reciprocal is `factor`, so the product is at most 2^32, and 2^32 is the only value
/// that saturates.
#[circuit(clock, reset_n)]
pub struct Normalizer {
    /// Enable: the stages advance.
    pub enable: Signal<In, Bit>,
    /// An element is read.
    pub issue: Signal<In, Bit>,
    /// Element is the last of its row.
    pub last: Signal<In, Bit>,
    /// Width of the probabilities of the element's row, 1..=16.
    pub out_bits: Signal<In, Bits<5>>,
    /// Sum of the exponentials of the element's row.
    pub sum: Signal<In, Bits<32>>,
    /// `2^32 div sum` of the element's row.
    pub factor: Signal<In, Bits<33>>,
    /// Word of the memory, read at the last enabled edge.
    pub exp16: Signal<In, Bits<15>>,
    /// Result valid.
    pub out_valid: Signal<Out, Bit>,
    /// Result is the last of its row.
    pub out_last: Signal<Out, Bit>,
    /// Probability at scale `2^-out_bits`.
    pub out: Signal<Out, Bits<16>>,
    /// 16-bit exponential of the result's element.
    pub out_exp16: Signal<Out, Bits<15>>,
    /// Sum of the exponentials of the result's row.
    pub out_sum: Signal<Out, Bits<32>>,
    /// `2^32 div sum` of the result's row.
    pub out_factor: Signal<Out, Bits<33>>,
    valid_stage: [EnableRegister<Bit>; 5],
    last_delay: EnableDelay<Bit, 5>,
    exp16_register: EnableDelay<Bits<15>, 1>,
    factor_delay: EnableDelay<Bits<33>, 2>,
    shift_delay: EnableDelay<Bits<5>, 4>,
    exp16_extended: ZeroExtend<15, 16>,
    factor_low: ZeroExtend<17, 18>,
    factor_high: ZeroExtend<16, 17>,
    multiplier_low: Multiplier<16, 18, 34>,
    multiplier_high: Multiplier<16, 17, 33>,
    product_low: EnableDelay<Signed<34>, 1>,
    product_high: EnableDelay<Signed<33>, 1>,
    summand_low: Truncate<34, 33>,
    summand_high: Truncate<33, 16>,
    product: EnableDelay<Bits<33>, 1>,
    bounded: Signal<Local, Bits<32>>,
    shifted: Signal<Local, Bits<32>>,
    shifted_low: Truncate<32, 16>,
    result: EnableDelay<Bits<16>, 1>,
    exp16_tap: EnableDelay<Bits<15>, 3>,
    sum_tap: EnableDelay<Bits<32>, 5>,
    factor_tap: EnableDelay<Bits<33>, 3>,
}

#[circuit]
impl Logic for Normalizer {
    fn update(&mut self) {
        comment! { "normalizer: exp16 * factor >> (32 - out_bits), saturated to out_bits bits. Five stages that can \
        stall, one element per cycle." }
        wire! {
            clock => last_delay, exp16_register, factor_delay, shift_delay, product_low, product_high, product, result,
                exp16_tap, sum_tap, factor_tap;
        }
        for i in 0..5 {
            wire! { clock, reset_n => valid_stage[i]; }
            valid_stage[i].enable = enable;
        }
        wire! {
            enable => last_delay, exp16_register, factor_delay, shift_delay, product_low, product_high, product, result,
                exp16_tap, sum_tap, factor_tap;
        }

        valid_stage[0].d = issue;
        for i in 1..5 {
            valid_stage[i].d = valid_stage[i - 1].q;
        }
        last_delay.d = last;

        comment!("Stage 2: register after the memory.");
        exp16_register.d = exp16;
        factor_delay.d = factor;

        comment!("Stage 3: products.");
        exp16_extended.value = exp16_register.q;
        factor_low.value = factor_delay.q.get_bits::<17>(0);
        factor_high.value = factor_delay.q.get_bits::<16>(17);
        wire! {
            multiplier_low.{a: exp16_extended.extended, b: factor_low.extended};
            product_low.d <- multiplier_low.product;
            multiplier_high.{a: exp16_extended.extended, b: factor_high.extended};
        }
        product_high.d = multiplier_high.product;

        comment!("Stage 4: sum. It has 33 bits, so 16 bits of the upper product suffice.");
        summand_low.value = product_low.q;
        summand_high.value = product_high.q;
        product.d =
            unsigned_cast(summand_low.truncated) + (bit_cast::<33, 16>(unsigned_cast(summand_high.truncated)) << 17);

        comment!("Stage 5: 2^32 becomes 2^32 - 1, then a shift by 32 - out_bits, modulo 32.");
        bounded = product.q.get_bits::<32>(0);
        if product.q.get_bit(32) {
            bounded = bits::<32>(0xffff_ffffu64);
        }
        shift_delay.d = bits::<5>(0) - out_bits;
        shifted = bounded >> shift_delay.q;
        shifted_low.value = signed_cast(shifted);
        result.d = unsigned_cast(shifted_low.truncated);

        out_valid = valid_stage[4].q;
        out_last = last_delay.q;
        out = result.q;
        exp16_tap.d = exp16_register.q;
        out_exp16 = exp16_tap.q;
        sum_tap.d = sum;
        out_sum = sum_tap.q;
        factor_tap.d = factor_delay.q;
        out_factor = factor_tap.q;
    }
}
