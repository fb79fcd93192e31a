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
#[derive(LogicBlock)]
pub struct ArrayRow<const N: usize, const B: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: forgets the flags under way.
    pub reset_n: Signal<In, Bit>,
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

impl<const N: usize, const B: usize> Default for ArrayRow<N, B> {
    fn default() -> Self {
        const { assert!(B == 8 * N, "a word holds N operands") };
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            a: Signal::default(),
            b: Signal::default(),
            first: Signal::default(),
            last: Signal::default(),
            b_next: Signal::default(),
            first_next: Signal::default(),
            last_next: Signal::default(),
            drain: Signal::default(),
            element: std::array::from_fn(|_| ProcessingElement::default()),
            first_register: ValidDelay::default(),
            first_line: ShiftRegister::default(),
            last_register: ValidDelay::default(),
            last_product: ValidDelay::default(),
            last_line: ShiftRegister::default(),
            b_word: Concatenate::default(),
            finished: OneHotRegister::default(),
        }
    }
}

impl<const N: usize, const B: usize> Logic for ArrayRow<N, B> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "array_row_n{b / 8}: {b / 8} processing elements, one token against {b / 8} channels. Finished sums leave through drain, channel 0 first, one a cycle, 4 cycles after the last operands at the earliest."
        );
        clock!(self, clock, first_register, first_line, last_register, last_product, last_line, finished);
        self.first_register.reset_n.next = self.reset_n.val();
        self.first_line.reset_n.next = self.reset_n.val();
        self.last_register.reset_n.next = self.reset_n.val();
        self.last_product.reset_n.next = self.reset_n.val();
        self.last_line.reset_n.next = self.reset_n.val();

        self.first_register.d.next = self.first.val();
        self.last_register.d.next = self.last.val();
        self.first_next.next = self.first_register.q.val();
        self.last_next.next = self.last_register.q.val();
        comment!("Tap i is in step with the product register of element i.");
        self.first_line.d.next = self.first_register.q.val();
        self.last_product.d.next = self.last_register.q.val();
        comment!("Tap i is in step with the accumulator of element i: it has just finished a tile.");
        self.last_line.d.next = self.last_product.q.val();

        self.element[0].a.next = self.a.val();
        for i in 1..N {
            self.element[i].a.next = self.element[i - 1].a_next.val();
        }
        for i in 0..N {
            self.element[i].clock.next = self.clock.val();
            self.element[i].b.next = signed_cast(self.b.val().get_bits::<8>(i * 8));
            self.element[i].first.next = self.first_line.taps.val().get_bit(i);
            self.b_word.lane[i].next = self.element[i].b_next.val();
            self.finished.lane[i].next = self.element[i].sum.val();
        }
        self.b_next.next = self.b_word.word.val();

        self.finished.select.next = self.last_line.taps.val();
        self.drain.next = self.finished.selected.val();
    }
}
