//! [`LayerNorm`]: rows of channels to mean 0 and standard deviation 1, with a bias a channel.

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
use rust_hdl::core::prelude::*;

/// i-LayerNorm of rows of 1 to `2^A` channels (NUMERICS §1, "i-LayerNorm"; `P` = `A` + 1, `A` ≤ 12): `mean = RNE(Σx / N)`, `y = x - mean`,
/// `var = Σ (y >> shift)²`, `std = max(isqrt(var) << shift, 1)`, `factor = 2^31 div std`, `out = ((y·factor) >> 1) + bias`.
///
/// Elements go in one after the other, with `last` at the last of a row; as many results come out in the same order. Biases go in by
/// themselves, one for each result, in the order of results: they are the same for all rows, and the unit does not keep them. Three passes work on
/// different rows at the same time, on ring memories of `2^A` words that rows share: `x` ([`RowSum`]), `y` ([`SumOfSquares`]), result
/// ([`Standardizer`]); between them a [`RoundingDivider`] and [`Deviation`].
///
/// **Handshakes**: an element is accepted in a cycle with `valid` and `ready`, a bias in one with `bias_valid` and `bias_ready`, and a result is taken in one
/// with `out_valid` and `out_ready` and holds until then. `ready` is a function of registers; `bias_ready` is one of registers and of `out_ready`.
/// `shift` is sampled with the last element of its row. Reset drops everything that is under way and clears `overflow`.
///
/// **Latency** of a row of `N`, accepted without a pause by an idle unit, whatever its data: 2·`N` + 102 cycles from its first element accepted
/// to its first result offered, 3·`N` + 101 to its last, if biases wait and results are taken at once. A result comes six cycles after its bias was accepted.
///
/// **Throughput**: one element a cycle for rows of 50 to `2^A` - 61 elements. Shorter rows follow each other every 50 cycles (root and
/// divider); longer ones of `N` every 2·`N` + 61 - `2^A` cycles (memories).
///
/// | port | width | legal |
/// |---|---|---|
/// | `x` | 22 | all |
/// | `shift` | 5 | 0..=22 |
/// | `bias` | 40 | all |
/// | `out` | 43 | exact, see [`Standardizer`] |
/// | `mean`, `variance`, `std`, `factor` | 22, 32, 29, 32 | of the result's row, for observation |
/// | `saturated` | 1 | the row's variance left 32 bits and counts as 2^32 - 1: `shift` is too small for it |
/// | `overflow` | 1 | that has happened to this row or to one before, since reset |
///
/// Exact for all legal operands. A row that does not end within `2^A` elements is cut there, as if with `last`.
#[derive(LogicBlock, Default)]
pub struct LayerNorm<const A: usize, const P: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// An element is offered.
    pub valid: Signal<In, Bit>,
    /// It is accepted if it is offered.
    pub ready: Signal<Out, Bit>,
    /// Element.
    pub x: Signal<In, Signed<22>>,
    /// Whether it is the last of its row.
    pub last: Signal<In, Bit>,
    /// Right shift before the square, of the row.
    pub shift: Signal<In, Bits<5>>,
    /// A bias is offered.
    pub bias_valid: Signal<In, Bit>,
    /// It is accepted if it is offered.
    pub bias_ready: Signal<Out, Bit>,
    /// Bias of the channel whose result comes next.
    pub bias: Signal<In, Signed<40>>,
    /// A result is offered.
    pub out_valid: Signal<Out, Bit>,
    /// It is taken if it is offered.
    pub out_ready: Signal<In, Bit>,
    /// The normalized element.
    pub out: Signal<Out, Signed<43>>,
    /// Whether it is the last of its row.
    pub out_last: Signal<Out, Bit>,
    /// Mean of the row.
    pub mean: Signal<Out, Signed<22>>,
    /// Its variance, N times.
    pub variance: Signal<Out, Bits<32>>,
    /// Its standard deviation, at least 1.
    pub std: Signal<Out, Bits<29>>,
    /// `2^31 div std`.
    pub factor: Signal<Out, Bits<32>>,
    /// The variance was saturated.
    pub saturated: Signal<Out, Bit>,
    /// Any variance was saturated.
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
    result_std: EnableDelay<Bits<29>, 1>,
    result_factor: EnableDelay<Bits<32>, 1>,
    result_saturated: EnableDelay<Bit, 1>,
    y_tail: Register<Bits<P>>,
    standardizer: Standardizer,
    first_comes: Signal<Local, Bit>,
    untold: Register<Bit>,
    told_mean: EnableDelay<Signed<22>, 1>,
    told_var: EnableDelay<Bits<32>, 1>,
    told_std: EnableDelay<Bits<29>, 1>,
    told_factor: EnableDelay<Bits<32>, 1>,
    told_saturated: EnableDelay<Bit, 1>,
    sticky: Register<Bit>,
}

impl<const A: usize, const P: usize> LayerNorm<A, P> {
    /// Cycles from a row's first element accepted to its last result, beside three for each element.
    pub const LATENCY: usize = 101;
    /// Cycles from a bias to its result.
    pub const BIAS_LATENCY: usize = 6;
    /// Cycles from one short row to the next.
    pub const SHORTEST_PERIOD: usize = 50;
    /// Elements of a row beyond which it waits for room, as many cycles as there are elements beyond.
    pub const ROOM: usize = (1 << A) - 61;
}

impl<const A: usize, const P: usize> Logic for LayerNorm<A, P> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "layernorm: i-LayerNorm of rows of channels: mean, variance, square root, reciprocal, normalized elements with a bias each. From the first element of a row of N accepted to the last result 3 N + 101 cycles, one element a cycle for rows from 50 elements on. NUMERICS 1, i-LayerNorm."
        );
        clock!(
            self,
            clock,
            loader,
            x_memory,
            averager,
            averaging_stop,
            averaging_shift,
            square_pass,
            square_mean,
            square_shift,
            squares,
            y_head,
            y_memory,
            summing,
            summing_stop,
            summing_mean,
            summing_shift,
            summed,
            summed_var,
            summed_saturated,
            deviation,
            deviation_stop,
            deviation_mean,
            deviation_var,
            deviation_saturated,
            result_pass,
            result_mean,
            result_var,
            result_std,
            result_factor,
            result_saturated,
            y_tail,
            standardizer,
            untold,
            told_mean,
            told_var,
            told_std,
            told_factor,
            told_saturated,
            sticky
        );
        self.loader.reset_n.next = self.reset_n.val();
        self.averager.reset_n.next = self.reset_n.val();
        self.square_pass.reset_n.next = self.reset_n.val();
        self.squares.reset_n.next = self.reset_n.val();
        self.y_head.reset_n.next = self.reset_n.val();
        self.summing.reset_n.next = self.reset_n.val();
        self.summed.reset_n.next = self.reset_n.val();
        self.deviation.reset_n.next = self.reset_n.val();
        self.result_pass.reset_n.next = self.reset_n.val();
        self.y_tail.reset_n.next = self.reset_n.val();
        self.standardizer.reset_n.next = self.reset_n.val();
        self.untold.reset_n.next = self.reset_n.val();
        self.sticky.reset_n.next = self.reset_n.val();

        comment!("Pass 1: elements into their memory, sum; then the mean.");
        self.loader.valid.next = self.valid.val();
        self.loader.x.next = self.x.val();
        self.loader.last.next = self.last.val();
        self.loader.shift.next = self.shift.val();
        self.loader.tail.next = self.square_pass.pointer.val();
        self.loader.taken.next = self.average.val();
        self.ready.next = self.loader.ready.val();
        self.x_memory.write_enable.next = self.loader.accept.val();
        self.x_memory.write_address.next = self.loader.address.val();
        self.x_memory.write_data.next = self.x.val();
        self.average.next = self.loader.offered.val() & self.averager.ready.val();
        self.averager.valid.next = self.loader.offered.val();
        self.averager.sum.next = self.loader.sum.val();
        self.averager.count.next = self.loader.count.val();
        self.averager.out_ready.next = self.square_pass.free.val();
        self.averaging_stop.enable.next = self.average.val();
        self.averaging_stop.d.next = self.loader.stop.val();
        self.averaging_shift.enable.next = self.average.val();
        self.averaging_shift.d.next = self.loader.row_shift.val();

        comment!(
            "Pass 2: differences from the mean into their memory, as far as it has room; one variance may be on its way to the square root."
        );
        self.square_pass.offered.next = self.averager.out_valid.val();
        self.square_pass.offered_stop.next = self.averaging_stop.q.val();
        self.square_pass.may_issue.next = (self.square_pass.pointer.val().get_bits::<A>(0)
            != self.y_tail.q.val().get_bits::<A>(0))
            | (self.square_pass.pointer.val() == self.y_tail.q.val());
        self.square_pass.may_finish.next = !self.summing.q.val();
        self.square_mean.enable.next = self.square_pass.take.val();
        self.square_mean.d.next = self.averager.mean.val();
        self.square_shift.enable.next = self.square_pass.take.val();
        self.square_shift.d.next = self.averaging_shift.q.val();
        self.x_memory.read_address.next = self.square_pass.pointer.val().get_bits::<A>(0);
        self.squares.issue.next = self.square_pass.issue.val();
        self.squares.first.next = self.square_pass.first.val();
        self.squares.last.next = self.square_pass.last.val();
        self.squares.x.next = self.x_memory.read_data.val();
        self.squares.mean.next = self.square_mean.q.val();
        self.squares.shift.next = self.square_shift.q.val();
        self.y_memory.write_enable.next = self.squares.y_valid.val();
        self.y_memory.write_address.next = self.y_head.q.val();
        self.y_memory.write_data.next = self.squares.y.val();
        self.y_head.d.next = self.y_head.q.val();
        if self.squares.y_valid.val() {
            self.y_head.d.next = self.y_head.q.val() + 1;
        }

        comment!("Between the passes: standard deviation and its reciprocal.");
        self.summing.d.next = self.square_pass.last.val() | (self.summing.q.val() & !self.deviate.val());
        self.summing_stop.enable.next = self.square_pass.last.val();
        self.summing_stop.d.next = self.square_pass.stop.val();
        self.summing_mean.enable.next = self.square_pass.last.val();
        self.summing_mean.d.next = self.square_mean.q.val();
        self.summing_shift.enable.next = self.square_pass.last.val();
        self.summing_shift.d.next = self.square_shift.q.val();
        self.summed.d.next = self.squares.ends.val() | (self.summed.q.val() & !self.deviate.val());
        self.summed_var.enable.next = self.squares.ends.val();
        self.summed_var.d.next = self.squares.variance.val();
        self.summed_saturated.enable.next = self.squares.ends.val();
        self.summed_saturated.d.next = self.squares.saturated.val();
        self.deviate.next = self.summed.q.val() & self.deviation.ready.val();
        self.deviation.valid.next = self.summed.q.val();
        self.deviation.variance.next = self.summed_var.q.val();
        self.deviation.shift.next = self.summing_shift.q.val();
        self.deviation.out_ready.next = self.result_pass.take.val();
        self.deviation_stop.enable.next = self.deviate.val();
        self.deviation_stop.d.next = self.summing_stop.q.val();
        self.deviation_mean.enable.next = self.deviate.val();
        self.deviation_mean.d.next = self.summing_mean.q.val();
        self.deviation_var.enable.next = self.deviate.val();
        self.deviation_var.d.next = self.summed_var.q.val();
        self.deviation_saturated.enable.next = self.deviate.val();
        self.deviation_saturated.d.next = self.summed_saturated.q.val();

        comment!(
            "Pass 3: results, each when its bias is there. While the stages are stalled, the memory reads the same word again, which therefore is not free yet."
        );
        self.move_on.next = !self.standardizer.out_valid.val() | self.out_ready.val();
        self.result_pass.offered.next = self.deviation.out_valid.val() & !self.untold.q.val();
        self.result_pass.offered_stop.next = self.deviation_stop.q.val();
        self.result_pass.may_issue.next = self.move_on.val() & self.bias_valid.val();
        self.result_pass.may_finish.next = true;
        self.bias_ready.next = self.move_on.val() & self.result_pass.active.val();
        self.result_mean.enable.next = self.result_pass.take.val();
        self.result_mean.d.next = self.deviation_mean.q.val();
        self.result_var.enable.next = self.result_pass.take.val();
        self.result_var.d.next = self.deviation_var.q.val();
        self.result_std.enable.next = self.result_pass.take.val();
        self.result_std.d.next = self.deviation.std.val();
        self.result_factor.enable.next = self.result_pass.take.val();
        self.result_factor.d.next = self.deviation.factor.val();
        self.result_saturated.enable.next = self.result_pass.take.val();
        self.result_saturated.d.next = self.deviation_saturated.q.val();
        self.y_tail.d.next = self.y_tail.q.val();
        self.y_memory.read_address.next = self.y_tail.q.val().get_bits::<A>(0);
        if self.move_on.val() {
            self.y_tail.d.next = self.result_pass.pointer.val();
            self.y_memory.read_address.next = self.result_pass.pointer.val().get_bits::<A>(0);
        }
        self.standardizer.enable.next = self.move_on.val();
        self.standardizer.issue.next = self.result_pass.issue.val();
        self.standardizer.first.next = self.result_pass.first.val();
        self.standardizer.last.next = self.result_pass.last.val();
        self.standardizer.factor.next = self.result_factor.q.val();
        self.standardizer.bias.next = self.bias.val();
        self.standardizer.y.next = self.y_memory.read_data.val();

        comment!("What is told of a row appears with its first result; until then no other row is taken.");
        self.first_comes.next = self.move_on.val() & self.standardizer.first_is_next.val();
        self.untold.d.next = self.result_pass.take.val() | (self.untold.q.val() & !self.first_comes.val());
        self.told_mean.enable.next = self.first_comes.val();
        self.told_mean.d.next = self.result_mean.q.val();
        self.told_var.enable.next = self.first_comes.val();
        self.told_var.d.next = self.result_var.q.val();
        self.told_std.enable.next = self.first_comes.val();
        self.told_std.d.next = self.result_std.q.val();
        self.told_factor.enable.next = self.first_comes.val();
        self.told_factor.d.next = self.result_factor.q.val();
        self.told_saturated.enable.next = self.first_comes.val();
        self.told_saturated.d.next = self.result_saturated.q.val();
        self.sticky.d.next = self.sticky.q.val() | (self.first_comes.val() & self.result_saturated.q.val());

        self.out_valid.next = self.standardizer.out_valid.val();
        self.out.next = self.standardizer.out.val();
        self.out_last.next = self.standardizer.out_last.val();
        self.mean.next = self.told_mean.q.val();
        self.variance.next = self.told_var.q.val();
        self.std.next = self.told_std.q.val();
        self.factor.next = self.told_factor.q.val();
        self.saturated.next = self.told_saturated.q.val();
        self.overflow.next = self.sticky.q.val();
    }
}
