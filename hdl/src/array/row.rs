//! [`ArrayRow`]: the processing elements of one token.

use super::ProcessingElement;
use crate::cells::{Concatenate, OneHotRegister, ShiftRegister, ValidDelay};
use rust_hdl::core::prelude::*;

/// `N` processing elements side by side: one token against `N` channels.
///
/// The A operand travels to the right, one element per cycle, together with the tile's first and last flags. Element
/// `j` therefore finishes a tile `j` cycles after element 0. Finished accumulators leave through an AND-OR multiplexer,
/// one per cycle, channel 0 first, while the elements already process the next tile. Each accumulator holds its final
/// value for at least one cycle, so no shadow register is needed. Two tiles must end at least `N` cycles apart.
///
/// | cycle | event |
/// |---|---|
/// | t | `a`, `first`, `last` and lane 0 of `b` sampled (lane `j` of `b` at t + j) |
/// | t + 1 | the same values on `first_next`, `last_next` and lane 0 of `b_next`, for the row below |
/// | t + 4 + j | `drain` holds the final accumulator of channel `j`, if `last` was set at t |
///
/// `B` = 8·`N` is a parameter only because Rust cannot yet compute with const parameters.
#[circuit(
    clock,
    reset_n = "discards the flags in flight",
    kind = ArrayRow,
    assert(B == 8 * N, "a word holds N operands"),
)]
pub struct ArrayRow<N, B> {
    /// A operand of this row's token, 9 bits signed.
    pub a: Signal<In, Signed<9>>,
    /// B operands, lane `j` for channel `j`, 8 bits each, skewed.
    pub b: Signal<In, Bits<B>>,
    /// First flag: the operands are the first of a tile.
    pub first: Signal<In, Bit>,
    /// Last flag: the operands are the last of a tile.
    pub last: Signal<In, Bit>,
    /// B operands for the row below, one cycle later.
    pub b_next: Signal<Out, Bits<B>>,
    /// First flag for the row below, one cycle later.
    pub first_next: Signal<Out, Bit>,
    /// Last flag for the row below, one cycle later.
    pub last_next: Signal<Out, Bit>,
    /// Finished accumulator, 32 bits signed; held until the next one.
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
        comment! { "array_row_n{b / 8}: {b / 8} processing elements, one token against {b / 8} channels. Finished \
        accumulators leave through drain, channel 0 first, one per cycle, the first 4 cycles after the last \
        operands." }
        wire! {
            clock, reset_n => first_register, first_line, last_register, last_product, last_line;
            clock => finished;
        }

        first_register.d = first;
        last_register.d = last;
        first_next = first_register.q;
        last_next = last_register.q;
        comment!("Tap i is aligned with the product register of element i.");
        first_line.d = first_register.q;
        last_product.d = last_register.q;
        comment!("Tap i is aligned with the accumulator of element i, which has just finished a tile.");
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
