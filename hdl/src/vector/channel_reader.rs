//! [`ChannelReader`]: LayerNorm's constants, in step with its results.

use super::{InstructionWalk, StridedAddress};
use rust_hdl::core::prelude::*;

/// Reads the constant word of each result of `layernorm` just in time.
///
/// `LayerNorm` asks for a channel's bias when it comes to the channel, two passes after the elements went in; the same word holds the
/// requantization of the result. `address` is what to read in this cycle, so that in the next one the memory shows the word that is asked for next. `valid`
/// says that the word which the memory shows now is it. One word a cycle.
#[derive(LogicBlock, Default)]
pub struct ChannelReader {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// A `layernorm` instruction begins.
    pub put: Signal<In, Bit>,
    /// It.
    pub instruction: Signal<In, Bits<256>>,
    /// The memory shows the word of the channel whose result is to be finished next.
    pub valid: Signal<Out, Bit>,
    /// It is taken if it is there.
    pub ready: Signal<In, Bit>,
    /// Word of K.
    pub address: Signal<Out, Bits<17>>,
    walk: InstructionWalk,
    constant_address: StridedAddress,
    taken: Signal<Local, Bit>,
}

impl Logic for ChannelReader {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("channel_reader: reads the constant word of each LayerNorm result just in time, one a cycle.");
        clock!(self, clock, walk, constant_address);
        self.walk.reset_n.next = self.reset_n.val();
        self.walk.put.next = self.put.val();
        self.walk.instruction.next = self.instruction.val();
        self.valid.next = self.walk.busy.val();
        self.taken.next = self.walk.busy.val() & self.ready.val();
        self.walk.advance.next = self.taken.val();

        self.constant_address.load.next = self.walk.load.val();
        self.constant_address.first.next = self.walk.constant.val();
        self.constant_address.stride.next = self.walk.constant_stride.val();
        self.constant_address.next_step.next = self.taken.val();
        self.constant_address.next_group.next = self.taken.val() & self.walk.last_step.val();
        self.constant_address.next_tile.next = self.taken.val() & self.walk.last_of_tile.val();
        self.address.next = self.constant_address.upcoming.val();
    }
}
