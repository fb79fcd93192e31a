//! [`Split`]: the two halves of a word.

use rust_hdl::core::prelude::*;

/// The low and the high `H` bits of a word of `W` = 2·`H` bits. Wires only.
#[derive(LogicBlock)]
pub struct Split<const W: usize, const H: usize> {
    /// The word.
    pub word: Signal<In, Bits<W>>,
    /// Its low half.
    pub low: Signal<Out, Bits<H>>,
    /// Its high half.
    pub high: Signal<Out, Bits<H>>,
}

impl<const W: usize, const H: usize> Default for Split<W, H> {
    fn default() -> Self {
        const { assert!(W == 2 * H, "a word has two halves") };
        Self { word: Signal::default(), low: Signal::default(), high: Signal::default() }
    }
}

impl<const W: usize, const H: usize> Logic for Split<W, H> {
    fn update(&mut self) {
        self.low.next = self.word.val().get_bits::<H>(0);
        self.high.next = self.word.val().get_bits::<H>(H);
    }

    fn connect(&mut self) {
        self.low.connect();
        self.high.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// split_{W}: the two halves of a word; wires only.
assign low = word[{}:0];
assign high = word[{}:{H}];",
            H - 1,
            W - 1
        ))
    }
}
