//! [`EngineCycles`]: what an engine did with the cycles of a program.

use super::{Task, Times};
use ibert_isa::Engine;

/// Cycles in which an engine had an instruction under way, in which it had none but one waited, and in which it had none at all: the hardware's
/// counters (docs/control.md, "Counters"). They sum to the cycles of the program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct EngineCycles {
    /// An instruction is granted and not retired.
    pub busy: u64,
    /// None is, but one is in the queue.
    pub waiting: u64,
    /// None is in the queue either.
    pub empty: u64,
}

/// Of each engine, from the times of instructions.
pub(super) fn engine_cycles(tasks: &[Task], times: &[Times], cycles: u64) -> [EngineCycles; Engine::COUNT] {
    Engine::ALL.map(|engine| {
        // What happens in a cycle counts from the next one on.
        let (mut busy, mut any) = (Union::default(), Union::default());
        for (_, times) in tasks.iter().zip(times).filter(|(task, _)| task.engine == engine) {
            busy.add(times.granted, times.retired);
            any.add(times.dispatched, times.retired);
        }
        EngineCycles { busy: busy.length, waiting: any.length - busy.length, empty: cycles - any.length }
    })
}

/// Length of a union of intervals that come in order.
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
