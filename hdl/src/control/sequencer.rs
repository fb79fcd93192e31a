//! [`Sequencer`]: dispatches instructions to the queues of their engines, in program order.

use crate::cells::{EnableRegister, Register};
use ibert_isa::Stop;
use rust_hdl::core::prelude::*;

/// Moves the oldest fetched instruction into the queue of its engine, one per cycle, stalls while that queue is full,
/// and counts the instructions.
///
/// An instruction at the head of the fetcher's queue in cycle t is pushed in cycle t if its engine's queue has room. An
/// instruction with a stop code is not pushed: it raises `error` for as long as it is there.
#[circuit(clock, reset_n = "no program")]
pub struct Sequencer {
    /// Launch strobe: samples the length of the program.
    pub launch: Signal<In, Bit>,
    /// Instructions of the program.
    pub program_length: Signal<In, Bits<32>>,
    /// The program is running.
    pub enable: Signal<In, Bit>,
    /// An instruction is available.
    pub valid: Signal<In, Bit>,
    /// Engine of the instruction, one-hot.
    pub engine: Signal<In, Bits<4>>,
    /// Stop code of the instruction, or 0.
    pub code: Signal<In, Bits<4>>,
    /// Index to report with a read error.
    pub fault_index: Signal<In, Bits<32>>,
    /// The engine's queue is full.
    pub full: [Signal<In, Bit>; 4],
    /// Push strobe of the engine's queue.
    pub push: [Signal<Out, Bit>; 4],
    /// Removes the instruction from the fetcher's queue.
    pub pop: Signal<Out, Bit>,
    /// Index of the instruction: the number of instructions dispatched before it.
    pub index: Signal<Out, Bits<32>>,
    /// The instruction stops the program.
    pub error: Signal<Out, Bit>,
    /// Index to report, valid with `error`.
    pub error_index: Signal<Out, Bits<32>>,
    /// The program has no instructions.
    pub empty: Signal<Out, Bit>,
    /// All instructions have been dispatched.
    pub all_dispatched: Signal<Out, Bit>,
    read_slave_error: constant!(Bits<4> = Stop::ReadSlaveError),
    read_decode_error: constant!(Bits<4> = Stop::ReadDecodeError),
    length: EnableRegister<Bits<32>>,
    count: Register<Bits<32>>,
    blocked: Signal<Local, Bit>,
}

#[circuit]
impl Logic for Sequencer {
    fn update(&mut self) {
        comment!("sequencer: dispatches instructions to the queues of their engines, in program order, one per cycle.");
        wire! { clock, reset_n => length, count; }

        wire! { length.{enable: launch, d: program_length}; }
        empty = !length.q.any();
        all_dispatched = count.q == length.q;
        index = count.q;

        blocked = (engine.get_bit(0) & full[0])
            | (engine.get_bit(1) & full[1])
            | (engine.get_bit(2) & full[2])
            | (engine.get_bit(3) & full[3]);
        pop = enable & valid & !code.any() & !blocked;
        for i in 0..4 {
            push[i] = pop & engine.get_bit(i);
        }
        count.d = count.q + bit_cast::<32, 1>(pop.into());

        error = enable & valid & code.any();
        error_index = count.q;
        if (code == read_slave_error) | (code == read_decode_error) {
            error_index = fault_index;
        }
    }
}
