//! [`EngineQueue`]: the queue of an engine.

use super::FifoPointers;
use crate::cells::DistributedRam;
use crate::fields::CommonFields;
use rust_hdl::core::prelude::*;

/// Queue of 8 instructions with their indices. An instruction pushed in cycle t can start from cycle t + 1 on.
#[circuit(clock, reset_n = "empty")]
pub struct EngineQueue {
    /// Push strobe; not while `full`.
    pub push: Signal<In, Bit>,
    /// Instruction to push.
    pub instruction: Signal<In, Bits<256>>,
    /// Index of the instruction to push.
    pub index: Signal<In, Bits<32>>,
    /// The queue is full.
    pub full: Signal<Out, Bit>,
    /// The queue has an instruction.
    pub valid: Signal<Out, Bit>,
    /// Oldest instruction.
    pub head: Signal<Out, Bits<256>>,
    /// Index of the oldest instruction.
    pub head_index: Signal<Out, Bits<32>>,
    /// Semaphores that the oldest instruction waits for.
    pub wait_mask: Signal<Out, Bits<16>>,
    /// Semaphores that the oldest instruction posts.
    pub post_mask: Signal<Out, Bits<16>>,
    /// Removes the oldest instruction.
    pub pop: Signal<In, Bit>,
    pointers: FifoPointers<3, 4>,
    instructions: DistributedRam<Bits<256>, 3>,
    indices: DistributedRam<Bits<32>, 3>,
    fields: CommonFields,
}

#[circuit]
impl Logic for EngineQueue {
    fn update(&mut self) {
        comment!("engine_queue: the queued instructions of an engine, and their indices.");
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
