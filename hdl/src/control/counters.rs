//! [`EngineCounters`] and [`EventCounter`]: where the cycles go.

use crate::cells::Register;
use rust_hdl::core::prelude::*;

/// Counts events, up to 15 a cycle, in 32 bits that wrap; those of cycle t show in cycle t + 2.
#[derive(LogicBlock, Default)]
pub struct EventCounter {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: 0.
    pub reset_n: Signal<In, Bit>,
    /// Events of this cycle.
    pub events: Signal<In, Bits<4>>,
    /// Events up to the cycle before the last.
    pub count: Signal<Out, Bits<32>>,
    latest: Register<Bits<4>>,
    sum: Register<Bits<32>>,
}

impl Logic for EventCounter {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("event_counter: counts events in 32 bits that wrap.");
        clock!(self, clock, latest, sum);
        self.latest.reset_n.next = self.reset_n.val();
        self.sum.reset_n.next = self.reset_n.val();
        self.latest.d.next = self.events.val();
        self.sum.d.next = self.sum.q.val() + bit_cast::<32, 4>(self.latest.q.val());
        self.count.next = self.sum.q.val();
    }
}

/// What an engine did with each running cycle: it had an instruction under way (from the grant to the retirement), or else one that
/// waited for its semaphores, its turn or the engine, or else none. The three counts sum to the running cycles.
#[derive(LogicBlock, Default)]
pub struct EngineCounters {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: all 0.
    pub reset_n: Signal<In, Bit>,
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

impl Logic for EngineCounters {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "engine_counters: running cycles in which an engine was busy, had an instruction that waited, had none."
        );
        clock!(self, clock, busy_counter, waiting_counter, empty_counter);
        self.busy_counter.reset_n.next = self.reset_n.val();
        self.waiting_counter.reset_n.next = self.reset_n.val();
        self.empty_counter.reset_n.next = self.reset_n.val();
        self.is_busy.next = self.enable.val() & self.under_way.val();
        self.is_waiting.next = self.enable.val() & !self.under_way.val() & self.queued.val();
        self.is_empty.next = self.enable.val() & !self.under_way.val() & !self.queued.val();
        self.busy_counter.events.next = bit_cast::<4, 1>(self.is_busy.val().into());
        self.waiting_counter.events.next = bit_cast::<4, 1>(self.is_waiting.val().into());
        self.empty_counter.events.next = bit_cast::<4, 1>(self.is_empty.val().into());
        self.busy.next = self.busy_counter.count.val();
        self.waiting.next = self.waiting_counter.count.val();
        self.empty.next = self.empty_counter.count.val();
    }
}
