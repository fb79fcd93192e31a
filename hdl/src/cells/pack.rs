//! [`Pack`]: many flags into one word.

use rust_hdl::core::prelude::*;

/// Flag `i` as bit `i` of a word. Wires only.
#[derive(LogicBlock)]
pub struct Pack<const N: usize> {
    /// The flags.
    pub flag: [Signal<In, Bit>; N],
    /// The word.
    pub word: Signal<Out, Bits<N>>,
}

impl<const N: usize> Default for Pack<N> {
    fn default() -> Self {
        Self { flag: std::array::from_fn(|_| Signal::default()), word: Signal::default() }
    }
}

impl<const N: usize> Logic for Pack<N> {
    fn update(&mut self) {
        let flags = self.flag.iter().enumerate();
        self.word.next = flags.fold(Bits::default(), |word: Bits<N>, (i, flag)| word.replace_bit(i, flag.val()));
    }

    fn connect(&mut self) {
        self.word.connect();
    }

    fn hdl(&self) -> Verilog {
        let flags: Vec<String> = (0..N).rev().map(|i| format!("flag_{i}")).collect();
        Verilog::Custom(format!(
            "// pack_{N}: flags as the bits of a word; wires only.\nassign word = {{{}}};",
            flags.join(", ")
        ))
    }
}
