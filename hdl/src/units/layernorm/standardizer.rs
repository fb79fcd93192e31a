//! [`Standardizer`]: the last pass over a row, its normalized elements.

use crate::cells::{EnableDelay, EnableRegister, Multiplier, SignExtend, Truncate, ZeroExtend};
use rust_hdl::core::prelude::*;

/// `out = ((y·factor) >> 1) + bias` (docs/numerics.md, "i-LayerNorm") of the elements of a row.
///
/// The stages advance while `enable` is high. `issue`, `first`, `last`, `factor` and `bias` belong to an element whose
/// `y` leaves the memory one enabled cycle later; its result follows six enabled cycles later. One element per cycle.
/// Reset clears the valid flags.
///
/// | stage | |
/// |---|---|
/// | 1 | memory |
/// | 2 | register after the memory |
/// | 3 | products of two parts of `y` (6 bits with the sign, 17 bits) with two of `factor` (15 and 17 bits): 18×18 multipliers |
/// | 4 | sum of the two in the middle; the outer ones do not overlap |
/// | 5 | product |
/// | 6 | half of it, plus bias |
///
/// `out` has 43 bits and is exact. If the variance is 0, every `y >> shift` is 0: no `y` is negative, their sum is at
/// most half of their number, and so `y·factor` ≤ 2^11·2^31. Otherwise either `|y >> shift|` ≤ isqrt(variance), so
/// |`y`| ≤ 2·`std` and |`y·factor`| ≤ 2^32, or the variance is saturated and |`y·factor`| < 2^22·2^16. Hence |`out`| ≤
/// 2^41 + 2^39.
#[circuit(clock, reset_n)]
pub struct Standardizer {
    /// Enable: the stages advance.
    pub enable: Signal<In, Bit>,
    /// An element is read.
    pub issue: Signal<In, Bit>,
    /// Element is the first of its row.
    pub first: Signal<In, Bit>,
    /// Element is the last of its row.
    pub last: Signal<In, Bit>,
    /// `2^31 div std` of the element's row.
    pub factor: Signal<In, Bits<32>>,
    /// Bias of the element's channel.
    pub bias: Signal<In, Signed<40>>,
    /// Word of the memory, read at the last enabled edge.
    pub y: Signal<In, Signed<23>>,
    /// Result valid.
    pub out_valid: Signal<Out, Bit>,
    /// The next result is the first of a row, if the stages advance.
    pub first_is_next: Signal<Out, Bit>,
    /// Result is the last of its row.
    pub out_last: Signal<Out, Bit>,
    /// Normalized element.
    pub out: Signal<Out, Signed<43>>,
    valid_stage: [EnableRegister<Bit>; 6],
    first_delay: EnableDelay<Bit, 5>,
    last_delay: EnableDelay<Bit, 6>,
    y_register: EnableDelay<Bits<23>, 1>,
    factor_delay: EnableDelay<Bits<32>, 2>,
    y_low: ZeroExtend<17, 18>,
    factor_low: ZeroExtend<17, 18>,
    factor_high: ZeroExtend<15, 16>,
    multiplier_low_low: Multiplier<18, 18, 36>,
    multiplier_low_high: Multiplier<18, 16, 34>,
    multiplier_high_low: Multiplier<6, 18, 24>,
    multiplier_high_high: Multiplier<6, 16, 22>,
    low_low: Truncate<36, 34>,
    low_high: Truncate<34, 27>,
    high_high: Truncate<22, 10>,
    half_low_low: EnableDelay<Bits<34>, 1>,
    product_low_high: EnableDelay<Signed<27>, 1>,
    product_high_low: EnableDelay<Signed<24>, 1>,
    product_high_high: EnableDelay<Signed<10>, 1>,
    high_low: SignExtend<24, 27>,
    outer: EnableDelay<Bits<43>, 1>,
    middle: EnableDelay<Signed<27>, 1>,
    half: EnableDelay<Bits<43>, 1>,
    bias_delay: EnableDelay<Signed<40>, 5>,
    bias_extended: SignExtend<40, 43>,
    result: EnableDelay<Signed<43>, 1>,
}

#[circuit]
impl Logic for Standardizer {
    fn update(&mut self) {
        comment!("standardizer: ((y * factor) >> 1) + bias. Six stages that can stall, one element per cycle.");
        wire! {
            clock => first_delay, last_delay, y_register, factor_delay, half_low_low, product_low_high,
                product_high_low, product_high_high, outer, middle, half, bias_delay, result;
        }
        for i in 0..6 {
            wire! { clock, reset_n => valid_stage[i]; }
            valid_stage[i].enable = enable;
        }
        wire! {
            enable => first_delay, last_delay, y_register, factor_delay, half_low_low, product_low_high,
                product_high_low, product_high_high, outer, middle, half, bias_delay, result;
        }

        valid_stage[0].d = issue;
        for i in 1..6 {
            valid_stage[i].d = valid_stage[i - 1].q;
        }
        first_delay.d = first;
        last_delay.d = last;

        comment!("Stage 2: register after the memory.");
        y_register.d = unsigned_cast(y);
        factor_delay.d = factor;

        comment!("Stage 3: products of parts, as far as the 43 bits of the result require.");
        y_low.value = y_register.q.get_bits::<17>(0);
        factor_low.value = factor_delay.q.get_bits::<17>(0);
        factor_high.value = factor_delay.q.get_bits::<15>(17);
        wire! {
            multiplier_low_low.{a: y_low.extended, b: factor_low.extended};
            multiplier_low_high.{a: y_low.extended, b: factor_high.extended};
        }
        multiplier_high_low.a = signed_cast(y_register.q.get_bits::<6>(17));
        multiplier_high_low.b = factor_low.extended;
        multiplier_high_high.a = signed_cast(y_register.q.get_bits::<6>(17));
        multiplier_high_high.b = factor_high.extended;
        wire! { {low_low, low_high, high_high}.value <- multiplier_*.product; }
        half_low_low.d = unsigned_cast(low_low.truncated) >> 1;
        product_low_high.d = low_high.truncated;
        product_high_low.d = multiplier_high_low.product;
        product_high_high.d = high_high.truncated;

        comment!("Stages 4 and 5: half of the product.");
        outer.d = bit_cast::<43, 34>(half_low_low.q) | (bit_cast::<43, 10>(unsigned_cast(product_high_high.q)) << 33);
        high_low.value = product_high_low.q;
        middle.d = product_low_high.q + high_low.extended;
        half.d = outer.q + (bit_cast::<43, 27>(unsigned_cast(middle.q)) << 16);

        comment!("Stage 6: plus bias.");
        bias_delay.d = bias;
        bias_extended.value = bias_delay.q;
        result.d = signed_cast(half.q) + bias_extended.extended;

        out_valid = valid_stage[5].q;
        first_is_next = valid_stage[4].q & first_delay.q;
        out_last = last_delay.q;
        out = result.q;
    }
}
