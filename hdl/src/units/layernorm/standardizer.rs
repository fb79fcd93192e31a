//! [`Standardizer`]: the last pass over a row, its normalized elements.

use crate::cells::{EnableDelay, EnableRegister, Multiplier, SignExtend, Truncate, ZeroExtend};
use rust_hdl::core::prelude::*;

/// `out = ((y·factor) >> 1) + bias` (NUMERICS §1, "i-LayerNorm") of the elements of a row.
///
/// Stages move on while `enable` is high. `issue`, `first`, `last`, `factor` and `bias` belong to an element whose `y` comes out of the
/// memory one enabled cycle later; its result comes six enabled cycles later. One element a cycle. Reset clears the valid flags.
///
/// | stage | |
/// |---|---|
/// | 1 | memory |
/// | 2 | register behind the memory |
/// | 3 | products of two parts of `y` (6 bits with the sign, 17 bits) with two of `factor` (15 and 17 bits): 18×18 multipliers |
/// | 4 | sum of the two in the middle; the outer ones do not overlap |
/// | 5 | product |
/// | 6 | half of it, plus bias |
///
/// `out` has 43 bits and is exact. If the variance is 0, so is each `y >> shift`: no `y` is negative, their sum is at most half of their number,
/// and so `y·factor` ≤ 2^11·2^31. Else `|y >> shift|` ≤ isqrt(variance), so |`y`| ≤ 2·`std` and |`y·factor`| ≤ 2^32, or the variance saturated
/// and |`y·factor`| < 2^22·2^16. Hence |`out`| ≤ 2^41 + 2^39.
#[derive(LogicBlock, Default)]
pub struct Standardizer {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// Whether the stages move on.
    pub enable: Signal<In, Bit>,
    /// An element is being read.
    pub issue: Signal<In, Bit>,
    /// It is the first of its row.
    pub first: Signal<In, Bit>,
    /// It is the last of its row.
    pub last: Signal<In, Bit>,
    /// `2^31 div std` of its row.
    pub factor: Signal<In, Bits<32>>,
    /// Bias of its channel.
    pub bias: Signal<In, Signed<40>>,
    /// What was read at the last enabled edge.
    pub y: Signal<In, Signed<23>>,
    /// The result counts.
    pub out_valid: Signal<Out, Bit>,
    /// The next result will be the first of a row, if the stages move on.
    pub first_is_next: Signal<Out, Bit>,
    /// The result is the last of its row.
    pub out_last: Signal<Out, Bit>,
    /// The normalized element.
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

impl Logic for Standardizer {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("standardizer: ((y * factor) >> 1) + bias. Six stages that can be stalled, one element a cycle.");
        clock!(
            self,
            clock,
            first_delay,
            last_delay,
            y_register,
            factor_delay,
            half_low_low,
            product_low_high,
            product_high_low,
            product_high_high,
            outer,
            middle,
            half,
            bias_delay,
            result
        );
        for i in 0..6 {
            self.valid_stage[i].clock.next = self.clock.val();
            self.valid_stage[i].reset_n.next = self.reset_n.val();
            self.valid_stage[i].enable.next = self.enable.val();
        }
        self.first_delay.enable.next = self.enable.val();
        self.last_delay.enable.next = self.enable.val();
        self.y_register.enable.next = self.enable.val();
        self.factor_delay.enable.next = self.enable.val();
        self.half_low_low.enable.next = self.enable.val();
        self.product_low_high.enable.next = self.enable.val();
        self.product_high_low.enable.next = self.enable.val();
        self.product_high_high.enable.next = self.enable.val();
        self.outer.enable.next = self.enable.val();
        self.middle.enable.next = self.enable.val();
        self.half.enable.next = self.enable.val();
        self.bias_delay.enable.next = self.enable.val();
        self.result.enable.next = self.enable.val();

        self.valid_stage[0].d.next = self.issue.val();
        for i in 1..6 {
            self.valid_stage[i].d.next = self.valid_stage[i - 1].q.val();
        }
        self.first_delay.d.next = self.first.val();
        self.last_delay.d.next = self.last.val();

        comment!("Stage 2: register behind the memory.");
        self.y_register.d.next = unsigned_cast(self.y.val());
        self.factor_delay.d.next = self.factor.val();

        comment!("Stage 3: products of parts, as far as the 43 bits of the result need them.");
        self.y_low.value.next = self.y_register.q.val().get_bits::<17>(0);
        self.factor_low.value.next = self.factor_delay.q.val().get_bits::<17>(0);
        self.factor_high.value.next = self.factor_delay.q.val().get_bits::<15>(17);
        self.multiplier_low_low.a.next = self.y_low.extended.val();
        self.multiplier_low_low.b.next = self.factor_low.extended.val();
        self.multiplier_low_high.a.next = self.y_low.extended.val();
        self.multiplier_low_high.b.next = self.factor_high.extended.val();
        self.multiplier_high_low.a.next = signed_cast(self.y_register.q.val().get_bits::<6>(17));
        self.multiplier_high_low.b.next = self.factor_low.extended.val();
        self.multiplier_high_high.a.next = signed_cast(self.y_register.q.val().get_bits::<6>(17));
        self.multiplier_high_high.b.next = self.factor_high.extended.val();
        self.low_low.value.next = self.multiplier_low_low.product.val();
        self.low_high.value.next = self.multiplier_low_high.product.val();
        self.high_high.value.next = self.multiplier_high_high.product.val();
        self.half_low_low.d.next = unsigned_cast(self.low_low.truncated.val()) >> 1;
        self.product_low_high.d.next = self.low_high.truncated.val();
        self.product_high_low.d.next = self.multiplier_high_low.product.val();
        self.product_high_high.d.next = self.high_high.truncated.val();

        comment!("Stages 4 and 5: half of the product.");
        self.outer.d.next = bit_cast::<43, 34>(self.half_low_low.q.val())
            | (bit_cast::<43, 10>(unsigned_cast(self.product_high_high.q.val())) << 33);
        self.high_low.value.next = self.product_high_low.q.val();
        self.middle.d.next = self.product_low_high.q.val() + self.high_low.extended.val();
        self.half.d.next = self.outer.q.val() + (bit_cast::<43, 27>(unsigned_cast(self.middle.q.val())) << 16);

        comment!("Stage 6: plus bias.");
        self.bias_delay.d.next = self.bias.val();
        self.bias_extended.value.next = self.bias_delay.q.val();
        self.result.d.next = signed_cast(self.half.q.val()) + self.bias_extended.extended.val();

        self.out_valid.next = self.valid_stage[5].q.val();
        self.first_is_next.next = self.valid_stage[4].q.val() & self.first_delay.q.val();
        self.out_last.next = self.last_delay.q.val();
        self.out.next = self.result.q.val();
    }
}
