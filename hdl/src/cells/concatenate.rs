//! [`Concatenate`]: many lanes into one word.

use rust_hdl::core::prelude::*;

/// `LANES` signed values of `W` bits side by side in one word of `WORD` = `LANES · W` bits, lane 0 lowest. Wires only.
#[derive(LogicBlock)]
pub struct Concatenate<const LANES: usize, const W: usize, const WORD: usize> {
    /// The values.
    pub lane: [Signal<In, Signed<W>>; LANES],
    /// Lane `i` in bits `i·W` and up.
    pub word: Signal<Out, Bits<WORD>>,
}

impl<const LANES: usize, const W: usize, const WORD: usize> Default for Concatenate<LANES, W, WORD> {
    fn default() -> Self {
        const { assert!(WORD == LANES * W, "the word holds the lanes exactly") };
        Self { lane: std::array::from_fn(|_| Signal::default()), word: Signal::default() }
    }
}

impl<const LANES: usize, const W: usize, const WORD: usize> Logic for Concatenate<LANES, W, WORD> {
    fn update(&mut self) {
        let lanes = self.lane.iter().enumerate();
        self.word.next = lanes.fold(Bits::default(), |word, (i, lane)| {
            word | bit_cast::<WORD, W>(unsigned_cast(lane.val())) << (i * W) as u64
        });
    }

    fn connect(&mut self) {
        self.word.connect();
    }

    fn hdl(&self) -> Verilog {
        let lanes: Vec<String> = (0..LANES).rev().map(|i| format!("    lane_{i}")).collect();
        Verilog::Custom(format!(
            "// concatenate_{LANES}x{W}: values side by side in one word, lane 0 lowest; wires only.
assign word = {{
{}
}};",
            lanes.join(",\n")
        ))
    }
}
