//! [`ChannelReader`]: LayerNorm's constants, aligned with its results.

use super::{InstructionWalk, StridedAddress};
use rust_hdl::core::prelude::*;

/// Reads the constant word of each result of `layernorm` just in time, one word per cycle.
///
/// `LayerNorm` requests the bias of a channel when it normalizes the channel, two passes after the elements were
/// accepted; the same word holds the requantization of the result. `address` is the word to read in this cycle, so that
/// the memory returns the word of the next request one cycle later. `valid` marks that the memory returns the requested
/// word.
#[circuit(clock, reset_n)]
pub struct ChannelReader {
    /// A `layernorm` instruction begins.
    pub put: Signal<In, Bit>,
    /// Instruction, sampled with `put`.
    pub instruction: Signal<In, Bits<256>>,
    /// The memory returns the word of the next channel to be normalized.
    pub valid: Signal<Out, Bit>,
    /// The word is taken in a cycle with `valid` and `ready`.
    pub ready: Signal<In, Bit>,
    /// Word address in K.
    pub address: Signal<Out, Bits<17>>,
    walk: InstructionWalk,
    constant_address: StridedAddress,
    taken: Signal<Local, Bit>,
}

#[circuit]
impl Logic for ChannelReader {
    fn update(&mut self) {
        comment!("channel_reader: reads the constant word of each LayerNorm result just in time, one per cycle.");
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
