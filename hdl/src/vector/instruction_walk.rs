//! [`InstructionWalk`]: a walk through the instructions that are under way.

use super::BeatWalk;
use crate::cells::{EnableDelay, Fifo, Register};
use crate::isa::VectorFields;
use rust_hdl::core::prelude::*;

/// Keeps the instructions that have begun, up to four behind the one in work, and walks through the beats of each, one on each cycle with `advance`.
///
/// An instruction put in cycle t is in work (`busy`) from t + 2 on at the earliest, and two that follow each other are in work without a gap. `load` comes in
/// the cycle before an instruction's first in work; `destination`, `residual` and `constant` belong to it, everything else to the instruction in work.
#[derive(LogicBlock, Default)]
pub struct InstructionWalk {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: no instruction.
    pub reset_n: Signal<In, Bit>,
    /// An instruction begins.
    pub put: Signal<In, Bit>,
    /// It.
    pub instruction: Signal<In, Bits<256>>,
    /// The beat is done.
    pub advance: Signal<In, Bit>,
    /// An instruction is in work.
    pub busy: Signal<Out, Bit>,
    /// The next instruction is about to be.
    pub load: Signal<Out, Bit>,
    /// Its first destination word.
    pub destination: Signal<Out, Bits<16>>,
    /// Its first residual word.
    pub residual: Signal<Out, Bits<16>>,
    /// Its first constant word.
    pub constant: Signal<Out, Bits<16>>,
    /// From a tile to the next in destination and residual.
    pub stride: Signal<Out, Bits<16>>,
    /// From a tile to the next in the constants.
    pub constant_stride: Signal<Out, Bits<16>>,
    /// The destination is B.
    pub to_b: Signal<Out, Bit>,
    /// Which group of lanes.
    pub group: Signal<Out, Bits<8>>,
    /// The beat is the last of its group.
    pub last_step: Signal<Out, Bit>,
    /// The beat is the last of its tile.
    pub last_of_tile: Signal<Out, Bit>,
    /// The beat is the last of the instruction.
    pub last: Signal<Out, Bit>,
    queue: Fifo<Bits<256>, 2, 3>,
    next_fields: VectorFields,
    in_work: Register<Bit>,
    instruction_register: EnableDelay<Bits<256>, 1>,
    fields: VectorFields,
    walk: BeatWalk,
    finish: Signal<Local, Bit>,
}

impl Logic for InstructionWalk {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "instruction_walk: queue of the instructions that have begun, and a walk through the beats of the oldest."
        );
        clock!(self, clock, queue, in_work, instruction_register, walk);
        self.queue.reset_n.next = self.reset_n.val();
        self.in_work.reset_n.next = self.reset_n.val();
        self.walk.reset_n.next = self.reset_n.val();

        self.queue.push.next = self.put.val();
        self.queue.d.next = self.instruction.val();
        self.next_fields.word.next = self.queue.oldest.val();
        self.destination.next = self.next_fields.destination.val();
        self.residual.next = self.next_fields.residual.val();
        self.constant.next = self.next_fields.constant.val();

        self.finish.next = self.advance.val() & self.walk.last.val();
        self.load.next = self.queue.valid.val() & (!self.in_work.q.val() | self.finish.val());
        self.queue.pop.next = self.load.val();
        self.in_work.d.next = self.load.val() | (self.in_work.q.val() & !self.finish.val());
        self.busy.next = self.in_work.q.val();
        self.instruction_register.enable.next = self.load.val();
        self.instruction_register.d.next = self.queue.oldest.val();

        self.fields.word.next = self.instruction_register.q.val();
        self.stride.next = self.fields.stride.val();
        self.constant_stride.next = self.fields.constant_stride.val();
        self.to_b.next = self.fields.to_b.val();
        self.walk.advance.next = self.advance.val();
        self.walk.steps.next = bit_cast::<17, 16>(self.fields.steps.val());
        self.walk.groups.next = self.fields.groups.val();
        self.walk.tiles.next = self.fields.tiles.val();
        self.group.next = self.walk.group.val();
        self.last_step.next = self.walk.last_step.val();
        self.last_of_tile.next = self.walk.last_of_tile.val();
        self.last.next = self.walk.last.val();
    }
}
