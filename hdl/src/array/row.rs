//! [`ArrayRow`]: the processing elements that share one token.

use super::ProcessingElement;
use crate::cells::{Concatenate, OneHotRegister, ShiftRegister, ValidDelay};
use rust_hdl::core::prelude::*;

/// `N` processing elements side by side: one token against `N` channels.
///
/// The A operand travels to the right, one element a cycle, and the tile's first and last flags with it; so element `j` finishes a
/// tile `j` cycles after element 0, and finished sums leave through an AND-OR multiplexer, one a cycle, channel 0 first,
/// while the elements already work on the next tile. Each sum is complete for one cycle at least, whatever follows, so that
/// no shadow register is needed; two tiles must end at least `N` cycles apart.
///
/// | cycle | |
/// |---|---|
/// | t | `a`, `first`, `last` and lane 0 of `b` sampled (lane `j` of `b` at t + j) |
/// | t + 1 | `first_next`, `last_next` and lane 0 of `b_next` hold them, for the row below |
/// | t + 4 + j | `drain` is the sum of channel `j`, if `last` was set at t |
///
/// `B` = 8·N is a parameter only because Rust cannot yet compute with const parameters.
#[circuit(
    clock,
    reset_n = "forgets the flags under way",
    kind = ArrayRow,
    assert(B == 8 * N, "a word holds N operands"),
)]
pub struct ArrayRow<N, B> {
    /// A operand of this row's token.
    pub a: Signal<In, Signed<9>>,
    /// B operands, lane `j` for channel `j`, 8 bits each, skewed.
    pub b: Signal<In, Bits<B>>,
    /// The operands are the first of a tile.
    pub first: Signal<In, Bit>,
    /// The operands are the last of a tile.
    pub last: Signal<In, Bit>,
    /// B operands for the row below.
    pub b_next: Signal<Out, Bits<B>>,
    /// First flag for the row below.
    pub first_next: Signal<Out, Bit>,
    /// Last flag for the row below.
    pub last_next: Signal<Out, Bit>,
    /// A finished sum, held until the next.
    pub drain: Signal<Out, Signed<32>>,
    element: [ProcessingElement; N],
    first_register: ValidDelay<1>,
    first_line: ShiftRegister<N>,
    last_register: ValidDelay<1>,
    last_product: ValidDelay<1>,
    last_line: ShiftRegister<N>,
    b_word: Concatenate<N, 8, B>,
    finished: OneHotRegister<N, 32>,
}

#[circuit]
impl Logic for ArrayRow<N, B> {
    fn update(&mut self) {
        comment! { "array_row_n{b / 8}: {b / 8} processing elements, one token against {b / 8} channels. Finished sums \
        leave through drain, channel 0 first, one a cycle, 4 cycles after the last operands at the \
        earliest." }
        wire! {
            clock, reset_n => first_register, first_line, last_register, last_product, last_line;
            clock => finished;
        }

        first_register.d = first;
        last_register.d = last;
        first_next = first_register.q;
        last_next = last_register.q;
        comment!("Tap i is in step with the product register of element i.");
        first_line.d = first_register.q;
        last_product.d = last_register.q;
        comment!("Tap i is in step with the accumulator of element i: it has just finished a tile.");
        last_line.d = last_product.q;

        element[0].a = a;
        for i in 1..N {
            element[i].a = element[i - 1].a_next;
        }
        for i in 0..N {
            wire! { clock => element[i]; }
            element[i].b = signed_cast(b.get_bits::<8>(i * 8));
            element[i].first = first_line.taps.get_bit(i);
            b_word.lane[i] = element[i].b_next;
            finished.lane[i] = element[i].sum;
        }
        b_next = b_word.word;

        finished.select = last_line.taps;
        drain = finished.selected;
    }
}
