//! [`ChannelReader`]: LayerNorm's constants, in step with its results.

use super::{InstructionWalk, StridedAddress};
use rust_hdl::core::prelude::*;

/// Reads the constant word of each result of `layernorm` just in time.
///
/// `LayerNorm` asks for a channel's bias when it comes to the channel, two passes after the elements went in; the same word holds the
/// requantization of the result. `address` is what to read in this cycle, so that in the next one the memory shows the word that is asked for next. `valid`
/// says that the word which the memory shows now is it. One word a cycle.
#[circuit(clock, reset_n)]
pub struct ChannelReader {
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

#[circuit]
impl Logic for ChannelReader {
    fn update(&mut self) {
        comment!("channel_reader: reads the constant word of each LayerNorm result just in time, one a cycle.");
        wire! {
            clock, reset_n => walk;
            clock => constant_address;
            walk.{put, instruction};
        }
        valid = walk.busy;
        taken = walk.busy & ready;
        walk.advance = taken;

        wire! { constant_address.{load, first: constant, stride: constant_stride} <- walk.*; }
        constant_address.next_step = taken;
        constant_address.next_group = taken & walk.last_step;
        constant_address.next_tile = taken & walk.last_of_tile;
        address = constant_address.upcoming;
    }
}
