//! [`LayerNorm`]: rows of channels to mean 0 and standard deviation 1, with one bias per channel.

mod deviation;
mod row_sum;
mod standardizer;
mod sum_of_squares;

pub use deviation::Deviation;
pub use row_sum::RowSum;
pub use standardizer::Standardizer;
pub use sum_of_squares::SumOfSquares;

use super::{RoundingDivider, RowPass};
use crate::cells::{EnableDelay, Ram, Register};
use ibert_isa::timing::units::{LAYERNORM_BIAS_LATENCY, layernorm};
use rust_hdl::core::prelude::*;

/// i-LayerNorm of rows of 1 to `2^A` channels (docs/numerics.md, "i-LayerNorm"; `P` = `A` + 1, `A` ≤ 12): `mean =
/// RNE(Σx / N)`, `y = x - mean`, `var = Σ (y >> shift)²`, `std = max(isqrt(var) << shift, 1)`, `factor = 2^31 div std`,
/// `out = ((y·factor) >> 1) + bias`.
///
/// Elements are accepted one per handshake, with `last` at the last of a row; the same number of results follows in the
/// same order. Biases have a handshake of their own, one bias per result, in the order of the results: they are the
/// same for all rows, and the unit does not store them. Three passes work on different rows at the same time, on ring
/// memories of `2^A` words that rows share: `x` ([`RowSum`]), `y` ([`SumOfSquares`]), result ([`Standardizer`]).
/// Between them are a [`RoundingDivider`] and [`Deviation`].
///
/// **Handshakes**: an element is accepted in a cycle with `valid` and `ready`, a bias in a cycle with `bias_valid` and
/// `bias_ready`. A result is taken in a cycle with `out_valid` and `out_ready`, and holds until then. `ready` is a
/// function of registers; `bias_ready` is a function of registers and of `out_ready`. `shift` is sampled with the last
/// element of its row. Reset discards everything in flight and clears `overflow`.
///
/// **Latency** of a row of `N`, accepted without a pause by an idle unit, whatever its data: 2·`N` + 102 cycles from
/// the first element accepted to the first result valid, and 3·`N` + 101 to the last, if biases wait and results are
/// taken at once. A result follows six cycles after its bias was accepted.
///
/// **Throughput**: one element per cycle for rows of 50 to `2^A` - 61 elements. Shorter rows follow each other every 50
/// cycles (root and divider); longer rows of `N` every 2·`N` + 61 - `2^A` cycles (memories).
///
/// | port | width | legal |
/// |---|---|---|
/// | `x` | 22 | all |
/// | `shift` | 5 | 0..=22 |
/// | `bias` | 40 | all |
/// | `out` | 43 | exact, see [`Standardizer`] |
/// | `mean`, `variance`, `std_dev`, `factor` | 22, 32, 29, 32 | of the result's row, for observation |
/// | `saturated` | 1 | the row's variance exceeded 32 bits and counts as 2^32 - 1: `shift` is too small for it |
/// | `overflow` | 1 | a variance has saturated since reset |
///
/// Exact for all legal operands. A row without `last` within `2^A` elements is truncated there, as if with `last`.
#[circuit(clock, reset_n)]
pub struct LayerNorm<A, P> {
    /// Element valid.
    pub valid: Signal<In, Bit>,
    /// Element is accepted in a cycle with `valid` and `ready`.
    pub ready: Signal<Out, Bit>,
    /// Element to normalize.
    pub x: Signal<In, Signed<22>>,
    /// Element is the last of its row.
    pub last: Signal<In, Bit>,
    /// Right shift before the square; sampled with the last element of the row.
    pub shift: Signal<In, Bits<5>>,
    /// Bias valid.
    pub bias_valid: Signal<In, Bit>,
    /// Bias is accepted in a cycle with `bias_valid` and `bias_ready`.
    pub bias_ready: Signal<Out, Bit>,
    /// Bias of the channel of the next result.
    pub bias: Signal<In, Signed<40>>,
    /// Result valid.
    pub out_valid: Signal<Out, Bit>,
    /// Result is taken in a cycle with `out_valid` and `out_ready`.
    pub out_ready: Signal<In, Bit>,
    /// Normalized element.
    pub out: Signal<Out, Signed<43>>,
    /// Result is the last of its row.
    pub out_last: Signal<Out, Bit>,
    /// Mean of the result's row.
    pub mean: Signal<Out, Signed<22>>,
    /// Variance of the result's row, times N.
    pub variance: Signal<Out, Bits<32>>,
    /// Standard deviation of the result's row, at least 1.
    pub std_dev: Signal<Out, Bits<29>>,
    /// `2^31 div std` of the result's row.
    pub factor: Signal<Out, Bits<32>>,
    /// The variance of the result's row was saturated.
    pub saturated: Signal<Out, Bit>,
    /// A variance has been saturated since reset.
    pub overflow: Signal<Out, Bit>,
    loader: RowSum<A, P>,
    x_memory: Ram<Signed<22>, A>,
    averager: RoundingDivider<P>,
    averaging_stop: EnableDelay<Bits<P>, 1>,
    averaging_shift: EnableDelay<Bits<5>, 1>,
    average: Signal<Local, Bit>,
    square_pass: RowPass<P>,
    square_mean: EnableDelay<Signed<22>, 1>,
    square_shift: EnableDelay<Bits<5>, 1>,
    squares: SumOfSquares,
    y_head: Register<Bits<A>>,
    y_memory: Ram<Signed<23>, A>,
    summing: Register<Bit>,
    summing_stop: EnableDelay<Bits<P>, 1>,
    summing_mean: EnableDelay<Signed<22>, 1>,
    summing_shift: EnableDelay<Bits<5>, 1>,
    summed: Register<Bit>,
    summed_var: EnableDelay<Bits<32>, 1>,
    summed_saturated: EnableDelay<Bit, 1>,
    deviate: Signal<Local, Bit>,
    deviation: Deviation,
    deviation_stop: EnableDelay<Bits<P>, 1>,
    deviation_mean: EnableDelay<Signed<22>, 1>,
    deviation_var: EnableDelay<Bits<32>, 1>,
    deviation_saturated: EnableDelay<Bit, 1>,
    move_on: Signal<Local, Bit>,
    result_pass: RowPass<P>,
    result_mean: EnableDelay<Signed<22>, 1>,
    result_var: EnableDelay<Bits<32>, 1>,
    result_std_dev: EnableDelay<Bits<29>, 1>,
    result_factor: EnableDelay<Bits<32>, 1>,
    result_saturated: EnableDelay<Bit, 1>,
    y_tail: Register<Bits<P>>,
    standardizer: Standardizer,
    first_comes: Signal<Local, Bit>,
    untold: Register<Bit>,
    told_mean: EnableDelay<Signed<22>, 1>,
    told_var: EnableDelay<Bits<32>, 1>,
    told_std_dev: EnableDelay<Bits<29>, 1>,
    told_factor: EnableDelay<Bits<32>, 1>,
    told_saturated: EnableDelay<Bit, 1>,
    sticky: Register<Bit>,
}

impl<const A: usize, const P: usize> LayerNorm<A, P> {
    /// Cycles from the first element of a row accepted to the last result, in addition to three per element.
    pub const LATENCY: usize = layernorm(A).latency;
    /// Cycles from a bias to its result.
    pub const BIAS_LATENCY: usize = LAYERNORM_BIAS_LATENCY;
    /// Cycles from one short row to the next.
    pub const SHORTEST_PERIOD: usize = layernorm(A).shortest_period;
    /// Elements of a row that are accepted without a stall; each further element stalls one cycle.
    pub const ROOM: usize = layernorm(A).room;
}

#[circuit]
impl Logic for LayerNorm<A, P> {
    fn update(&mut self) {
        comment! { "layernorm: i-LayerNorm of rows of channels: mean, variance, square root, reciprocal, normalized \
        elements with one bias each. From the first element of a row of N accepted to the last result 3 N \
        + 101 cycles, one element per cycle for rows of 50 elements and more. docs/numerics.md, \
        i-LayerNorm." }
        wire! {
            clock, reset_n => loader, averager, square_pass, squares, y_head, summing, summed, deviation, result_pass,
                y_tail, standardizer, untold, sticky;
            clock => x_memory, averaging_stop, averaging_shift, square_mean, square_shift, y_memory, summing_stop,
                summing_mean, summing_shift, summed_var, summed_saturated, deviation_stop, deviation_mean,
                deviation_var, deviation_saturated, result_mean, result_var, result_std_dev, result_factor,
                result_saturated, told_mean, told_var, told_std_dev, told_factor, told_saturated;
        }

        comment!("Pass 1: elements into their memory, sum; then the mean.");
        wire! {
            loader.{valid, x, last, shift, taken: average};
            loader.tail <- square_pass.pointer;
            ready <- loader.ready;
            x_memory.{write_enable: loader.accept, write_address: loader.address, write_data: x};
        }
        average = loader.offered & averager.ready;
        wire! {
            averager.{valid: offered, sum, count} <- loader.*;
            averager.out_ready <- square_pass.free;
            averaging_stop.{enable: average, d: loader.stop};
            averaging_shift.{enable: average, d: loader.row_shift};
        }

        comment! { "Pass 2: differences from the mean into their memory, while it has room; one variance may be in \
        transit to the square root." }
        wire! { square_pass.{offered: averager.out_valid, offered_stop: averaging_stop.q}; }
        square_pass.may_issue =
            (square_pass.pointer.get_bits::<A>(0) != y_tail.q.get_bits::<A>(0)) | (square_pass.pointer == y_tail.q);
        square_pass.may_finish = !summing.q;
        wire! {
            square_mean.{enable: square_pass.take, d: averager.mean};
            square_shift.{enable: square_pass.take, d: averaging_shift.q};
        }
        x_memory.read_address = square_pass.pointer.get_bits::<A>(0);
        wire! {
            squares.{issue, first, last} <- square_pass.*;
            squares.{x: x_memory.read_data, mean: square_mean.q, shift: square_shift.q};
            y_memory.{write_enable: squares.y_valid, write_data: squares.y, write_address: y_head.q};
        }
        y_head.d = y_head.q;
        if squares.y_valid {
            y_head.d = y_head.q + 1;
        }

        comment!("Between the passes: standard deviation and its reciprocal.");
        summing.d = square_pass.last | (summing.q & !deviate);
        wire! {
            summing_{stop, mean, shift}.enable <- square_pass.last;
            summing_{stop: square_pass.stop, mean: square_mean.q, shift: square_shift.q}.d;
        }
        summed.d = squares.ends | (summed.q & !deviate);
        wire! {
            summed_var.{enable: ends, d: variance} <- squares.*;
            summed_saturated.{enable: ends, d: saturated} <- squares.*;
        }
        deviate = summed.q & deviation.ready;
        wire! {
            deviation.{valid: summed.q, variance: summed_var.q, shift: summing_shift.q, out_ready: result_pass.take};
            deviation_{stop, mean, var, saturated}.enable <- deviate;
            deviation_{stop: summing_stop, mean: summing_mean, var: summed_var, saturated: summed_saturated}.d <- *.q;
        }

        comment! { "Pass 3: each result when its bias is valid. While the stages are stalled, the memory reads the \
        same word again, so that word is not free yet." }
        move_on = !standardizer.out_valid | out_ready;
        result_pass.offered = deviation.out_valid & !untold.q;
        result_pass.offered_stop = deviation_stop.q;
        result_pass.may_issue = move_on & bias_valid;
        result_pass.may_finish = true;
        bias_ready = move_on & result_pass.active;
        wire! {
            result_{mean, var, std_dev, factor, saturated}.enable <- result_pass.take;
            result_{mean: deviation_mean.q, var: deviation_var.q, std_dev: deviation.std_dev, factor: deviation.factor,
                saturated: deviation_saturated.q}.d;
        }
        y_tail.d = y_tail.q;
        y_memory.read_address = y_tail.q.get_bits::<A>(0);
        if move_on {
            y_tail.d = result_pass.pointer;
            y_memory.read_address = result_pass.pointer.get_bits::<A>(0);
        }
        wire! {
            standardizer.{issue, first, last} <- result_pass.*;
            standardizer.{enable: move_on, bias, factor: result_factor.q, y: y_memory.read_data};
        }

        comment!("The values of a row for observation change with its first result; no other row is accepted before.");
        first_comes = move_on & standardizer.first_is_next;
        untold.d = result_pass.take | (untold.q & !first_comes);
        wire! {
            told_{mean, var, std_dev, factor, saturated}.enable <- first_comes;
            told_{mean, var, std_dev, factor, saturated}.d <- result_*.q;
        }
        sticky.d = sticky.q | (first_comes & result_saturated.q);

        wire! { {out_valid, out, out_last} <- standardizer.*; }
        mean = told_mean.q;
        variance = told_var.q;
        wire! { {std_dev, factor, saturated} <- told_*.q; }
        overflow = sticky.q;
    }
}
