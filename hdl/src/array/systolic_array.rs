//! [`SystolicArray`]: the N×N output-stationary array.

use super::ArrayRow;
use crate::cells::{Concatenate, Deskew, ShiftRegister, Skew, ValidDelay};
use rust_hdl::core::prelude::*;

/// Multiplies `N` tokens by `N` channels: `drain[c][t] = Σ_k a[k][t] · b[k][c]`, a tile of depth K in K cycles.
///
/// ## Operation
/// Each cycle with `valid` takes one word of A operands (lane `t`: token `t`, 9 bits signed) and one word of B operands (lane `c`:
/// channel `c`, 8 bits signed), all for one `k`. `first` and `last` mark a tile's first and last `k` (both for K = 1) and travel
/// through the array with the operands, so that the next tile may start in the cycle after `last`. Cycles without `valid` may come
/// anywhere and count for nothing. Sums are 32 bits and wrap.
///
/// ## Timing
/// | cycle | |
/// |---|---|
/// | t | `last` sampled together with the tile's last operands |
/// | t + N + 3 + c | `drain_valid`; `drain` holds channel `c` of all `N` tokens, for c = 0 … N-1 without a gap |
///
/// Throughput is N² multiply-accumulates a cycle. The drain port carries one word a cycle and a tile has N of them, so the `last` flags of
/// two tiles must be **at least N cycles apart**; closer ones overlap in the drain and give the OR of two sums. Tiles with K ≥ N follow each other
/// without a bubble; a shallower one must be followed by N - K cycles without `valid` (or a deeper tile: only the distance of `last`
/// flags counts).
///
/// ## Why no shadow registers
/// Along a row, elements finish one cycle after another, so at most one of them has a finished sum in any cycle. An AND-OR multiplexer a row
/// takes it out in that very cycle, and the next tile may overwrite it. Against a chain of shadow registers this saves N²·32 flip-flops
/// and N - 1 cycles of latency, and drains channels in natural order.
///
/// ## Reset
/// `reset_n` low for one edge forgets all tiles under way: nothing that was sampled before comes out of the drain. Operand and sum
/// registers have no reset and need none. `A` = 9·N, `B` = 8·N, `D` = 32·N and
/// `DELAY` = N + 2 follow from `N`: see [`SystolicArray4`](super::SystolicArray4) and its siblings.
#[circuit(
    clock, reset_n,
    assert(A == 9 * N && B == 8 * N && D == 32 * N && DELAY == N + 2, "parameters follow from N"),
)]
pub struct SystolicArray<N, A, B, D, DELAY> {
    /// The operands and flags count.
    pub valid: Signal<In, Bit>,
    /// First operands of a tile.
    pub first: Signal<In, Bit>,
    /// Last operands of a tile.
    pub last: Signal<In, Bit>,
    /// A operands: `N` tokens, 9 bits signed each, token 0 lowest.
    pub a: Signal<In, Bits<A>>,
    /// B operands: `N` channels, 8 bits signed each, channel 0 lowest.
    pub b: Signal<In, Bits<B>>,
    /// `drain` holds a channel.
    pub drain_valid: Signal<Out, Bit>,
    /// One channel of the tile: `N` tokens, 32 bits signed each, token 0 lowest. Arbitrary without `drain_valid`.
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
        sums. A tile of depth K takes K cycles; channel c drains {b / 8} + 3 + c cycles after last. last \
        flags must be at least {b / 8} cycles apart. NUMERICS 1, Linear." }
        wire! {
            clock, reset_n => last_delay, draining;
            clock => a_skew, b_skew, drain_deskew;
        }

        comment!("A cycle without valid is a product with zero and no flags.");
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
        comment!("The last flag, once as old as the first drained word, marks N words.");
        last_delay.d = last & valid;
        draining.d = last_delay.q;
        drain_valid = draining.taps.any();
    }
}
