//! [`Pack`]: flags packed into one word.

use rust_hdl::core::prelude::*;

/// Packs `N` flags into a word: flag `i` becomes bit `i`. Wires only.
#[circuit]
pub struct Pack<N> {
    /// Flags to pack.
    pub flag: [Signal<In, Bit>; N],
    /// Word with flag `i` in bit `i`.
    pub word: Signal<Out, Bits<N>>,
}

#[circuit]
impl Logic for Pack<N> {
    fn update(&mut self) {
        let flags = self.flag.iter().enumerate();
        self.word.next = flags.fold(Bits::default(), |word: Bits<N>, (i, flag)| word.replace_bit(i, flag.val()));
    }

    fn hdl(&self) -> Verilog {
        let flags: Vec<String> = (0..N).rev().map(|i| format!("flag_{i}")).collect();
        Verilog::Custom(format!(
            "// pack_{N}: flags as the bits of a word; wires only.\nassign word = {{{}}};",
            flags.join(", ")
        ))
    }
}
