//! [`Split`]: the two halves of a word.

use rust_hdl::core::prelude::*;

/// Splits a word of `W` = 2·`H` bits into its low and high half. Wires only.
#[circuit(assert(W == 2 * H, "a word has two halves"))]
pub struct Split<W, H> {
    /// Word of `W` bits.
    pub word: Signal<In, Bits<W>>,
    /// Low `H` bits of the word.
    pub low: Signal<Out, Bits<H>>,
    /// High `H` bits of the word.
    pub high: Signal<Out, Bits<H>>,
}

#[circuit]
impl Logic for Split<W, H> {
    fn update(&mut self) {
        self.low.next = self.word.val().get_bits::<H>(0);
        self.high.next = self.word.val().get_bits::<H>(H);
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
