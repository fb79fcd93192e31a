//! [`SelectGroup`] and [`RepeatGroup`]: words that are wider than what is worked on at once.

use super::integer::vector;
use rust_hdl::core::prelude::*;

/// Group `index` of a word of `GROUPS` groups of `W` bits, `WORD` = `GROUPS · W`, group 0 lowest; 0 if there is no such group.
///
/// Combinational AND-OR multiplexer.
#[circuit(assert(WORD == GROUPS * W && GROUPS <= 256, "the word holds the groups exactly"))]
pub struct SelectGroup<GROUPS, W, WORD> {
    /// The word.
    pub word: Signal<In, Bits<WORD>>,
    /// Which group.
    pub index: Signal<In, Bits<8>>,
    /// Bits `index·W` and up.
    pub group: Signal<Out, Bits<W>>,
}

/// One value in each of `GROUPS` groups of a word, `WORD` = `GROUPS · W`. Wires only.
///
/// For a memory whose slices are written apart: whichever slice is enabled, it is given the value.
#[circuit(assert(WORD == GROUPS * W, "the word holds the groups exactly"))]
pub struct RepeatGroup<GROUPS, W, WORD> {
    /// The value.
    pub group: Signal<In, Bits<W>>,
    /// Copies of it side by side.
    pub word: Signal<Out, Bits<WORD>>,
}

#[circuit]
impl Logic for SelectGroup<GROUPS, W, WORD> {
    fn update(&mut self) {
        let index = self.index.val().index();
        self.group.next = if index < GROUPS { self.word.val().get_bits::<W>(index * W) } else { vector(0) };
    }

    fn hdl(&self) -> Verilog {
        let terms: Vec<String> = (0..GROUPS)
            .map(|i| format!("    ({{{W}{{index == 8'd{i}}}}} & word[{}:{}])", (i + 1) * W - 1, i * W))
            .collect();
        Verilog::Custom(format!(
            "// select_group_{GROUPS}x{W}: one group of a word, 0 if there is no such group; combinational.
assign group =
{};",
            terms.join(" |\n")
        ))
    }
}

#[circuit]
impl Logic for RepeatGroup<GROUPS, W, WORD> {
    fn update(&mut self) {
        let group = bit_cast::<WORD, W>(self.group.val());
        self.word.next = (0..GROUPS).fold(Bits::default(), |word, i| word | group << (i * W) as u64);
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// repeat_group_{GROUPS}x{W}: one value in each group of a word; wires only.
assign word = {{{GROUPS}{{group}}}};"
        ))
    }
}
