//! [`InstructionWalk`]: a walk through the instructions that are under way.

use super::BeatWalk;
use crate::cells::{EnableDelay, Fifo, Register};
use crate::fields::VectorFields;
use rust_hdl::core::prelude::*;

/// Keeps the instructions that have begun, up to four behind the one in work, and walks through the beats of each, one on each cycle with `advance`.
///
/// An instruction put in cycle t is in work (`busy`) from t + 2 on at the earliest, and two that follow each other are in work without a gap. `load` comes in
/// the cycle before an instruction's first in work; `destination`, `residual` and `constant` belong to it, everything else to the instruction in work.
#[circuit(clock, reset_n = "no instruction")]
pub struct InstructionWalk {
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

#[circuit]
impl Logic for InstructionWalk {
    fn update(&mut self) {
        comment! { "instruction_walk: queue of the instructions that have begun, and a walk through the beats of the \
        oldest." }
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
