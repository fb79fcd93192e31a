//! [`SystolicArray`]: the N×N output-stationary array.

use super::ArrayRow;
use crate::cells::{Concatenate, Deskew, ShiftRegister, Skew, ValidDelay};
use rust_hdl::core::prelude::*;

/// Multiplies `N` tokens by `N` channels: `drain[c][t] = Σ_k a[k][t] · b[k][c]`. A tile of depth K takes K cycles.
///
/// ## Operation
/// A cycle with `valid` samples one word of A operands (lane `t`: token `t`, 9 bits signed) and one word of B operands
/// (lane `c`: channel `c`, 8 bits signed), all for one `k`. `first` and `last` mark a tile's first and last `k` (both
/// for K = 1) and travel through the array with the operands, so the next tile may start in the cycle after `last`.
/// Cycles without `valid` are allowed anywhere and have no effect. Accumulators have 32 bits and wrap.
///
/// ## Timing
/// | cycle | event |
/// |---|---|
/// | t | `last` sampled with the tile's last operands |
/// | t + N + 3 + c | `drain_valid`; `drain` holds channel `c` of all `N` tokens, for c = 0 … N-1 without a gap |
///
/// Throughput is N² multiply-accumulates per cycle. The drain port carries one word per cycle and a tile has N words,
/// so the `last` flags of two tiles must be **at least N cycles apart**. Closer tiles overlap in the drain, which then
/// holds the OR of two accumulators. Tiles with K ≥ N follow each other without a bubble. A shallower tile
/// needs N - K cycles without `valid` after the previous tile's `last`; only the distance of the `last` flags counts.
///
/// ## Why no shadow registers
/// The elements of a row finish one per cycle, so at most one of them has a finished accumulator in any cycle. One
/// AND-OR multiplexer per row samples it in that cycle, and the next tile may overwrite it. Compared with a chain of
/// shadow registers this saves N²·32 flip-flops and N - 1 cycles of latency, and drains channels in natural order.
///
/// ## Reset
/// `reset_n` low for one edge discards all tiles in flight: operands sampled before it never reach the drain. Operand
/// registers and accumulators need no reset and have none.
///
/// ## Parameters
/// `A` = 9·`N`, `B` = 8·`N`, `D` = 32·`N` and `DELAY` = `N` + 2 follow from `N`, as in
/// [`SystolicArray4`](super::SystolicArray4) to [`SystolicArray32`](super::SystolicArray32).
#[circuit(
    clock, reset_n,
    assert(A == 9 * N && B == 8 * N && D == 32 * N && DELAY == N + 2, "parameters follow from N"),
)]
pub struct SystolicArray<N, A, B, D, DELAY> {
    /// Operands and flags valid.
    pub valid: Signal<In, Bit>,
    /// First flag: the operands are the first of a tile.
    pub first: Signal<In, Bit>,
    /// Last flag: the operands are the last of a tile.
    pub last: Signal<In, Bit>,
    /// A operands: `N` tokens, 9 bits signed each, token 0 lowest.
    pub a: Signal<In, Bits<A>>,
    /// B operands: `N` channels, 8 bits signed each, channel 0 lowest.
    pub b: Signal<In, Bits<B>>,
    /// Drain word valid; no backpressure.
    pub drain_valid: Signal<Out, Bit>,
    /// Accumulators of one channel: `N` tokens, 32 bits signed each, token 0 lowest. Arbitrary without `drain_valid`.
    pub drain: Signal<Out, Bits<D>>,
    a_skew: Skew<N, 9, A>,
    b_skew: Skew<N, 8, B>,
    row: [ArrayRow<N, B>; N],
    drain_word: Concatenate<N, 32, D>,
    drain_deskew: Deskew<N, 32, D>,
    last_delay: ValidDelay<DELAY>,
    draining: ShiftRegister<N>,
}

#[circuit]
impl Logic for SystolicArray<N, A, B, D, DELAY> {
    fn update(&mut self) {
        comment! { "systolic_array_n{b / 8}: output-stationary {b / 8}x{b / 8} array, 9-bit by 8-bit operands, 32-bit \
        accumulators. A tile of depth K takes K cycles; channel c drains {b / 8} + 3 + c cycles after last. The \
        last flags of two tiles must be at least {b / 8} cycles apart. docs/numerics.md, Linear." }
        wire! {
            clock, reset_n => last_delay, draining;
            clock => a_skew, b_skew, drain_deskew;
        }

        comment!("A cycle without valid multiplies by zero and has no flags.");
        if valid {
            a_skew.word = a;
        } else {
            a_skew.word = bits::<A>(0);
        }
        b_skew.word = b;

        row[0].first = first & valid;
        row[0].last = last & valid;
        row[0].b = b_skew.skewed;
        for i in 1..N {
            wire! { row[i].{first: first_next, last: last_next, b: b_next} <- row[i - 1].*; }
        }
        for i in 0..N {
            wire! { clock, reset_n => row[i]; }
            row[i].a = signed_cast(a_skew.skewed.get_bits::<9>(i * 9));
            drain_word.lane[i] = row[i].drain;
        }

        drain_deskew.word = drain_word.word;
        drain = drain_deskew.deskewed;
        comment!("The last flag, delayed to the first drained word, marks N words as valid.");
        last_delay.d = last & valid;
        draining.d = last_delay.q;
        drain_valid = draining.taps.any();
    }
}
