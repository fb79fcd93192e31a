//! [`LateSoftmax`]: attention scores to weights and their sum, row by row.

mod reciprocal;
mod row_mean;
mod row_weights;
mod weight_scaler;

pub use reciprocal::Reciprocal;
pub use row_mean::RowMean;
pub use row_weights::RowWeights;
pub use weight_scaler::WeightScaler;

use super::{RowLoader, RowPass};
use crate::cells::{Fifo, Ram, Register};
use ibert_isa::timing::units::{RECIPROCAL_PERIOD, late_softmax};
use rust_hdl::core::prelude::*;

/// Late i-softmax of rows of 1 to `2^A` scores (docs/numerics.md, "Late i-softmax"; `P` = `A` + 1): maximum of the kept
/// scores, weights relative to that of the maximum, and the sum of the weights.
///
/// Elements are accepted one per handshake, with `last` at the last of a row; the same number of weights follows in the
/// same order. Two passes work on different rows at the same time, on a ring memory of `2^A` scores that rows share:
/// [`RowLoader`] and [`RowWeights`].
///
/// **Handshake**: an element is accepted in a cycle with `valid` and `ready`. `ready` is a function of registers. There
/// is no backpressure: a weight is valid for one cycle. The constants must hold while a row is in flight. Reset discards
/// everything in flight.
///
/// **Latency** of a row of `L`, accepted without a pause by an idle unit, whatever its data: `L` + 21 cycles from the
/// first element accepted to the first weight, and 2·`L` + 20 to the last.
///
/// **Throughput**: one element per cycle for rows of 20 to `2^A` - 2 elements. Rows end at least 20 cycles apart, so that
/// a [`Reciprocal`] can take each sum; longer rows wait for room in the memory, one every 2·`L` - (`2^A` - 2) cycles.
///
/// | port | width | legal |
/// |---|---|---|
/// | `q` | 32 | all |
/// | `keep` | 1 | 0 for a masked column: its weight is 0 |
/// | `x0`, `b`, `c`, `n` | 15, 17, 32, 5 | as for [`Exp`](super::Exp), and `b` ≥ -`x0` - 1, so that the polynomial is at most `c` |
/// | `shift` | 5 | `c >> shift` has at most 16 bits |
/// | `m`, `e` | 16, 5 | unsigned |
/// | `weight` | 8 | unsigned |
/// | `sum` | 18 | of the row's weights so far: with `out_last` that of the row |
///
/// Exact for all legal operands. A row without `last` within `2^A` elements is truncated there, as if with `last`.
#[circuit(clock, reset_n)]
pub struct LateSoftmax<A, P> {
    /// Element valid.
    pub valid: Signal<In, Bit>,
    /// Element is accepted in a cycle with `valid` and `ready`.
    pub ready: Signal<Out, Bit>,
    /// Score of the column.
    pub q: Signal<In, Signed<32>>,
    /// The mask keeps the column.
    pub keep: Signal<In, Bit>,
    /// Element is the last of its row.
    pub last: Signal<In, Bit>,
    /// i-exp's `x0`, negative.
    pub x0: Signal<In, Signed<15>>,
    /// i-exp's `b`.
    pub b: Signal<In, Signed<17>>,
    /// i-exp's `c`.
    pub c: Signal<In, Signed<32>>,
    /// i-exp's `n`.
    pub n: Signal<In, Bits<5>>,
    /// Right shift of i-exp's polynomial.
    pub shift: Signal<In, Bits<5>>,
    /// Mantissa of the weights' scale.
    pub m: Signal<In, Bits<16>>,
    /// Exponent of the weights' scale.
    pub e: Signal<In, Bits<5>>,
    /// Weight valid.
    pub out_valid: Signal<Out, Bit>,
    /// Weight of the column, 255 for the maximum.
    pub weight: Signal<Out, Bits<8>>,
    /// Weight is the last of its row.
    pub out_last: Signal<Out, Bit>,
    /// Sum of the row's weights up to this one.
    pub sum: Signal<Out, Bits<18>>,
    loader: RowLoader<A, P>,
    scores: Ram<Bits<33>, A>,
    row_stops: Fifo<Bits<P>, 1, 2>,
    row_maxima: Fifo<Bits<32>, 1, 2>,
    pass: RowPass<P>,
    closing: Register<Bits<5>>,
    period: constant!(Bits<5> = RECIPROCAL_PERIOD - 1),
    weights: RowWeights,
}

impl<const A: usize, const P: usize> LateSoftmax<A, P> {
    /// Cycles from the first element of a row accepted to the last weight, in addition to two per element.
    pub const LATENCY: usize = late_softmax(A).latency;
    /// Cycles from one short row to the next.
    pub const SHORTEST_PERIOD: usize = late_softmax(A).shortest_period;
    /// Elements of a row that are accepted without a stall; each further element stalls one cycle.
    pub const ROOM: usize = late_softmax(A).room;
}

#[circuit]
impl Logic for LateSoftmax<A, P> {
    fn update(&mut self) {
        comment! { "late_softmax: weights of rows of scores relative to the maximum's, and their sum. From the first \
        element of a row of L accepted to the last weight 2 L + 20 cycles, one element per cycle for rows of 20 elements \
        and more. docs/numerics.md, Late i-softmax." }
        wire! {
            clock, reset_n => loader, row_stops, row_maxima, pass, closing, weights;
            clock => scores;
        }

        comment!("Pass 1: scores into their memory, maximum. Two complete rows may wait for the second pass.");
        wire! {
            loader.{valid, q, keep, last};
            loader.tail <- pass.pointer;
            ready <- loader.ready;
            scores.write_{enable: accept, address} <- loader.*;
        }
        loader.free = !row_stops.full;
        scores.write_data = bit_cast::<33, 32>(unsigned_cast(q));
        if keep {
            scores.write_data = bit_cast::<33, 32>(unsigned_cast(q)) | bits::<33>(0x1_0000_0000u64);
        }
        wire! {
            row_stops.{push: loader.ends, d: loader.stop, pop: weights.used};
            row_maxima.{push: loader.ends, pop: weights.used};
        }
        row_maxima.d = unsigned_cast(loader.max);

        comment!("Pass 2: weights and their sum. A row ends no sooner than a reciprocal takes.");
        pass.offered = row_stops.valid & weights.settled;
        pass.offered_stop = row_stops.oldest;
        pass.may_issue = true;
        pass.may_finish = !closing.q.any();
        closing.d = bits::<5>(0);
        if closing.q.any() {
            closing.d = closing.q - 1;
        }
        if pass.last {
            closing.d = period;
        }
        weights.max = signed_cast(row_maxima.oldest);
        scores.read_address = pass.pointer.get_bits::<A>(0);
        wire! {
            weights.{take, issue, last} <- pass.*;
            weights.{word: scores.read_data, x0, b, c, n, shift, m, e};
            {out_valid, weight, out_last: ends, sum} <- weights.*;
        }
    }
}
