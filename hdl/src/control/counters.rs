//! [`EngineCounters`] and [`EventCounter`]: performance counters.

use crate::cells::Register;
use rust_hdl::core::prelude::*;

/// Counts up to 15 events per cycle in 32 bits that wrap; events of cycle t are visible in cycle t + 2.
#[circuit(clock, reset_n = "0")]
pub struct EventCounter {
    /// Number of events in this cycle.
    pub events: Signal<In, Bits<4>>,
    /// Number of events up to two cycles ago.
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

/// Classifies each running cycle of an engine: busy (an instruction is in flight, from the grant to the retirement),
/// waiting (otherwise, an instruction waits in the queue for its semaphores, for the grant or for the engine), or
/// empty. The three counts sum to the running cycles.
#[circuit(clock, reset_n = "all 0")]
pub struct EngineCounters {
    /// The program is running.
    pub enable: Signal<In, Bit>,
    /// An instruction is in flight.
    pub under_way: Signal<In, Bit>,
    /// An instruction is in the queue.
    pub queued: Signal<In, Bit>,
    /// Cycles with an instruction in flight.
    pub busy: Signal<Out, Bits<32>>,
    /// Cycles with an instruction in the queue and none in flight.
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
        comment! { "engine_counters: running cycles in which an engine was busy, had a waiting instruction, or had \
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
