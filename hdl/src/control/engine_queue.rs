//! [`EngineQueue`]: the instructions that wait for an engine.

use super::FifoPointers;
use crate::cells::DistributedRam;
use crate::fields::CommonFields;
use rust_hdl::core::prelude::*;

/// Queue of 8 instructions with their indices. One pushed in cycle t can start from cycle t + 1 on.
#[circuit(clock, reset_n = "empty")]
pub struct EngineQueue {
    /// An instruction is added; not while `full`.
    pub push: Signal<In, Bit>,
    /// The instruction.
    pub instruction: Signal<In, Bits<256>>,
    /// Its index.
    pub index: Signal<In, Bits<32>>,
    /// There is no room.
    pub full: Signal<Out, Bit>,
    /// There is an instruction.
    pub valid: Signal<Out, Bit>,
    /// The oldest instruction.
    pub head: Signal<Out, Bits<256>>,
    /// Its index.
    pub head_index: Signal<Out, Bits<32>>,
    /// The semaphores that it waits for.
    pub wait_mask: Signal<Out, Bits<16>>,
    /// The semaphores that it posts.
    pub post_mask: Signal<Out, Bits<16>>,
    /// Removes it.
    pub pop: Signal<In, Bit>,
    pointers: FifoPointers<3, 4>,
    instructions: DistributedRam<Bits<256>, 3>,
    indices: DistributedRam<Bits<32>, 3>,
    fields: CommonFields,
}

#[circuit]
impl Logic for EngineQueue {
    fn update(&mut self) {
        comment!("engine_queue: the instructions that wait for an engine, and their indices.");
        wire! {
            clock, reset_n => pointers;
            clock => instructions, indices;
            pointers.{push, pop};
            {full, valid} <- pointers.*;
            instructions.{write_enable: write, write_address, read_address} <- pointers.*;
            instructions.write_data <- instruction;
            head <- instructions.read_data;
            indices.{write_enable: write, write_address, read_address} <- pointers.*;
            indices.write_data <- index;
            head_index <- indices.read_data;
            fields.word <- instructions.read_data;
            {wait_mask: waits, post_mask: posts} <- fields.*;
        }
    }
}
