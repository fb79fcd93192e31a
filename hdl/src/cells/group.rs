//! [`SelectGroup`] and [`RepeatGroup`]: words of several groups, of which one is processed at a time.

use super::integer::vector;
use rust_hdl::core::prelude::*;

/// Selects group `index` of a word of `GROUPS` groups of `W` bits (`WORD` = `GROUPS · W`), group 0 lowest; 0 for an
/// index out of range.
///
/// Combinational AND-OR multiplexer.
#[circuit(assert(WORD == GROUPS * W && GROUPS <= 256, "the word holds the groups exactly"))]
pub struct SelectGroup<GROUPS, W, WORD> {
    /// Word of `GROUPS` groups.
    pub word: Signal<In, Bits<WORD>>,
    /// Index of the group to select.
    pub index: Signal<In, Bits<8>>,
    /// Selected group: bits `index·W` to `index·W + W - 1` of the word.
    pub group: Signal<Out, Bits<W>>,
}

/// Repeats a value in each of the `GROUPS` groups of a word (`WORD` = `GROUPS · W`). Wires only.
///
/// For a memory with one write enable per slice: every slice receives the value, and the enabled ones store it.
#[circuit(assert(WORD == GROUPS * W, "the word holds the groups exactly"))]
pub struct RepeatGroup<GROUPS, W, WORD> {
    /// Value to repeat.
    pub group: Signal<In, Bits<W>>,
    /// Word with a copy of the value in each group.
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
            "// select_group_{GROUPS}x{W}: one group of a word, 0 if the index is out of range; combinational.
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
