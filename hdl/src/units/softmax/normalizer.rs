//! [`Normalizer`]: the last pass over a row, its probabilities.

use crate::cells::{EnableDelay, EnableRegister, Multiplier, Truncate, ZeroExtend};
use rust_hdl::core::prelude::*;

/// `p = min((exp16·factor) >> (32 - out_bits), 2^out_bits - 1)` (NUMERICS §1, "i-softmax") of the elements of a row, with the row's
/// constants beside them.
///
/// Stages move on while `enable` is high. `issue`, `last` and the row's constants belong to an element whose `exp16` comes out of the
/// memory one enabled cycle later; its result comes five enabled cycles later. One element a cycle. Reset clears the valid flags.
///
/// | stage | |
/// |---|---|
/// | 1 | memory |
/// | 2 | register behind the memory |
/// | 3 | products with the two halves of `factor`, an 18×18 multiplier each |
/// | 4 | their sum |
/// | 5 | shift and saturation |
///
/// `exp16` is part of the sum that `factor` is the reciprocal of, so that the product is at most 2^32: it saturates there, and only there.
#[derive(LogicBlock, Default)]
pub struct Normalizer {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// Whether the stages move on.
    pub enable: Signal<In, Bit>,
    /// An element is being read.
    pub issue: Signal<In, Bit>,
    /// It is the last of its row.
    pub last: Signal<In, Bit>,
    /// Width of the probabilities of its row, 1..=16.
    pub out_bits: Signal<In, Bits<5>>,
    /// Sum of its row.
    pub sum: Signal<In, Bits<32>>,
    /// `2^32 div sum`.
    pub factor: Signal<In, Bits<33>>,
    /// What was read at the last enabled edge.
    pub exp16: Signal<In, Bits<15>>,
    /// The result counts.
    pub out_valid: Signal<Out, Bit>,
    /// It is the last of its row.
    pub out_last: Signal<Out, Bit>,
    /// Probability.
    pub out: Signal<Out, Bits<16>>,
    /// Its exponential.
    pub out_exp16: Signal<Out, Bits<15>>,
    /// Sum of its row.
    pub out_sum: Signal<Out, Bits<32>>,
    /// Reciprocal of that.
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

impl Logic for Normalizer {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "normalizer: exp16 * factor >> (32 - out_bits), saturated to out_bits bits. Five stages that can be stalled, one element a cycle."
        );
        clock!(
            self,
            clock,
            last_delay,
            exp16_register,
            factor_delay,
            shift_delay,
            product_low,
            product_high,
            product,
            result,
            exp16_tap,
            sum_tap,
            factor_tap
        );
        for i in 0..5 {
            self.valid_stage[i].clock.next = self.clock.val();
            self.valid_stage[i].reset_n.next = self.reset_n.val();
            self.valid_stage[i].enable.next = self.enable.val();
        }
        self.last_delay.enable.next = self.enable.val();
        self.exp16_register.enable.next = self.enable.val();
        self.factor_delay.enable.next = self.enable.val();
        self.shift_delay.enable.next = self.enable.val();
        self.product_low.enable.next = self.enable.val();
        self.product_high.enable.next = self.enable.val();
        self.product.enable.next = self.enable.val();
        self.result.enable.next = self.enable.val();
        self.exp16_tap.enable.next = self.enable.val();
        self.sum_tap.enable.next = self.enable.val();
        self.factor_tap.enable.next = self.enable.val();

        self.valid_stage[0].d.next = self.issue.val();
        for i in 1..5 {
            self.valid_stage[i].d.next = self.valid_stage[i - 1].q.val();
        }
        self.last_delay.d.next = self.last.val();

        comment!("Stage 2: register behind the memory.");
        self.exp16_register.d.next = self.exp16.val();
        self.factor_delay.d.next = self.factor.val();

        comment!("Stage 3: products.");
        self.exp16_extended.value.next = self.exp16_register.q.val();
        self.factor_low.value.next = self.factor_delay.q.val().get_bits::<17>(0);
        self.factor_high.value.next = self.factor_delay.q.val().get_bits::<16>(17);
        self.multiplier_low.a.next = self.exp16_extended.extended.val();
        self.multiplier_low.b.next = self.factor_low.extended.val();
        self.product_low.d.next = self.multiplier_low.product.val();
        self.multiplier_high.a.next = self.exp16_extended.extended.val();
        self.multiplier_high.b.next = self.factor_high.extended.val();
        self.product_high.d.next = self.multiplier_high.product.val();

        comment!("Stage 4: sum. 33 bits hold it, of the upper product 16.");
        self.summand_low.value.next = self.product_low.q.val();
        self.summand_high.value.next = self.product_high.q.val();
        self.product.d.next = unsigned_cast(self.summand_low.truncated.val())
            + (bit_cast::<33, 16>(unsigned_cast(self.summand_high.truncated.val())) << 17);

        comment!("Stage 5: 2^32 becomes 2^32 - 1, then a shift by 32 - out_bits, modulo 32.");
        self.bounded.next = self.product.q.val().get_bits::<32>(0);
        if self.product.q.val().get_bit(32) {
            self.bounded.next = bits::<32>(0xffff_ffffu64);
        }
        self.shift_delay.d.next = bits::<5>(0) - self.out_bits.val();
        self.shifted.next = self.bounded.val() >> self.shift_delay.q.val();
        self.shifted_low.value.next = signed_cast(self.shifted.val());
        self.result.d.next = unsigned_cast(self.shifted_low.truncated.val());

        self.out_valid.next = self.valid_stage[4].q.val();
        self.out_last.next = self.last_delay.q.val();
        self.out.next = self.result.q.val();
        self.exp16_tap.d.next = self.exp16_register.q.val();
        self.out_exp16.next = self.exp16_tap.q.val();
        self.sum_tap.d.next = self.sum.val();
        self.out_sum.next = self.sum_tap.q.val();
        self.factor_tap.d.next = self.factor_delay.q.val();
        self.out_factor.next = self.factor_tap.q.val();
    }
}
