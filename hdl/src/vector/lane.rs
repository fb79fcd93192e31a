//! [`VectorLane`]: one token's share of the vector engine.

use super::timing::{LaneNorm, LaneSoftmax};
use crate::cells::{Clamp, Delay, EnableDelay, SignExtend, Truncate, ValidDelay};
use crate::units::{Gelu, Requantizer};
use rust_hdl::core::prelude::*;

/// Every operation of the `vector` instruction (docs/machine.md) on one lane of data: two [`Requantizer`]s, a [`Gelu`], a [`Softmax`](crate::units::Softmax), a [`LayerNorm`](crate::units::LayerNorm).
///
/// One operation at a time: `gelu`, `join`, `softmax` and `layernorm` (none of them: `requantize`) and the parameters are constant while anything is under
/// way. Beats go in with `valid`, one a cycle, without back-pressure: rows of `softmax` and `layernorm` must be as far apart as their units want them
/// (`overrun` says that they were not).
///
/// | operation | path | `out_valid` after `valid` |
/// |---|---|---|
/// | requantize | bias, requantizer, requantizer (chain) | 2 + 2·requantizer |
/// | gelu | bias, gelu, requantizer, requantizer (chain) | 2 + gelu + 2·requantizer |
/// | join | bias, requantizer with the residual as second term | 2 + requantizer |
/// | softmax | softmax | as the unit, + 1 |
/// | layernorm | layernorm, then requantizer and requantizer (chain); or both beside each other, for operand and residual, and a delay | as the unit, + 1 + 2·requantizer |
///
/// The accumulator plus its bias is 40 bits wide; for `gelu` it must fit 32, as it does in every model that an exporter lets through. LayerNorm's result
/// is saturated to 40 bits, which no requantization shows with an exponent up to 62 (8 bits) or 54 (16 bits).
#[derive(LogicBlock, Default)]
pub struct VectorLane {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// The operation is `gelu`.
    pub is_gelu: Signal<In, Bit>,
    /// The operation is `join`.
    pub is_join: Signal<In, Bit>,
    /// The operation is `softmax`.
    pub is_softmax: Signal<In, Bit>,
    /// The operation is `layernorm`.
    pub is_layernorm: Signal<In, Bit>,
    /// `bias`, `m` and `e` are this lane's, to be kept.
    pub keep_constants: Signal<In, Bit>,
    /// The beat takes the constants that are kept, not those that come with it.
    pub constants_per_lane: Signal<In, Bit>,
    /// A beat of data.
    pub valid: Signal<In, Bit>,
    /// It is the last of its row.
    pub last: Signal<In, Bit>,
    /// Word of C.
    pub accumulator: Signal<In, Signed<32>>,
    /// Word of R.
    pub residual: Signal<In, Signed<16>>,
    /// Word of Y.
    pub sum: Signal<In, Signed<22>>,
    /// Bias of the accumulator.
    pub bias: Signal<In, Signed<40>>,
    /// Mantissa of its requantization.
    pub m: Signal<In, Signed<33>>,
    /// Exponent of that.
    pub e: Signal<In, Bits<6>>,
    /// The column takes part in the softmax.
    pub keep: Signal<In, Bit>,
    /// i-GELU's `b` of the beat before.
    pub b: Signal<In, Signed<18>>,
    /// i-GELU's `c` of the beat before.
    pub c: Signal<In, Signed<36>>,
    /// i-GELU's `shift` of the beat before.
    pub shift: Signal<In, Signed<36>>,
    /// Mantissa for the result that comes out of the gelu or layernorm unit.
    pub late_m: Signal<In, Signed<33>>,
    /// Its exponent.
    pub late_e: Signal<In, Bits<6>>,
    /// Mantissa for its residual.
    pub late_m2: Signal<In, Signed<33>>,
    /// Exponent of that.
    pub late_e2: Signal<In, Bits<6>>,
    /// Parameter: mantissa of the chain, or of the residual of `join`.
    pub chain_m: Signal<In, Signed<33>>,
    /// Parameter: its exponent.
    pub chain_e: Signal<In, Bits<6>>,
    /// Parameter: i-GELU's `n`.
    pub gelu_n: Signal<In, Bits<6>>,
    /// Parameter: zero point of the activation.
    pub zero_point: Signal<In, Signed<8>>,
    /// Parameter: i-exp's `x0`.
    pub x0: Signal<In, Signed<15>>,
    /// Parameter: i-exp's `b`.
    pub exp_b: Signal<In, Signed<17>>,
    /// Parameter: i-exp's `c`.
    pub exp_c: Signal<In, Signed<32>>,
    /// Parameter: i-exp's `n`.
    pub exp_n: Signal<In, Bits<5>>,
    /// Parameter: mantissa of the exponentials' requantization.
    pub m16: Signal<In, Signed<33>>,
    /// Parameter: its exponent.
    pub e16: Signal<In, Bits<7>>,
    /// Parameter: width of the probabilities.
    pub out_bits: Signal<In, Bits<5>>,
    /// Parameter: LayerNorm's shift.
    pub norm_shift: Signal<In, Bits<5>>,
    /// Parameter: LayerNorm's residual is its operand.
    pub residual_is_operand: Signal<In, Bit>,
    /// A bias for LayerNorm is there.
    pub norm_bias_valid: Signal<In, Bit>,
    /// It is taken if it is there.
    pub norm_bias_ready: Signal<Out, Bit>,
    /// The bias.
    pub norm_bias: Signal<In, Signed<40>>,
    /// The results count.
    pub out_valid: Signal<Out, Bit>,
    /// For A or B.
    pub out_operand: Signal<Out, Signed<8>>,
    /// For R.
    pub out_residual: Signal<Out, Signed<16>>,
    /// For Y.
    pub out_sum: Signal<Out, Signed<22>>,
    /// A variance was saturated in a lane before this one.
    pub saturated_before: Signal<In, Bit>,
    /// A variance was saturated since reset, in this lane or in one before.
    pub variance_saturated: Signal<Out, Bit>,
    /// A unit was given an element that it was not ready for. Never set: for verification.
    pub overrun: Signal<Out, Bit>,
    kept_bias: EnableDelay<Signed<40>, 1>,
    kept_m: EnableDelay<Signed<33>, 1>,
    kept_e: EnableDelay<Bits<6>, 1>,
    accumulator_extended: SignExtend<32, 40>,
    biased: Delay<Signed<40>, 1>,
    biased_low: Truncate<40, 32>,
    biased_valid: ValidDelay<1>,
    own_m: Delay<Signed<33>, 1>,
    own_e: Delay<Bits<6>, 1>,
    residual_delay: Delay<Signed<16>, 1>,
    residual_extended: SignExtend<16, 24>,
    gelu_unit: Gelu,
    softmax_unit: LaneSoftmax,
    layernorm_unit: LaneNorm,
    normalized: Clamp<43, 40>,
    requantizer: Requantizer,
    parallel: Signal<Local, Bit>,
    requantized_extended: SignExtend<22, 40>,
    second: Requantizer,
    requantized_low: Truncate<22, 8>,
    parallel_operand: Delay<Signed<8>, { Requantizer::LATENCY }>,
    second_low: Truncate<22, 16>,
    parallel_residual: Delay<Signed<16>, { Requantizer::LATENCY }>,
    chained_low: Truncate<22, 8>,
    probability: Truncate<16, 8>,
    operand_register: Delay<Signed<8>, 1>,
    residual_register: Delay<Signed<16>, 1>,
    sum_register: Delay<Signed<22>, 1>,
    valid_register: ValidDelay<1>,
}

impl Logic for VectorLane {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "vector_lane: bias, GELU, requantization, residual, softmax and LayerNorm of one lane, one operation at a time. One beat a cycle, no back-pressure."
        );
        clock!(
            self,
            clock,
            kept_bias,
            kept_m,
            kept_e,
            biased,
            biased_valid,
            own_m,
            own_e,
            residual_delay,
            gelu_unit,
            softmax_unit,
            layernorm_unit,
            requantizer,
            second,
            parallel_operand,
            parallel_residual,
            operand_register,
            residual_register,
            sum_register,
            valid_register
        );
        self.biased_valid.reset_n.next = self.reset_n.val();
        self.gelu_unit.reset_n.next = self.reset_n.val();
        self.softmax_unit.reset_n.next = self.reset_n.val();
        self.layernorm_unit.reset_n.next = self.reset_n.val();
        self.requantizer.reset_n.next = self.reset_n.val();
        self.second.reset_n.next = self.reset_n.val();
        self.valid_register.reset_n.next = self.reset_n.val();

        comment!("Accumulator plus bias; constants of the beat or of the lane.");
        self.kept_bias.enable.next = self.keep_constants.val();
        self.kept_m.enable.next = self.keep_constants.val();
        self.kept_e.enable.next = self.keep_constants.val();
        self.kept_bias.d.next = self.bias.val();
        self.kept_m.d.next = self.m.val();
        self.kept_e.d.next = self.e.val();
        self.accumulator_extended.value.next = self.accumulator.val();
        if self.constants_per_lane.val() {
            self.biased.d.next = self.accumulator_extended.extended.val() + self.kept_bias.q.val();
            self.own_m.d.next = self.kept_m.q.val();
            self.own_e.d.next = self.kept_e.q.val();
        } else {
            self.biased.d.next = self.accumulator_extended.extended.val() + self.bias.val();
            self.own_m.d.next = self.m.val();
            self.own_e.d.next = self.e.val();
        }
        self.residual_delay.d.next = self.residual.val();
        self.biased_valid.d.next = self.valid.val() & !self.is_softmax.val() & !self.is_layernorm.val();

        comment!("GELU.");
        self.gelu_unit.valid.next = self.biased_valid.q.val() & self.is_gelu.val();
        self.biased_low.value.next = self.biased.q.val();
        self.gelu_unit.q.next = self.biased_low.truncated.val();
        self.gelu_unit.b.next = self.b.val();
        self.gelu_unit.c.next = self.c.val();
        self.gelu_unit.shift.next = self.shift.val();
        self.gelu_unit.n.next = self.gelu_n.val();

        comment!("Softmax.");
        self.softmax_unit.valid.next = self.valid.val() & self.is_softmax.val();
        self.softmax_unit.q.next = self.accumulator.val();
        self.softmax_unit.keep.next = self.keep.val();
        self.softmax_unit.last.next = self.last.val();
        self.softmax_unit.x0.next = self.x0.val();
        self.softmax_unit.b.next = self.exp_b.val();
        self.softmax_unit.c.next = self.exp_c.val();
        self.softmax_unit.n.next = self.exp_n.val();
        self.softmax_unit.m16.next = self.m16.val();
        self.softmax_unit.e16.next = self.e16.val();
        self.softmax_unit.out_bits.next = self.out_bits.val();
        self.softmax_unit.out_ready.next = true;

        comment!("LayerNorm.");
        self.layernorm_unit.valid.next = self.valid.val() & self.is_layernorm.val();
        self.layernorm_unit.x.next = self.sum.val();
        self.layernorm_unit.last.next = self.last.val();
        self.layernorm_unit.shift.next = self.norm_shift.val();
        self.layernorm_unit.bias_valid.next = self.norm_bias_valid.val();
        self.layernorm_unit.bias.next = self.norm_bias.val();
        self.norm_bias_ready.next = self.layernorm_unit.bias_ready.val();
        self.layernorm_unit.out_ready.next = true;
        self.normalized.value.next = self.layernorm_unit.out.val();
        self.variance_saturated.next = self.layernorm_unit.overflow.val() | self.saturated_before.val();
        self.overrun.next = (self.softmax_unit.valid.val() & !self.softmax_unit.ready.val())
            | (self.layernorm_unit.valid.val() & !self.layernorm_unit.ready.val());

        comment!("Requantization, for join with the residual.");
        self.residual_extended.value.next = self.residual_delay.q.val();
        self.requantizer.q2.next = signed_cast(bits::<24>(0));
        self.requantizer.e2.next = self.chain_e.val();
        self.requantizer.m2.next = signed_cast(bits::<33>(0));
        self.requantizer.bits.next = bits::<5>(8);
        if self.is_join.val() {
            self.requantizer.q2.next = self.residual_extended.extended.val();
            self.requantizer.m2.next = self.chain_m.val();
            self.requantizer.bits.next = bits::<5>(22);
        }
        self.requantizer.zero_point.next = signed_cast(bits::<8>(0));
        self.requantizer.valid.next = self.biased_valid.q.val();
        self.requantizer.q.next = self.biased.q.val();
        self.requantizer.m.next = self.own_m.q.val();
        self.requantizer.e.next = self.own_e.q.val();
        if self.is_gelu.val() {
            self.requantizer.zero_point.next = self.zero_point.val();
            self.requantizer.valid.next = self.gelu_unit.out_valid.val();
            self.requantizer.q.next = self.gelu_unit.out.val();
            self.requantizer.m.next = self.late_m.val();
            self.requantizer.e.next = self.late_e.val();
        }
        if self.is_layernorm.val() {
            self.requantizer.valid.next = self.layernorm_unit.out_valid.val();
            self.requantizer.q.next = self.normalized.clamped.val();
            self.requantizer.m.next = self.late_m.val();
            self.requantizer.e.next = self.late_e.val();
        }

        comment!("Second requantization: behind the first, or beside it for a residual of its own.");
        self.parallel.next = self.is_layernorm.val() & !self.residual_is_operand.val();
        self.requantized_extended.value.next = self.requantizer.out.val();
        self.second.valid.next = self.requantizer.out_valid.val() & !self.is_join.val();
        self.second.q2.next = signed_cast(bits::<24>(0));
        self.second.m2.next = signed_cast(bits::<33>(0));
        self.second.e2.next = bits::<6>(0);
        self.second.zero_point.next = signed_cast(bits::<8>(0));
        if self.parallel.val() {
            self.second.q.next = self.normalized.clamped.val();
            self.second.m.next = self.late_m2.val();
            self.second.e.next = self.late_e2.val();
            self.second.bits.next = bits::<5>(16);
        } else {
            self.second.q.next = self.requantized_extended.extended.val();
            self.second.m.next = self.chain_m.val();
            self.second.e.next = self.chain_e.val();
            self.second.bits.next = bits::<5>(8);
        }

        comment!(
            "Results. Those of requantizers beside each other wait, so that an instruction's time does not depend on its parameters."
        );
        self.requantized_low.value.next = self.requantizer.out.val();
        self.parallel_operand.d.next = self.requantized_low.truncated.val();
        self.second_low.value.next = self.second.out.val();
        self.parallel_residual.d.next = self.second_low.truncated.val();
        self.chained_low.value.next = self.second.out.val();
        self.probability.value.next = signed_cast(self.softmax_unit.out.val());
        self.operand_register.d.next = self.chained_low.truncated.val();
        self.residual_register.d.next = self.second_low.truncated.val();
        self.sum_register.d.next = self.requantizer.out.val();
        self.valid_register.d.next = self.second.out_valid.val();
        if self.parallel.val() {
            self.operand_register.d.next = self.parallel_operand.q.val();
            self.residual_register.d.next = self.parallel_residual.q.val();
        }
        if self.is_join.val() {
            self.valid_register.d.next = self.requantizer.out_valid.val();
        }
        if self.is_softmax.val() {
            self.operand_register.d.next = self.probability.truncated.val();
            self.valid_register.d.next = self.softmax_unit.out_valid.val();
        }
        self.out_valid.next = self.valid_register.q.val();
        self.out_operand.next = self.operand_register.q.val();
        self.out_residual.next = self.residual_register.q.val();
        self.out_sum.next = self.sum_register.q.val();
    }
}
