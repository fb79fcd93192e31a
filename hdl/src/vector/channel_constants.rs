//! [`ChannelConstants`]: constant words, in step with the data that they are for.

use super::timing::LaneNorm;
use crate::cells::{Delay, SignExtend};
use crate::isa::{ChannelFields, ColumnFields, GeluChannelFields, ResidualChannelFields};
use crate::units::Gelu;
use rust_hdl::core::prelude::*;

/// The fields of the words that K shows, at the times at which the lanes want them. They are the same for all lanes. No reset.
///
/// | outputs | belong to the word that K has shown |
/// |---|---|
/// | `norm_bias` | now |
/// | `bias`, `m`, `e`, `keep` | one cycle ago |
/// | `b`, `c`, `shift` | two cycles ago |
/// | `late_…`, for `gelu` | two cycles and the latency of `Gelu` ago |
/// | `late_…`, for `layernorm` | as many cycles ago as LayerNorm takes from a bias to its result |
#[derive(LogicBlock, Default)]
pub struct ChannelConstants {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// What K shows.
    pub word: Signal<In, Bits<160>>,
    /// `late_…` are those of `layernorm`, not of `gelu`.
    pub is_layernorm: Signal<In, Bit>,
    /// LayerNorm's bias.
    pub norm_bias: Signal<Out, Signed<40>>,
    /// Bias of the accumulator.
    pub bias: Signal<Out, Signed<40>>,
    /// Mantissa.
    pub m: Signal<Out, Signed<33>>,
    /// Exponent.
    pub e: Signal<Out, Bits<6>>,
    /// The column takes part in the softmax.
    pub keep: Signal<Out, Bit>,
    /// i-GELU's `b`.
    pub b: Signal<Out, Signed<18>>,
    /// i-GELU's `c`.
    pub c: Signal<Out, Signed<36>>,
    /// i-GELU's `shift`.
    pub shift: Signal<Out, Signed<36>>,
    /// Mantissa of a result that has come out of a unit.
    pub late_m: Signal<Out, Signed<33>>,
    /// Its exponent.
    pub late_e: Signal<Out, Bits<6>>,
    /// Mantissa of its residual.
    pub late_m2: Signal<Out, Signed<33>>,
    /// Exponent of that.
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
    gelu_delay: Delay<Bits<160>, { Gelu::LATENCY }>,
    norm_delay: Delay<Bits<160>, { LaneNorm::BIAS_LATENCY }>,
    late_word: Signal<Local, Bits<160>>,
    late_fields: ChannelFields,
    late_residual_fields: ResidualChannelFields,
}

impl Logic for ChannelConstants {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("channel_constants: fields of the constant words, in step with the data that they are for.");
        clock!(self, clock, early_word, gelu_word, gelu_delay, norm_delay);
        self.norm_fields.word.next = self.word.val();
        self.norm_bias.next = self.norm_fields.bias.val();

        self.early_word.d.next = self.word.val();
        self.early_fields.word.next = self.early_word.q.val();
        self.bias.next = self.early_fields.bias.val();
        self.m.next = self.early_fields.m.val();
        self.e.next = self.early_fields.e.val();
        self.column_fields.word.next = self.early_word.q.val();
        self.keep.next = self.column_fields.keep.val();

        self.gelu_word.d.next = self.early_word.q.val();
        self.gelu_fields.word.next = self.gelu_word.q.val();
        self.b_extended.value.next = self.gelu_fields.b.val();
        self.c_extended.value.next = self.gelu_fields.c.val();
        self.shift_extended.value.next = self.gelu_fields.shift.val();
        self.b.next = self.b_extended.extended.val();
        self.c.next = self.c_extended.extended.val();
        self.shift.next = self.shift_extended.extended.val();

        self.gelu_delay.d.next = self.gelu_word.q.val();
        self.norm_delay.d.next = self.word.val();
        self.late_word.next = self.gelu_delay.q.val();
        if self.is_layernorm.val() {
            self.late_word.next = self.norm_delay.q.val();
        }
        self.late_fields.word.next = self.late_word.val();
        self.late_m.next = self.late_fields.m.val();
        self.late_e.next = self.late_fields.e.val();
        self.late_residual_fields.word.next = self.late_word.val();
        self.late_m2.next = self.late_residual_fields.m2.val();
        self.late_e2.next = self.late_residual_fields.e2.val();
    }
}
