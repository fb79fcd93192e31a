//! [`LaneSoftmax`]: the paper's softmax of a lane.

use crate::cells::Truncate;
use crate::fields::SoftmaxParametersFields;
use crate::units::Softmax;
use ibert_isa::timing::vector::ROW_ADDRESS;
use rust_hdl::core::prelude::*;

/// Softmax unit of a lane.
pub type LaneSoftmaxUnit = Softmax<ROW_ADDRESS, { ROW_ADDRESS + 1 }>;

/// A [`Softmax`] with its constants from the parameter word and probabilities of 8 bits.
///
/// The parameter word must hold while a row is in flight. Handshake and latency are those of the unit; results are
/// always taken.
#[circuit(clock, reset_n)]
pub struct LaneSoftmax {
    /// Score valid.
    pub valid: Signal<In, Bit>,
    /// Score is accepted in a cycle with `valid` and `ready`.
    pub ready: Signal<Out, Bit>,
    /// Score of the column.
    pub q: Signal<In, Signed<32>>,
    /// The mask keeps the column.
    pub keep: Signal<In, Bit>,
    /// Score is the last of its row.
    pub last: Signal<In, Bit>,
    /// Parameter word.
    pub parameter_word: Signal<In, Bits<160>>,
    /// Probability valid.
    pub out_valid: Signal<Out, Bit>,
    /// Probability of the column.
    pub out: Signal<Out, Bits<8>>,
    fields: SoftmaxParametersFields,
    unit: LaneSoftmaxUnit,
    probability: Truncate<16, 8>,
}

#[circuit]
impl Logic for LaneSoftmax {
    fn update(&mut self) {
        comment!("lane_softmax: the softmax unit of a lane, with its constants from the parameter word.");
        wire! {
            clock, reset_n => unit;
            fields.word <- parameter_word;
            unit.{x0, b, c, n, m16, e16, out_bits} <- fields.*;
            unit.{valid, q, keep, last};
            {ready, out_valid} <- unit.*;
        }
        unit.out_ready = true;
        probability.value = signed_cast(unit.out);
        out = unsigned_cast(probability.truncated);
    }
}
