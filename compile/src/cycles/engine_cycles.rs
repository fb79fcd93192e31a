//! [`EngineCycles`]: cycles in which an engine was busy, waiting or empty.

use super::{Task, Times};
use ibert_isa::Engine;

/// An engine's counters in hardware (docs/control.md, "Counters"). Each cycle of the program counts as busy, waiting or
/// empty, so that the three sum to the program's cycles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct EngineCycles {
    /// Cycles with an instruction in flight (granted, not retired).
    pub busy: u64,
    /// Cycles without an instruction in flight and with one in the queue.
    pub waiting: u64,
    /// Cycles without an instruction in flight or in the queue.
    pub empty: u64,
}

/// The counters of each engine, from the times of the instructions.
pub(super) fn engine_cycles(tasks: &[Task], times: &[Times], cycles: u64) -> [EngineCycles; Engine::COUNT] {
    Engine::ALL.map(|engine| {
        // An event takes effect in the cycle after it.
        let (mut busy, mut any) = (Union::default(), Union::default());
        for (_, times) in tasks.iter().zip(times).filter(|(task, _)| task.engine == engine) {
            busy.add(times.granted, times.retired);
            any.add(times.dispatched, times.retired);
        }
        EngineCycles { busy: busy.length, waiting: any.length - busy.length, empty: cycles - any.length }
    })
}

/// Length of a union of intervals that are added in order.
#[derive(Default)]
struct Union {
    length: u64,
    end: u64,
}

impl Union {
    fn add(&mut self, from: u64, to: u64) {
        self.length += to - to.min(from.max(self.end));
        self.end = self.end.max(to);
    }
}
