//! [`Concatenate`] and [`OneHotMultiplexer`]: many lanes into one word, or one lane out of many.

use super::integer::vector;
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

/// The lane whose `select` bit is set; 0 if none is, the OR of them if several are.
///
/// Combinational AND-OR: no priority chain, and no decoder where the select is one-hot already.
#[derive(LogicBlock)]
pub struct OneHotMultiplexer<const LANES: usize, const W: usize> {
    /// Bit `i` selects lane `i`.
    pub select: Signal<In, Bits<LANES>>,
    /// The values.
    pub lane: [Signal<In, Signed<W>>; LANES],
    /// The selected value.
    pub selected: Signal<Out, Signed<W>>,
}

impl<const LANES: usize, const W: usize> Default for OneHotMultiplexer<LANES, W> {
    fn default() -> Self {
        Self {
            select: Signal::default(),
            lane: std::array::from_fn(|_| Signal::default()),
            selected: Signal::default(),
        }
    }
}

impl<const LANES: usize, const W: usize> Logic for OneHotMultiplexer<LANES, W> {
    fn update(&mut self) {
        let select = self.select.val();
        let lanes = self.lane.iter().enumerate().filter(|(i, _)| select.get_bit(*i));
        let merged = lanes.fold(0, |merged, (_, lane)| merged | unsigned_cast(lane.val()).to_u128());
        self.selected.next = signed_cast(vector(merged));
    }

    fn connect(&mut self) {
        self.selected.connect();
    }

    fn hdl(&self) -> Verilog {
        let terms: Vec<String> = (0..LANES).map(|i| format!("    ({{{W}{{select[{i}]}}}} & lane_{i})")).collect();
        Verilog::Custom(format!(
            "// one_hot_multiplexer_{LANES}x{W}: the lane whose select bit is set, zero if none is; combinational.
assign selected =
{};",
            terms.join(" |\n")
        ))
    }
}
