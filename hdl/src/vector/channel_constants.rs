//! [`ChannelConstants`]: fields of constant words, aligned with their data.

use super::row_units::LaneNorm;
use crate::cells::{Delay, SignExtend};
use crate::fields::{ChannelFields, ColumnFields, GeluChannelFields, ResidualChannelFields};
use crate::units::{Gelu, RowMean};
use rust_hdl::core::prelude::*;

/// The fields of the words read from K, delayed to the cycles in which the lanes use them; the same for all lanes. No
/// reset.
///
/// | outputs | belong to the word that K returned |
/// |---|---|
/// | `norm_bias` | now |
/// | `bias`, `m`, `e`, `keep` | one cycle ago |
/// | `b`, `c`, `shift` | two cycles ago |
/// | `late_…`, for `normalize` | one cycle and the latency of `RowMean` ago |
/// | `late_…`, for `gelu` | two cycles and the latency of `Gelu` ago |
/// | `late_…`, for `layernorm` | as many cycles ago as LayerNorm takes from a bias to its result |
#[circuit(clock)]
pub struct ChannelConstants {
    /// Word of K, one cycle after its address.
    pub word: Signal<In, Bits<160>>,
    /// `late_…` are aligned for `layernorm`.
    pub is_layernorm: Signal<In, Bit>,
    /// `late_…` are aligned for `normalize`; without either flag, for `gelu`.
    pub is_normalize: Signal<In, Bit>,
    /// Bias of LayerNorm.
    pub norm_bias: Signal<Out, Signed<40>>,
    /// Bias of the accumulator.
    pub bias: Signal<Out, Signed<40>>,
    /// Mantissa of the accumulator's requantization.
    pub m: Signal<Out, Signed<33>>,
    /// Exponent of the accumulator's requantization.
    pub e: Signal<Out, Bits<6>>,
    /// Column takes part in the softmax.
    pub keep: Signal<Out, Bit>,
    /// i-GELU's `b`.
    pub b: Signal<Out, Signed<18>>,
    /// i-GELU's `c`.
    pub c: Signal<Out, Signed<36>>,
    /// i-GELU's `shift`.
    pub shift: Signal<Out, Signed<36>>,
    /// Mantissa of the requantization of a result of the GELU or LayerNorm unit, or of the mean.
    pub late_m: Signal<Out, Signed<33>>,
    /// Exponent of the requantization of a result of the GELU or LayerNorm unit, or of the mean.
    pub late_e: Signal<Out, Bits<6>>,
    /// Mantissa of the requantization of LayerNorm's residual.
    pub late_m2: Signal<Out, Signed<33>>,
    /// Exponent of the requantization of LayerNorm's residual.
    pub late_e2: Signal<Out, Bits<6>>,
    norm_fields: ChannelFields,
    early_word: Delay<Bits<160>, 1>,
    early_fields: ChannelFields,
    column_fields: ColumnFields,
    gelu_word: Delay<Bits<160>, 1>,
    gelu_fields: GeluChannelFields,
    b_extended: SignExtend<17, 18>,
    c_extended: SignExtend<34, 36>,
    shift_extended: SignExtend<21, 36>,
    mean_delay: Delay<Bits<160>, { RowMean::LATENCY - 1 }>,
    gelu_delay: Delay<Bits<160>, { Gelu::LATENCY + 1 - RowMean::LATENCY }>,
    norm_delay: Delay<Bits<160>, { LaneNorm::BIAS_LATENCY }>,
    late_word: Signal<Local, Bits<160>>,
    late_fields: ChannelFields,
    late_residual_fields: ResidualChannelFields,
}

#[circuit]
impl Logic for ChannelConstants {
    fn update(&mut self) {
        comment!("channel_constants: fields of the constant words, aligned with their data.");
        wire! { clock => early_word, gelu_word, mean_delay, gelu_delay, norm_delay; }
        norm_fields.word = word;
        norm_bias = norm_fields.bias;

        early_word.d = word;
        wire! {
            {early_fields, column_fields}.word <- early_word.q;
            {bias, m, e} <- early_fields.*;
        }
        keep = column_fields.keep;

        gelu_word.d = early_word.q;
        gelu_fields.word = gelu_word.q;
        wire! {
            {b, c, shift}_extended.value <- gelu_fields.*;
            {b, c, shift} <- *_extended.extended;
        }

        mean_delay.d = gelu_word.q;
        gelu_delay.d = mean_delay.q;
        norm_delay.d = word;
        late_word = gelu_delay.q;
        if is_layernorm {
            late_word = norm_delay.q;
        }
        if is_normalize {
            late_word = mean_delay.q;
        }
        wire! {
            {late_fields, late_residual_fields}.word <- late_word;
            late_{m, e} <- late_fields.*;
            late_{m2, e2} <- late_residual_fields.*;
        }
    }
}
