//! [`WordAssembler`]: pieces to a word.

use super::integer::vector;
use rust_hdl::core::prelude::*;

/// Shift register of `W` bits that takes `P` bits at a time from the top: after `W / P` pieces the first one is lowest.
///
/// Latency 1. No reset: arbitrary until all pieces of a word have been taken. `P` divides `W`.
#[derive(LogicBlock)]
pub struct WordAssembler<const P: usize, const W: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Whether the piece is taken at this edge.
    pub enable: Signal<In, Bit>,
    /// The piece.
    pub piece: Signal<In, Bits<P>>,
    /// The last `W / P` pieces, the oldest lowest.
    pub word: Signal<Out, Bits<W>>,
}

impl<const P: usize, const W: usize> Default for WordAssembler<P, W> {
    fn default() -> Self {
        const { assert!(W.is_multiple_of(P), "a word is made of whole pieces") };
        Self { clock: Signal::default(), enable: Signal::default(), piece: Signal::default(), word: Signal::default() }
    }
}

impl<const P: usize, const W: usize> Logic for WordAssembler<P, W> {
    fn update(&mut self) {
        if self.clock.pos_edge() && self.enable.val() {
            let kept = if P == W { vector(0) } else { self.word.val() >> P as u64 };
            self.word.next = kept | bit_cast::<W, P>(self.piece.val()) << (W - P) as u64;
        }
    }

    fn connect(&mut self) {
        self.word.connect();
    }

    fn hdl(&self) -> Verilog {
        let title = format!("// word_assembler_{P}to{W}: takes pieces of a word, the lowest first; no reset.");
        let next = if P == W { "piece".into() } else { format!("{{piece, word[{}:{P}]}}", W - 1) };
        Verilog::Custom(format!("{title}\nalways @(posedge clock) if (enable) word <= {next};"))
    }
}
