//! [`InstructionWalk`]: position within the instructions in flight.

use super::BeatWalk;
use crate::cells::{EnableDelay, Fifo, Register};
use crate::fields::VectorFields;
use rust_hdl::core::prelude::*;

/// Queues the instructions that have begun, up to four in addition to the active one, and counts through the steps of
/// each, one per cycle with `advance`.
///
/// An instruction put in cycle t is active (`busy`) from t + 2 on at the earliest; consecutive instructions are active
/// without a gap. `load` is high in the cycle before the first active cycle of an instruction; `destination`,
/// `residual` and `constant` belong to that instruction, all other outputs to the active one.
#[circuit(clock, reset_n = "no instruction")]
pub struct InstructionWalk {
    /// An instruction begins.
    pub put: Signal<In, Bit>,
    /// Instruction, sampled with `put`.
    pub instruction: Signal<In, Bits<256>>,
    /// Advances to the next step.
    pub advance: Signal<In, Bit>,
    /// An instruction is active.
    pub busy: Signal<Out, Bit>,
    /// The next instruction becomes active in the next cycle.
    pub load: Signal<Out, Bit>,
    /// First destination word of the instruction of `load`.
    pub destination: Signal<Out, Bits<16>>,
    /// First residual word of the instruction of `load`.
    pub residual: Signal<Out, Bits<16>>,
    /// First constant word of the instruction of `load`.
    pub constant: Signal<Out, Bits<16>>,
    /// Address increment per tile, of destination and residual.
    pub stride: Signal<Out, Bits<16>>,
    /// Address increment per tile, of the constants.
    pub constant_stride: Signal<Out, Bits<16>>,
    /// Destination is B.
    pub to_b: Signal<Out, Bit>,
    /// Group of lanes.
    pub group: Signal<Out, Bits<8>>,
    /// Step is the last of its group.
    pub last_step: Signal<Out, Bit>,
    /// Step is the last of its tile.
    pub last_of_tile: Signal<Out, Bit>,
    /// Step is the last of the instruction.
    pub last: Signal<Out, Bit>,
    queue: Fifo<Bits<256>, 2, 3>,
    next_fields: VectorFields,
    in_work: Register<Bit>,
    instruction_register: EnableDelay<Bits<256>, 1>,
    fields: VectorFields,
    walk: BeatWalk,
    finish: Signal<Local, Bit>,
}

#[circuit]
impl Logic for InstructionWalk {
    fn update(&mut self) {
        comment!("instruction_walk: queue of the instructions that have begun, and the position within the oldest.");
        wire! {
            clock, reset_n => queue, in_work, walk;
            clock => instruction_register;
        }

        wire! {
            queue.{push: put, d: instruction};
            next_fields.word <- queue.oldest;
            {destination, residual, constant} <- next_fields.*;
        }

        finish = advance & walk.last;
        load = queue.valid & (!in_work.q | finish);
        queue.pop = load;
        in_work.d = load | (in_work.q & !finish);
        busy = in_work.q;
        wire! { instruction_register.{enable: load, d: queue.oldest}; }

        fields.word = instruction_register.q;
        wire! { {stride, constant_stride, to_b} <- fields.*; }
        walk.advance = advance;
        walk.steps = bit_cast::<17, 16>(fields.steps);
        wire! {
            walk.{groups, tiles} <- fields.*;
            {group, last_step, last_of_tile, last} <- walk.*;
        }
    }
}
