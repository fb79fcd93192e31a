//! [`WordAssembler`]: word from successive pieces.

use super::integer::vector;
use rust_hdl::core::prelude::*;

/// Shift register of `W` bits that shifts in `P` bits at a time at the top: after `W / P` pieces the first one is
/// lowest.
///
/// Latency 1. No reset: arbitrary until all pieces of a word have been shifted in. `P` divides `W`.
#[circuit(clock, assert(W.is_multiple_of(P), "a word is made of whole pieces"))]
pub struct WordAssembler<P, W> {
    /// Enable: the piece is shifted in at this edge.
    pub enable: Signal<In, Bit>,
    /// Piece of `P` bits, sampled with `enable`.
    pub piece: Signal<In, Bits<P>>,
    /// Last `W / P` pieces, the oldest lowest.
    pub word: Signal<Out, Bits<W>>,
}

#[circuit]
impl Logic for WordAssembler<P, W> {
    fn update(&mut self) {
        if self.clock.pos_edge() && self.enable.val() {
            let kept = if P == W { vector(0) } else { self.word.val() >> P as u64 };
            self.word.next = kept | bit_cast::<W, P>(self.piece.val()) << (W - P) as u64;
        }
    }

    fn hdl(&self) -> Verilog {
        let title = format!("// word_assembler_{P}to{W}: shifts in the pieces of a word, the lowest first; no reset.");
        let next = if P == W { "piece".into() } else { format!("{{piece, word[{}:{P}]}}", W - 1) };
        Verilog::Custom(format!("{title}\nalways @(posedge clock) if (enable) word <= {next};"))
    }
}
