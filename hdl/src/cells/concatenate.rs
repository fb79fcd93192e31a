//! [`Concatenate`]: lanes packed into one word.

use rust_hdl::core::prelude::*;

/// Packs `LANES` signed values of `W` bits into a word of `WORD` = `LANES · W` bits, lane 0 lowest. Wires only.
#[circuit(assert(WORD == LANES * W, "the word holds the lanes exactly"))]
pub struct Concatenate<LANES, W, WORD> {
    /// Signed values, one per lane.
    pub lane: [Signal<In, Signed<W>>; LANES],
    /// Word with lane `i` in bits `i·W` to `i·W + W - 1`.
    pub word: Signal<Out, Bits<WORD>>,
}

#[circuit]
impl Logic for Concatenate<LANES, W, WORD> {
    fn update(&mut self) {
        let lanes = self.lane.iter().enumerate();
        self.word.next = lanes.fold(Bits::default(), |word, (i, lane)| {
            word | bit_cast::<WORD, W>(unsigned_cast(lane.val())) << (i * W) as u64
        });
    }

    fn hdl(&self) -> Verilog {
        let lanes: Vec<String> = (0..LANES).rev().map(|i| format!("    lane_{i}")).collect();
        Verilog::Custom(format!(
            "// concatenate_{LANES}x{W}: lanes packed into one word, lane 0 lowest; wires only.
assign word = {{
{}
}};",
            lanes.join(",\n")
        ))
    }
}
