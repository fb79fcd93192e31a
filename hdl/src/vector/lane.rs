//! [`VectorLane`]: the vector engine for one token.

use super::row_units::LaneNorm;
use super::{LaneLateSoftmax, LaneSoftmax};
use crate::cells::{Clamp, Delay, EnableDelay, SignExtend, Truncate, ValidDelay};
use crate::units::{Gelu, Requantizer};
use ibert_isa::timing::vector::RECIPROCAL_ADDRESS;
use rust_hdl::core::prelude::*;

/// Every operation of the `vector` instruction (docs/machine.md) on one lane of data: two [`Requantizer`]s, a [`Gelu`],
/// a [`LayerNorm`](crate::units::LayerNorm), and a [`LaneSoftmax`] (`PAPER` = 1, `LATE` = 0) or a [`LaneLateSoftmax`]
/// (`PAPER` = 0, `LATE` = 1).
///
/// One operation at a time: `is_gelu`, `is_join`, `is_softmax`, `is_layernorm` and `is_normalize` (none of them: `requantize`) and the
/// parameters are constant while anything is in flight. One step per cycle is accepted with `valid`, without
/// backpressure: rows of `softmax` and `layernorm` must be spaced as far apart as their units require (`overrun`
/// reports a violation).
///
/// | operation | path | `out_valid` after `valid` |
/// |---|---|---|
/// | requantize | bias, requantizer, requantizer (chain) | 2 + 2·requantizer |
/// | gelu | bias, gelu, requantizer, requantizer (chain) | 2 + gelu + 2·requantizer |
/// | join | bias, requantizer with the residual as second term | 2 + requantizer |
/// | softmax, late_softmax | softmax | as the unit, + 1 |
/// | normalize | division by the row sum, requantizer, requantizer (chain) | 4 + 2·requantizer |
/// | layernorm | layernorm, then requantizer and requantizer (chain); or both in parallel, for operand and residual,
/// and a delay | as the unit, + 1 + 2·requantizer |
///
/// The accumulator plus its bias has 40 bits. For `gelu` it must fit 32, as it does in every valid model. The result of
/// LayerNorm is saturated to 40 bits, which is invisible after requantization with an exponent up to 62 (8 bits) or 54
/// (16 bits).
#[circuit(clock, reset_n)]
pub struct VectorLane<PAPER, LATE> {
    /// Operation is `gelu`.
    pub is_gelu: Signal<In, Bit>,
    /// Operation is `join`.
    pub is_join: Signal<In, Bit>,
    /// Operation is `softmax` or `late_softmax`.
    pub is_softmax: Signal<In, Bit>,
    /// Operation is `layernorm`.
    pub is_layernorm: Signal<In, Bit>,
    /// Operation is `normalize`.
    pub is_normalize: Signal<In, Bit>,
    /// `bias`, `m` and `e` are stored for this lane.
    pub keep_constants: Signal<In, Bit>,
    /// Use the stored constants instead of those of the step.
    pub constants_per_lane: Signal<In, Bit>,
    /// Step of data valid.
    pub valid: Signal<In, Bit>,
    /// Step is the last of its row.
    pub last: Signal<In, Bit>,
    /// Accumulator, from C.
    pub accumulator: Signal<In, Signed<32>>,
    /// Residual, from R.
    pub residual: Signal<In, Signed<16>>,
    /// LayerNorm input, from Y.
    pub sum: Signal<In, Signed<22>>,
    /// Bias of the accumulator.
    pub bias: Signal<In, Signed<40>>,
    /// Mantissa of the accumulator's requantization.
    pub m: Signal<In, Signed<33>>,
    /// Exponent of the accumulator's requantization.
    pub e: Signal<In, Bits<6>>,
    /// Column takes part in the softmax.
    pub keep: Signal<In, Bit>,
    /// i-GELU's `b` of the previous step.
    pub b: Signal<In, Signed<18>>,
    /// i-GELU's `c` of the previous step.
    pub c: Signal<In, Signed<36>>,
    /// i-GELU's `shift` of the previous step.
    pub shift: Signal<In, Signed<36>>,
    /// Mantissa for the result of the GELU or LayerNorm unit, or for the mean.
    pub late_m: Signal<In, Signed<33>>,
    /// Exponent for the result of the GELU or LayerNorm unit, or for the mean.
    pub late_e: Signal<In, Bits<6>>,
    /// Mantissa for LayerNorm's residual.
    pub late_m2: Signal<In, Signed<33>>,
    /// Exponent for LayerNorm's residual.
    pub late_e2: Signal<In, Bits<6>>,
    /// Parameter: mantissa of the chain, or of the residual of `join`.
    pub chain_m: Signal<In, Signed<33>>,
    /// Parameter: exponent of the chain, or of the residual of `join`.
    pub chain_e: Signal<In, Bits<6>>,
    /// Parameter: i-GELU's `n`.
    pub gelu_n: Signal<In, Bits<6>>,
    /// Parameter: zero point of the activation.
    pub zero_point: Signal<In, Signed<8>>,
    /// Parameter word, for the softmax unit.
    pub parameter_word: Signal<In, Bits<160>>,
    /// Index of the reciprocal that a row of `late_softmax` stores.
    pub reciprocal_write: [Signal<In, Bits<{ RECIPROCAL_ADDRESS }>>; LATE],
    /// Index of the reciprocal of the next cycle's step of `normalize`.
    pub reciprocal_read: [Signal<In, Bits<{ RECIPROCAL_ADDRESS }>>; LATE],
    /// Parameter: LayerNorm's shift.
    pub norm_shift: Signal<In, Bits<5>>,
    /// Parameter: the residual of LayerNorm is its operand.
    pub residual_is_operand: Signal<In, Bit>,
    /// Bias for LayerNorm valid.
    pub norm_bias_valid: Signal<In, Bit>,
    /// Bias is accepted in a cycle with `norm_bias_valid` and `norm_bias_ready`.
    pub norm_bias_ready: Signal<Out, Bit>,
    /// Bias for LayerNorm.
    pub norm_bias: Signal<In, Signed<40>>,
    /// Results valid.
    pub out_valid: Signal<Out, Bit>,
    /// Result for A or B.
    pub out_operand: Signal<Out, Signed<8>>,
    /// Result for R.
    pub out_residual: Signal<Out, Signed<16>>,
    /// Result for Y.
    pub out_sum: Signal<Out, Signed<22>>,
    /// The reciprocal of a row of `late_softmax` is stored.
    pub stored: Signal<Out, Bit>,
    /// A variance was saturated in a lower lane.
    pub saturated_before: Signal<In, Bit>,
    /// A variance was saturated since reset, in this lane or in a lower one.
    pub variance_saturated: Signal<Out, Bit>,
    /// A unit received an element while it was not ready. Never set; for verification.
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
    softmax: [LaneSoftmax; PAPER],
    late_softmax: [LaneLateSoftmax; LATE],
    softmax_step: Signal<Local, Bit>,
    softmax_ready: Signal<Local, Bit>,
    softmax_valid: Signal<Local, Bit>,
    softmax_result: Signal<Local, Bits<8>>,
    mean_valid: Signal<Local, Bit>,
    mean: Signal<Local, Signed<16>>,
    mean_extended: SignExtend<16, 40>,
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
    operand_register: Delay<Signed<8>, 1>,
    residual_register: Delay<Signed<16>, 1>,
    sum_register: Delay<Signed<22>, 1>,
    valid_register: ValidDelay<1>,
}

#[circuit]
impl Logic for VectorLane<PAPER, LATE> {
    fn update(&mut self) {
        comment! { "vector_lane: bias, GELU, requantization, residual, softmax and LayerNorm of one lane, one \
        operation at a time. One step per cycle, no backpressure." }
        wire! {
            clock, reset_n => biased_valid, gelu_unit, layernorm_unit, requantizer, second, valid_register;
            clock => kept_bias, kept_m, kept_e, biased, own_m, own_e, residual_delay, parallel_operand,
                parallel_residual, operand_register, residual_register, sum_register;
        }

        comment!("Accumulator plus bias; constants of the step or of the lane.");
        wire! {
            kept_{bias, m, e}.enable <- keep_constants;
            kept_{bias, m, e}.d;
        }
        accumulator_extended.value = accumulator;
        if constants_per_lane {
            biased.d = accumulator_extended.extended + kept_bias.q;
            own_m.d = kept_m.q;
            own_e.d = kept_e.q;
        } else {
            biased.d = accumulator_extended.extended + bias;
            own_m.d = m;
            own_e.d = e;
        }
        residual_delay.d = residual;
        biased_valid.d = valid & !is_softmax & !is_layernorm & !is_normalize;

        comment!("GELU.");
        gelu_unit.valid = biased_valid.q & is_gelu;
        biased_low.value = biased.q;
        wire! { gelu_unit.{b, c, shift, n: gelu_n}; }
        gelu_unit.q = biased_low.truncated;

        comment!("Softmax, and division by the sum of a row's weights.");
        softmax_step = valid & is_softmax;
        softmax_ready = true;
        softmax_valid = false;
        softmax_result = bits::<8>(0);
        stored = false;
        mean_valid = false;
        mean = signed_cast(bits::<16>(0));
        for i in 0..PAPER {
            wire! {
                clock, reset_n => softmax[i];
                softmax[i].{valid: softmax_step, q: accumulator, keep, last, parameter_word};
                softmax_{ready, valid: out_valid, result: out} <- softmax[i].*;
            }
        }
        for i in 0..LATE {
            wire! {
                clock, reset_n => late_softmax[i];
                late_softmax[i].{valid: softmax_step, accumulator, keep, last, parameter_word};
                late_softmax[i].{write_address: reciprocal_write[i], read_address: reciprocal_read[i]};
                softmax_{ready, valid: out_valid, result: out} <- late_softmax[i].*;
                {stored, mean_valid, mean} <- late_softmax[i].*;
            }
            late_softmax[i].divide = valid & is_normalize;
        }
        mean_extended.value = mean;

        comment!("LayerNorm.");
        layernorm_unit.valid = valid & is_layernorm;
        wire! { layernorm_unit.{x: sum, last, shift: norm_shift, bias_valid: norm_bias_valid, bias: norm_bias}; }
        norm_bias_ready = layernorm_unit.bias_ready;
        layernorm_unit.out_ready = true;
        normalized.value = layernorm_unit.out;
        variance_saturated = layernorm_unit.overflow | saturated_before;
        overrun = (softmax_step & !softmax_ready) | (layernorm_unit.valid & !layernorm_unit.ready);

        comment!("Requantization, for join with the residual.");
        residual_extended.value = residual_delay.q;
        requantizer.q2 = signed_cast(bits::<24>(0));
        requantizer.e2 = chain_e;
        requantizer.m2 = signed_cast(bits::<33>(0));
        requantizer.bits = bits::<5>(8);
        if is_join {
            requantizer.q2 = residual_extended.extended;
            requantizer.m2 = chain_m;
            requantizer.bits = bits::<5>(22);
        }
        requantizer.zero_point = signed_cast(bits::<8>(0));
        wire! { requantizer.{valid: biased_valid.q, q: biased.q, m: own_m.q, e: own_e.q}; }
        if is_gelu {
            wire! { requantizer.{zero_point, valid: gelu_unit.out_valid, q: gelu_unit.out, m: late_m, e: late_e}; }
        }
        if is_layernorm {
            wire! { requantizer.{valid: layernorm_unit.out_valid, q: normalized.clamped, m: late_m, e: late_e}; }
        }

        if is_normalize {
            wire! { requantizer.{valid: mean_valid, q: mean_extended.extended, m: late_m, e: late_e}; }
        }

        comment!("Second requantization: after the first, or in parallel for a separate residual.");
        parallel = is_layernorm & !residual_is_operand;
        requantized_extended.value = requantizer.out;
        second.valid = requantizer.out_valid & !is_join;
        second.q2 = signed_cast(bits::<24>(0));
        second.m2 = signed_cast(bits::<33>(0));
        second.e2 = bits::<6>(0);
        second.zero_point = signed_cast(bits::<8>(0));
        if parallel {
            wire! { second.{q: normalized.clamped, m: late_m2, e: late_e2}; }
            second.bits = bits::<5>(16);
        } else {
            wire! { second.{q: requantized_extended.extended, m: chain_m, e: chain_e}; }
            second.bits = bits::<5>(8);
        }

        comment! { "Results. Results of parallel requantizers are delayed, so that the latency does not depend on the \
        parameters." }
        requantized_low.value = requantizer.out;
        parallel_operand.d = requantized_low.truncated;
        wire! { {second_low, chained_low}.value <- second.out; }
        parallel_residual.d = second_low.truncated;
        operand_register.d = chained_low.truncated;
        residual_register.d = second_low.truncated;
        sum_register.d = requantizer.out;
        valid_register.d = second.out_valid;
        if parallel {
            operand_register.d = parallel_operand.q;
            residual_register.d = parallel_residual.q;
        }
        if is_join {
            valid_register.d = requantizer.out_valid;
        }
        if is_softmax {
            operand_register.d = signed_cast(softmax_result);
            valid_register.d = softmax_valid;
        }
        wire! { out_{valid, operand, residual, sum} <- *_register.q; }
    }
}
