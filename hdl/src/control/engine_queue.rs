//! [`EngineQueue`]: the instructions that wait for an engine.

use super::FifoPointers;
use crate::cells::DistributedRam;
use crate::isa::CommonFields;
use rust_hdl::core::prelude::*;

/// Queue of 8 instructions with their indices. One pushed in cycle t can start from cycle t + 1 on.
#[derive(LogicBlock, Default)]
pub struct EngineQueue {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: empty.
    pub reset_n: Signal<In, Bit>,
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

impl Logic for EngineQueue {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("engine_queue: the instructions that wait for an engine, and their indices.");
        clock!(self, clock, pointers, instructions, indices);
        self.pointers.reset_n.next = self.reset_n.val();
        self.pointers.push.next = self.push.val();
        self.pointers.pop.next = self.pop.val();
        self.full.next = self.pointers.full.val();
        self.valid.next = self.pointers.valid.val();
        self.instructions.write_enable.next = self.pointers.write.val();
        self.instructions.write_address.next = self.pointers.write_address.val();
        self.instructions.write_data.next = self.instruction.val();
        self.instructions.read_address.next = self.pointers.read_address.val();
        self.head.next = self.instructions.read_data.val();
        self.indices.write_enable.next = self.pointers.write.val();
        self.indices.write_address.next = self.pointers.write_address.val();
        self.indices.write_data.next = self.index.val();
        self.indices.read_address.next = self.pointers.read_address.val();
        self.head_index.next = self.indices.read_data.val();
        self.fields.word.next = self.instructions.read_data.val();
        self.wait_mask.next = self.fields.waits.val();
        self.post_mask.next = self.fields.posts.val();
    }
}
