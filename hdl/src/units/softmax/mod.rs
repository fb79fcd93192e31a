//! [`Softmax`]: attention scores to probabilities, a row at a time.

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
use rust_hdl::core::prelude::*;

/// i-softmax of rows of 1 to `2^A` scores (NUMERICS §1, "i-softmax"; `P` = `A` + 1): maximum of the scores to be kept, exponentials
/// and their sum, `factor = 2^32 div sum`, `out = min((exp16·factor) >> (32 - out_bits), 2^out_bits - 1)`.
///
/// Elements go in one after the other, with `last` at the last of a row; as many results come out in the same order. Three passes work
/// on different rows at the same time, on ring memories of `2^A` words that rows share: scores ([`RowLoader`]), exponentials
/// ([`RowExponentials`]), probabilities ([`Normalizer`]); between the latter two a [`Divider`].
///
/// **Handshake**: an element is accepted in a cycle with `valid` and `ready`, a result is taken in one with `out_valid` and `out_ready`
/// and holds until then. `ready` is a function of registers. Constants are sampled with the last element of their row. Reset drops
/// everything that is under way.
///
/// **Latency** of a row of `L`, accepted without a pause by an idle unit, whatever its data: 2·`L` + 64 cycles from its first element
/// accepted to its first result offered, 3·`L` + 63 to its last, if results are taken at once.
///
/// **Throughput**: one element a cycle for rows of 34 to `2^A` - 60 elements. Shorter rows follow each other every 34 cycles (the
/// divider); longer ones wait for room in the memories, one every 2·`L` - (`2^A` - 60) cycles.
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
/// Exact for all legal operands. A row whose exponentials are all 0, as when nothing is kept, has no softmax: all its results are 0.
/// A row that does not end within `2^A` elements is cut there, as if with `last`.
#[derive(LogicBlock, Default)]
pub struct Softmax<const A: usize, const P: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// An element is offered.
    pub valid: Signal<In, Bit>,
    /// It is accepted if it is offered.
    pub ready: Signal<Out, Bit>,
    /// Score.
    pub q: Signal<In, Signed<32>>,
    /// Whether the score takes part.
    pub keep: Signal<In, Bit>,
    /// Whether it is the last of its row.
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
    /// Its exponent.
    pub e16: Signal<In, Bits<7>>,
    /// Width of the probabilities.
    pub out_bits: Signal<In, Bits<5>>,
    /// A result is offered.
    pub out_valid: Signal<Out, Bit>,
    /// It is taken if it is offered.
    pub out_ready: Signal<In, Bit>,
    /// Probability at scale `2^-out_bits`.
    pub out: Signal<Out, Bits<16>>,
    /// Whether it is the last of its row.
    pub out_last: Signal<Out, Bit>,
    /// 16-bit exponential of the element.
    pub exp16: Signal<Out, Bits<15>>,
    /// Sum of the row's exponentials.
    pub sum: Signal<Out, Bits<32>>,
    /// `2^32 div sum`; all ones for a sum of 0.
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
    /// Cycles from a row's first element accepted to its last result, beside three for each element.
    pub const LATENCY: usize = 63;
    /// Cycles from one short row to the next.
    pub const SHORTEST_PERIOD: usize = 34;
    /// Elements of a row beyond which it waits for room, as many cycles as there are elements beyond.
    pub const ROOM: usize = (1 << A) - 60;
}

impl<const A: usize, const P: usize> Logic for Softmax<A, P> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "softmax: i-softmax of rows of scores: maximum, exponentials and sum, reciprocal, probabilities. From the first element of a row of L accepted to the last result 3 L + 63 cycles, one element a cycle for rows from 34 elements on. NUMERICS 1, i-softmax."
        );
        clock!(
            self,
            clock,
            loader,
            scores,
            rows,
            exp_pass,
            exp_out_bits,
            exponentials,
            exponential_head,
            exponential_memory,
            summing,
            summing_stop,
            summing_out_bits,
            summed,
            row_sum,
            divider,
            dividing_stop,
            dividing_out_bits,
            dividing_sum,
            normalize_pass,
            normalize_out_bits,
            normalize_sum,
            normalize_factor,
            exponential_tail,
            normalizer
        );
        self.loader.reset_n.next = self.reset_n.val();
        self.rows.reset_n.next = self.reset_n.val();
        self.exp_pass.reset_n.next = self.reset_n.val();
        self.exponentials.reset_n.next = self.reset_n.val();
        self.exponential_head.reset_n.next = self.reset_n.val();
        self.summing.reset_n.next = self.reset_n.val();
        self.summed.reset_n.next = self.reset_n.val();
        self.divider.reset_n.next = self.reset_n.val();
        self.normalize_pass.reset_n.next = self.reset_n.val();
        self.exponential_tail.reset_n.next = self.reset_n.val();
        self.normalizer.reset_n.next = self.reset_n.val();

        comment!("Pass 1: scores into their memory, maximum.");
        self.loader.valid.next = self.valid.val();
        self.loader.q.next = self.q.val();
        self.loader.keep.next = self.keep.val();
        self.loader.last.next = self.last.val();
        self.loader.tail.next = self.exp_pass.pointer.val();
        self.loader.free.next = self.rows.free.val();
        self.ready.next = self.loader.ready.val();
        self.scores.write_enable.next = self.loader.accept.val();
        self.scores.write_address.next = self.loader.address.val();
        self.scores.write_data.next = bit_cast::<33, 32>(unsigned_cast(self.q.val()));
        if self.keep.val() {
            self.scores.write_data.next =
                bit_cast::<33, 32>(unsigned_cast(self.q.val())) | bits::<33>(0x1_0000_0000u64);
        }
        self.rows.push.next = self.loader.ends.val();
        self.rows.stop.next = self.loader.stop.val();
        self.rows.max.next = self.loader.max.val();
        self.rows.x0.next = self.x0.val();
        self.rows.b.next = self.b.val();
        self.rows.c.next = self.c.val();
        self.rows.n.next = self.n.val();
        self.rows.m16.next = self.m16.val();
        self.rows.e16.next = self.e16.val();
        self.rows.out_bits.next = self.out_bits.val();

        comment!(
            "Pass 2: exponentials into their memory, as far as it has room; one sum may be on its way to the divider."
        );
        self.exp_pass.offered.next = self.rows.offered.val() & self.exponentials.settled.val();
        self.exp_pass.offered_stop.next = self.rows.row_stop.val();
        self.exp_pass.may_issue.next = (self.exp_pass.pointer.val().get_bits::<A>(0)
            != self.exponential_tail.q.val().get_bits::<A>(0))
            | (self.exp_pass.pointer.val() == self.exponential_tail.q.val());
        self.exp_pass.may_finish.next = !self.summing.q.val();
        self.exp_out_bits.enable.next = self.exp_pass.take.val();
        self.exp_out_bits.d.next = self.rows.row_out_bits.val();
        self.rows.pop.next = self.exponentials.used.val();
        self.scores.read_address.next = self.exp_pass.pointer.val().get_bits::<A>(0);
        self.exponentials.take.next = self.exp_pass.take.val();
        self.exponentials.issue.next = self.exp_pass.issue.val();
        self.exponentials.last.next = self.exp_pass.last.val();
        self.exponentials.word.next = self.scores.read_data.val();
        self.exponentials.max.next = self.rows.row_max.val();
        self.exponentials.x0.next = self.rows.row_x0.val();
        self.exponentials.b.next = self.rows.row_b.val();
        self.exponentials.c.next = self.rows.row_c.val();
        self.exponentials.n.next = self.rows.row_n.val();
        self.exponentials.m16.next = self.rows.row_m16.val();
        self.exponentials.e16.next = self.rows.row_e16.val();
        self.exponential_memory.write_enable.next = self.exponentials.out_valid.val();
        self.exponential_memory.write_address.next = self.exponential_head.q.val();
        self.exponential_memory.write_data.next = self.exponentials.exp16.val();
        self.exponential_head.d.next = self.exponential_head.q.val();
        if self.exponentials.out_valid.val() {
            self.exponential_head.d.next = self.exponential_head.q.val() + 1;
        }

        comment!("Between the passes: reciprocal of the sum.");
        self.summing.d.next = self.exp_pass.last.val() | (self.summing.q.val() & !self.divide.val());
        self.summing_stop.enable.next = self.exp_pass.last.val();
        self.summing_stop.d.next = self.exp_pass.stop.val();
        self.summing_out_bits.enable.next = self.exp_pass.last.val();
        self.summing_out_bits.d.next = self.exp_out_bits.q.val();
        self.summed.d.next = self.exponentials.ends.val() | (self.summed.q.val() & !self.divide.val());
        self.row_sum.enable.next = self.exponentials.ends.val();
        self.row_sum.d.next = self.exponentials.sum.val();
        self.divide.next = self.summed.q.val() & self.divider.ready.val();
        self.divider.valid.next = self.summed.q.val();
        self.divider.dividend.next = bits::<33>(0x1_0000_0000u64);
        self.divider.divisor.next = self.row_sum.q.val();
        self.divider.out_ready.next = self.normalize_pass.free.val();
        self.dividing_stop.enable.next = self.divide.val();
        self.dividing_stop.d.next = self.summing_stop.q.val();
        self.dividing_out_bits.enable.next = self.divide.val();
        self.dividing_out_bits.d.next = self.summing_out_bits.q.val();
        self.dividing_sum.enable.next = self.divide.val();
        self.dividing_sum.d.next = self.row_sum.q.val();

        comment!(
            "Pass 3: probabilities. While it is stalled, the memory reads the same word again, which therefore is not free yet."
        );
        self.move_on.next = !self.normalizer.out_valid.val() | self.out_ready.val();
        self.normalize_pass.offered.next = self.divider.out_valid.val();
        self.normalize_pass.offered_stop.next = self.dividing_stop.q.val();
        self.normalize_pass.may_issue.next = self.move_on.val();
        self.normalize_pass.may_finish.next = true;
        self.normalize_out_bits.enable.next = self.normalize_pass.take.val();
        self.normalize_out_bits.d.next = self.dividing_out_bits.q.val();
        self.normalize_sum.enable.next = self.normalize_pass.take.val();
        self.normalize_sum.d.next = self.dividing_sum.q.val();
        self.normalize_factor.enable.next = self.normalize_pass.take.val();
        self.normalize_factor.d.next = self.divider.quotient.val();
        self.exponential_tail.d.next = self.exponential_tail.q.val();
        self.exponential_memory.read_address.next = self.exponential_tail.q.val().get_bits::<A>(0);
        if self.move_on.val() {
            self.exponential_tail.d.next = self.normalize_pass.pointer.val();
            self.exponential_memory.read_address.next = self.normalize_pass.pointer.val().get_bits::<A>(0);
        }
        self.normalizer.enable.next = self.move_on.val();
        self.normalizer.issue.next = self.normalize_pass.issue.val();
        self.normalizer.last.next = self.normalize_pass.last.val();
        self.normalizer.out_bits.next = self.normalize_out_bits.q.val();
        self.normalizer.sum.next = self.normalize_sum.q.val();
        self.normalizer.factor.next = self.normalize_factor.q.val();
        self.normalizer.exp16.next = self.exponential_memory.read_data.val();

        self.out_valid.next = self.normalizer.out_valid.val();
        self.out_last.next = self.normalizer.out_last.val();
        self.out.next = self.normalizer.out.val();
        self.exp16.next = self.normalizer.out_exp16.val();
        self.sum.next = self.normalizer.out_sum.val();
        self.factor.next = self.normalizer.out_factor.val();
    }
}
