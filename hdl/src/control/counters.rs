//! [`EngineCounters`] and [`EventCounter`]: where the cycles go.

use crate::cells::Register;
use rust_hdl::core::prelude::*;

/// Counts events, up to 15 a cycle, in 32 bits that wrap; those of cycle t show in cycle t + 2.
#[circuit(clock, reset_n = "0")]
pub struct EventCounter {
    /// Events of this cycle.
    pub events: Signal<In, Bits<4>>,
    /// Events up to the cycle before the last.
    pub count: Signal<Out, Bits<32>>,
    latest: Register<Bits<4>>,
    sum: Register<Bits<32>>,
}

#[circuit]
impl Logic for EventCounter {
    fn update(&mut self) {
        comment!("event_counter: counts events in 32 bits that wrap.");
        wire! { clock, reset_n => latest, sum; }
        latest.d = events;
        sum.d = sum.q + bit_cast::<32, 4>(latest.q);
        count = sum.q;
    }
}

/// What an engine did with each running cycle: it had an instruction under way (from the grant to the retirement), or else one that
/// waited for its semaphores, its turn or the engine, or else none. The three counts sum to the running cycles.
#[circuit(clock, reset_n = "all 0")]
pub struct EngineCounters {
    /// The program is running.
    pub enable: Signal<In, Bit>,
    /// An instruction is under way.
    pub under_way: Signal<In, Bit>,
    /// An instruction is in the queue.
    pub queued: Signal<In, Bit>,
    /// Cycles with an instruction under way.
    pub busy: Signal<Out, Bits<32>>,
    /// Cycles with an instruction that waited.
    pub waiting: Signal<Out, Bits<32>>,
    /// Cycles without an instruction.
    pub empty: Signal<Out, Bits<32>>,
    busy_counter: EventCounter,
    waiting_counter: EventCounter,
    empty_counter: EventCounter,
    is_busy: Signal<Local, Bit>,
    is_waiting: Signal<Local, Bit>,
    is_empty: Signal<Local, Bit>,
}

#[circuit]
impl Logic for EngineCounters {
    fn update(&mut self) {
        comment! { "engine_counters: running cycles in which an engine was busy, had an instruction that waited, had \
        none." }
        wire! { clock, reset_n => busy_counter, waiting_counter, empty_counter; }
        is_busy = enable & under_way;
        is_waiting = enable & !under_way & queued;
        is_empty = enable & !under_way & !queued;
        busy_counter.events = bit_cast::<4, 1>(is_busy.into());
        waiting_counter.events = bit_cast::<4, 1>(is_waiting.into());
        empty_counter.events = bit_cast::<4, 1>(is_empty.into());
        wire! { {busy, waiting, empty} <- *_counter.count; }
    }
}
