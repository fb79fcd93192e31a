//! [`Softmax`]: attention scores to probabilities, row by row.

mod normalizer;
mod row_exponentials;
mod row_loader;
mod row_queue;

pub use normalizer::Normalizer;
pub use row_exponentials::RowExponentials;
pub use row_loader::RowLoader;
pub use row_queue::RowQueue;

use super::{Divider, RowPass};
use crate::cells::{EnableDelay, Ram, Register};
use ibert_isa::timing::units::softmax;
use rust_hdl::core::prelude::*;

/// i-softmax of rows of 1 to `2^A` scores (docs/numerics.md, "i-softmax"; `P` = `A` + 1): maximum of the kept scores,
/// exponentials and their sum, `factor = 2^32 div sum`, `out = min((exp16·factor) >> (32 - out_bits), 2^out_bits - 1)`.
///
/// Elements are accepted one per handshake, with `last` at the last of a row; the same number of results follows in the
/// same order. Three passes work on different rows at the same time, on ring memories of `2^A` words that rows share:
/// scores ([`RowLoader`]), exponentials ([`RowExponentials`]), probabilities ([`Normalizer`]); between the latter two
/// is a [`Divider`].
///
/// **Handshake**: an element is accepted in a cycle with `valid` and `ready`. A result is taken in a cycle with
/// `out_valid` and `out_ready`, and holds until then. `ready` is a function of registers. Constants are sampled with
/// the last element of their row. Reset discards everything in flight.
///
/// **Latency** of a row of `L`, accepted without a pause by an idle unit, whatever its data: 2·`L` + 64 cycles from the
/// first element accepted to the first result valid, and 3·`L` + 63 to the last, if results are taken at once.
///
/// **Throughput**: one element per cycle for rows of 34 to `2^A` - 60 elements. Shorter rows follow each other every 34
/// cycles (the divider); longer rows wait for room in the memories, one every 2·`L` - (`2^A` - 60) cycles.
///
/// | port | width | legal |
/// |---|---|---|
/// | `q` | 32 | all |
/// | `keep` | 1 | 0 for a masked column: `exp16` and `out` are 0 |
/// | `x0`, `b`, `c`, `n`, `m16`, `e16` | 15, 17, 32, 5, 33, 7 | as for [`Exp`](super::Exp) |
/// | `out_bits` | 5 | 1..=16; 8 in I-BERT |
/// | `out` | 16 | unsigned |
/// | `exp16`, `sum`, `factor` | 15, 32, 33 | of the element and of its row, for observation |
///
/// Exact for all legal operands. A row whose exponentials are all 0, for example because no column is kept, has no
/// softmax: all its results are 0. A row without `last` within `2^A` elements is truncated there, as if with `last`.
#[circuit(clock, reset_n)]
pub struct Softmax<A, P> {
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
    /// Mantissa of the 16-bit requantization.
    pub m16: Signal<In, Signed<33>>,
    /// Exponent of the 16-bit requantization.
    pub e16: Signal<In, Bits<7>>,
    /// Width of the probabilities in bits.
    pub out_bits: Signal<In, Bits<5>>,
    /// Result valid.
    pub out_valid: Signal<Out, Bit>,
    /// Result is taken in a cycle with `out_valid` and `out_ready`.
    pub out_ready: Signal<In, Bit>,
    /// Probability at scale `2^-out_bits`.
    pub out: Signal<Out, Bits<16>>,
    /// Result is the last of its row.
    pub out_last: Signal<Out, Bit>,
    /// 16-bit exponential of the result's element.
    pub exp16: Signal<Out, Bits<15>>,
    /// Sum of the exponentials of the result's row.
    pub sum: Signal<Out, Bits<32>>,
    /// `2^32 div sum` of the result's row; all ones for a sum of 0.
    pub factor: Signal<Out, Bits<33>>,
    loader: RowLoader<A, P>,
    scores: Ram<Bits<33>, A>,
    rows: RowQueue<P>,
    exp_pass: RowPass<P>,
    exp_out_bits: EnableDelay<Bits<5>, 1>,
    exponentials: RowExponentials,
    exponential_head: Register<Bits<A>>,
    exponential_memory: Ram<Bits<15>, A>,
    summing: Register<Bit>,
    summing_stop: EnableDelay<Bits<P>, 1>,
    summing_out_bits: EnableDelay<Bits<5>, 1>,
    summed: Register<Bit>,
    row_sum: EnableDelay<Bits<32>, 1>,
    divide: Signal<Local, Bit>,
    divider: Divider<33, 32>,
    dividing_stop: EnableDelay<Bits<P>, 1>,
    dividing_out_bits: EnableDelay<Bits<5>, 1>,
    dividing_sum: EnableDelay<Bits<32>, 1>,
    move_on: Signal<Local, Bit>,
    normalize_pass: RowPass<P>,
    normalize_out_bits: EnableDelay<Bits<5>, 1>,
    normalize_sum: EnableDelay<Bits<32>, 1>,
    normalize_factor: EnableDelay<Bits<33>, 1>,
    exponential_tail: Register<Bits<P>>,
    normalizer: Normalizer,
}

impl<const A: usize, const P: usize> Softmax<A, P> {
    /// Cycles from the first element of a row accepted to the last result, in addition to three per element.
    pub const LATENCY: usize = softmax(A).latency;
    /// Cycles from one short row to the next.
    pub const SHORTEST_PERIOD: usize = softmax(A).shortest_period;
    /// Elements of a row that are accepted without a stall; each further element stalls one cycle.
    pub const ROOM: usize = softmax(A).room;
}

#[circuit]
impl Logic for Softmax<A, P> {
    fn update(&mut self) {
        comment! { "softmax: i-softmax of rows of scores: maximum, exponentials and sum, reciprocal, probabilities. \
        From the first element of a row of L accepted to the last result 3 L + 63 cycles, one element per \
        cycle for rows of 34 elements and more. docs/numerics.md, i-softmax." }
        wire! {
            clock, reset_n => loader, rows, exp_pass, exponentials, exponential_head, summing, summed, divider,
                normalize_pass, exponential_tail, normalizer;
            clock => scores, exp_out_bits, exponential_memory, summing_stop, summing_out_bits, row_sum, dividing_stop,
                dividing_out_bits, dividing_sum, normalize_out_bits, normalize_sum, normalize_factor;
        }

        comment!("Pass 1: scores into their memory, maximum.");
        wire! {
            loader.{valid, q, keep, last};
            loader.{tail: exp_pass.pointer, free: rows.free};
            ready <- loader.ready;
            scores.write_{enable: accept, address} <- loader.*;
        }
        scores.write_data = bit_cast::<33, 32>(unsigned_cast(q));
        if keep {
            scores.write_data = bit_cast::<33, 32>(unsigned_cast(q)) | bits::<33>(0x1_0000_0000u64);
        }
        wire! {
            rows.{push: ends, stop, max} <- loader.*;
            rows.{x0, b, c, n, m16, e16, out_bits};
        }

        comment! { "Pass 2: exponentials into their memory, while it has room; one sum may be in transit to the \
        divider." }
        exp_pass.offered = rows.offered & exponentials.settled;
        exp_pass.offered_stop = rows.row_stop;
        exp_pass.may_issue = (exp_pass.pointer.get_bits::<A>(0) != exponential_tail.q.get_bits::<A>(0))
            | (exp_pass.pointer == exponential_tail.q);
        exp_pass.may_finish = !summing.q;
        wire! { exp_out_bits.{enable: exp_pass.take, d: rows.row_out_bits}; }
        rows.pop = exponentials.used;
        scores.read_address = exp_pass.pointer.get_bits::<A>(0);
        wire! {
            exponentials.{take, issue, last} <- exp_pass.*;
            exponentials.{max, x0, b, c, n, m16, e16} <- rows.row_*;
            exponentials.word <- scores.read_data;
            exponential_memory.{write_enable: exponentials.out_valid, write_data: exponentials.exp16,
                write_address: exponential_head.q};
        }
        exponential_head.d = exponential_head.q;
        if exponentials.out_valid {
            exponential_head.d = exponential_head.q + 1;
        }

        comment!("Between the passes: reciprocal of the sum.");
        summing.d = exp_pass.last | (summing.q & !divide);
        wire! {
            summing_stop.{enable: last, d: stop} <- exp_pass.*;
            summing_out_bits.{enable: exp_pass.last, d: exp_out_bits.q};
        }
        summed.d = exponentials.ends | (summed.q & !divide);
        wire! { row_sum.{enable: ends, d: sum} <- exponentials.*; }
        divide = summed.q & divider.ready;
        divider.valid = summed.q;
        divider.dividend = bits::<33>(0x1_0000_0000u64);
        wire! {
            divider.{divisor: row_sum.q, out_ready: normalize_pass.free};
            dividing_{stop, out_bits, sum}.enable <- divide;
            dividing_{stop: summing_stop, out_bits: summing_out_bits, sum: row_sum}.d <- *.q;
        }

        comment! { "Pass 3: probabilities. While it stalls, the memory reads the same word again, so that word is not \
        free yet." }
        move_on = !normalizer.out_valid | out_ready;
        wire! { normalize_pass.{offered: divider.out_valid, offered_stop: dividing_stop.q, may_issue: move_on}; }
        normalize_pass.may_finish = true;
        wire! {
            normalize_{out_bits, sum, factor}.enable <- normalize_pass.take;
            normalize_{out_bits: dividing_out_bits.q, sum: dividing_sum.q, factor: divider.quotient}.d;
        }
        exponential_tail.d = exponential_tail.q;
        exponential_memory.read_address = exponential_tail.q.get_bits::<A>(0);
        if move_on {
            exponential_tail.d = normalize_pass.pointer;
            exponential_memory.read_address = normalize_pass.pointer.get_bits::<A>(0);
        }
        wire! {
            normalizer.{enable: move_on, issue: normalize_pass.issue, last: normalize_pass.last,
                out_bits: normalize_out_bits.q, sum: normalize_sum.q, factor: normalize_factor.q,
                exp16: exponential_memory.read_data};
        }

        wire! { {out_valid, out_last, out, exp16: out_exp16, sum: out_sum, factor: out_factor} <- normalizer.*; }
    }
}
