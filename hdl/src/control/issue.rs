//! [`Issue`]: the arbiter that starts instructions.

use crate::cells::{Delay, EnableDelay, Register};
use rust_hdl::core::prelude::*;

/// Grants at most one instruction every other cycle: the first eligible one in the order load, store, matrix, vector.
///
/// An instruction is eligible in cycle t if in cycle t - 1 it was the oldest of its queue, all semaphores that it waits
/// for were above 0, its engine was ready and had fewer than 8 instructions in flight, nothing was granted, and its
/// engine did not start. A grant in cycle t decrements the semaphores at the end of cycle t and starts the engine in
/// cycle t + 1. A ready engine stays ready until it is started (docs/control.md, "Handshakes").
#[circuit(clock, reset_n = "nothing starts")]
pub struct Issue {
    /// The program is running.
    pub enable: Signal<In, Bit>,
    /// The program stops: an instruction granted in this cycle does not start.
    pub cancel: Signal<In, Bit>,
    /// The queue has an instruction.
    pub valid: [Signal<In, Bit>; 4],
    /// Oldest instruction of the queue.
    pub head: [Signal<In, Bits<256>>; 4],
    /// Index of the oldest instruction of the queue.
    pub head_index: [Signal<In, Bits<32>>; 4],
    /// Semaphores that the oldest instruction of the queue waits for.
    pub wait_mask: [Signal<In, Bits<16>>; 4],
    /// The engine can accept an instruction.
    pub ready: [Signal<In, Bit>; 4],
    /// The engine has 8 instructions in flight.
    pub full: [Signal<In, Bit>; 4],
    /// Semaphores that are above 0.
    pub available: Signal<In, Bits<16>>,
    /// Grant: removes the instruction from the queue.
    pub grant: [Signal<Out, Bit>; 4],
    /// Semaphores to decrement.
    pub take_mask: Signal<Out, Bits<16>>,
    /// Start strobe of the engine, with `instruction`.
    pub start: [Signal<Out, Bit>; 4],
    /// Instruction that was granted last.
    pub instruction: Signal<Out, Bits<256>>,
    /// Index of the instruction that was granted last.
    pub index: Signal<Out, Bits<32>>,
    eligible: [Register<Bit>; 4],
    waited: [Delay<Bits<16>, 1>; 4],
    granted: Signal<Local, Bit>,
    starting: [Register<Bit>; 4],
    selected: Signal<Local, Bits<256>>,
    selected_index: Signal<Local, Bits<32>>,
    issued: EnableDelay<Bits<256>, 1>,
    issued_index: EnableDelay<Bits<32>, 1>,
}

#[circuit]
impl Logic for Issue {
    fn update(&mut self) {
        comment! { "issue: grants one instruction every other cycle, in the order load, store, matrix, vector, and \
        starts it one cycle later." }
        wire! { clock => issued, issued_index; }
        for i in 0..4 {
            wire! {
                clock, reset_n => eligible[i], starting[i];
                clock => waited[i];
            }
            eligible[i].d = enable
                & valid[i]
                & ready[i]
                & !full[i]
                & !starting[i].q
                & !granted
                & !(wait_mask[i] & !available).any();
            waited[i].d = wait_mask[i];
            starting[i].d = grant[i] & enable & !cancel;
            start[i] = starting[i].q;
        }
        grant[0] = eligible[0].q;
        grant[1] = eligible[1].q & !eligible[0].q;
        grant[2] = eligible[2].q & !any!(eligible[i].q for i in 0..2);
        grant[3] = eligible[3].q & !any!(eligible[i].q for i in 0..3);
        granted = any!(eligible[i].q for i in 0..4);

        take_mask = bits::<16>(0);
        selected = head[3];
        selected_index = head_index[3];
        for i in 0..4 {
            if grant[i] {
                take_mask = waited[i].q;
                selected = head[i];
                selected_index = head_index[i];
            }
        }
        wire! {
            issued.{enable: granted, d: selected};
            issued_index.{enable: granted, d: selected_index};
        }
        instruction = issued.q;
        index = issued_index.q;
    }
}
