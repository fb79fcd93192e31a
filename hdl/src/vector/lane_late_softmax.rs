//! [`LaneLateSoftmax`]: late softmax of a lane.

use crate::cells::{Delay, Ram, ValidDelay};
use crate::fields::LateSoftmaxParametersFields;
use crate::units::{LateSoftmax, Reciprocal, RowMean};
use ibert_isa::timing::vector::{RECIPROCAL_ADDRESS, ROW_ADDRESS};
use rust_hdl::core::prelude::*;

/// Late softmax unit of a lane.
pub type LaneLateSoftmaxUnit = LateSoftmax<ROW_ADDRESS, { ROW_ADDRESS + 1 }>;

/// A [`LateSoftmax`] with its constants from the parameter word, the [`Reciprocal`] of row sums, the memory of the
/// reciprocals, and the [`RowMean`] that divides accumulators by row sums.
///
/// The parameter word must hold while a row is in flight. Handshake and latency are those of the unit. The reciprocal
/// of a row is stored at `write_address` in the cycle with `stored`, 20 cycles after the row's last weight. An
/// accumulator with `divide` is divided by the row sum at the `read_address` of the previous cycle; its mean follows
/// three cycles later.
#[circuit(clock, reset_n)]
pub struct LaneLateSoftmax {
    /// Score valid.
    pub valid: Signal<In, Bit>,
    /// Score is accepted in a cycle with `valid` and `ready`.
    pub ready: Signal<Out, Bit>,
    /// Score of the column, or accumulator to divide.
    pub accumulator: Signal<In, Signed<32>>,
    /// Accumulator is to be divided.
    pub divide: Signal<In, Bit>,
    /// The mask keeps the column.
    pub keep: Signal<In, Bit>,
    /// Score is the last of its row.
    pub last: Signal<In, Bit>,
    /// Parameter word.
    pub parameter_word: Signal<In, Bits<160>>,
    /// Weight valid.
    pub out_valid: Signal<Out, Bit>,
    /// Weight of the column.
    pub out: Signal<Out, Bits<8>>,
    /// The reciprocal of a row is stored.
    pub stored: Signal<Out, Bit>,
    /// Index of the reciprocal that is stored.
    pub write_address: Signal<In, Bits<{ RECIPROCAL_ADDRESS }>>,
    /// Index of the reciprocal of the next cycle's accumulator.
    pub read_address: Signal<In, Bits<{ RECIPROCAL_ADDRESS }>>,
    /// Mean valid.
    pub mean_valid: Signal<Out, Bit>,
    /// Mean of the accumulator.
    pub mean: Signal<Out, Signed<16>>,
    fields: LateSoftmaxParametersFields,
    unit: LaneLateSoftmaxUnit,
    summed: ValidDelay<1>,
    row_sum: Delay<Bits<18>, 1>,
    reciprocal: Reciprocal,
    reciprocals: Ram<Bits<22>, { RECIPROCAL_ADDRESS }>,
    row_mean: RowMean,
}

#[circuit]
impl Logic for LaneLateSoftmax {
    fn update(&mut self) {
        comment! { "lane_late_softmax: the late softmax unit of a lane, with its constants from the parameter word, and \
        the division of accumulators by row sums." }
        wire! {
            clock, reset_n => unit, summed, reciprocal, row_mean;
            clock => row_sum, reciprocals;
            fields.word <- parameter_word;
            unit.{x0, b, c, n, shift, m, e} <- fields.*;
            unit.{valid, q: accumulator, keep, last};
            {out_valid, out: weight} <- unit.*;
        }

        comment!("Reciprocal of the sum: mantissa, and above it the length of the sum.");
        summed.d = unit.out_last;
        row_sum.d = unit.sum;
        wire! { reciprocal.{valid: summed.q, sum: row_sum.q}; }
        reciprocal.out_ready = true;
        ready = unit.ready & (!summed.q | reciprocal.ready);
        stored = reciprocal.out_valid;
        wire! { reciprocals.{write_enable: reciprocal.out_valid, write_address, read_address}; }
        reciprocals.write_data = bit_cast::<22, 17>(reciprocal.mantissa) | (bit_cast::<22, 5>(reciprocal.length) << 17);

        comment!("Division by the sum.");
        row_mean.mantissa = reciprocals.read_data.get_bits::<17>(0);
        row_mean.length = reciprocals.read_data.get_bits::<5>(17);
        wire! {
            row_mean.{valid: divide, accumulator};
            {mean_valid: out_valid, mean} <- row_mean.*;
        }
    }
}
