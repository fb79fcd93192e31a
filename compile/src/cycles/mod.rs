//! The cycle model: predicts the exact cycle in which each instruction of a program starts and retires on the
//! accelerator.
//!
//! An event-driven simulator of control, bus, memory ports and engines, independent of the data (docs/cycle-model.md).
//!
//! | part | file |
//! |---|---|
//! | fetch, dispatch, semaphores, issue | `control` |
//! | read channel, fetcher's beats, loads | `load` |
//! | stores, write channels | `store` |
//! | matrix and vector engine | `compute` |
//! | counters of the engines | `engine_cycles` |
//! | the post that each instruction waited for last | `posts` |
//! | busy cycles of the array, and stall cycles by cause | `stalls` |
//! | bursts of a load or a store | `transfer` |
//! | cycles in which a memory's port is used | `port` |

mod compute;
mod control;
mod engine_cycles;
mod load;
mod port;
mod posts;
mod stalls;
mod store;
mod transfer;

pub use control::{ControlModel, FetchBurst, Task};
pub use engine_cycles::EngineCycles;
pub use posts::{LastPost, last_posts};
pub use stalls::{ArrayCycles, Cause, array_cycles};

use compute::{Matrix, VectorUnit};
use ibert_isa::{Configuration, Engine, Instruction, Operation};
use load::{Reads, WritePorts};
use std::collections::VecDeque;
use store::{ReadPorts, Writes};
use transfer::Transfer;

/// Timing of a memory without random pauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryTiming {
    /// Cycles from the accepted address to the first valid beat.
    pub read_latency: u64,
    /// Cycles from the last accepted beat to the valid response.
    pub write_latency: u64,
    /// Cycles from one beat to the next, for reads and writes.
    pub cycles_per_beat: u64,
}

impl MemoryTiming {
    /// Memory latency of 30 cycles, one beat per cycle.
    pub const TYPICAL: Self = MemoryTiming { read_latency: 30, write_latency: 30, cycles_per_beat: 1 };
}

/// Events of an instruction, in cycles since the first running cycle (docs/control.md).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// Cycle in which the instruction's last beat arrives from memory.
    pub fetched: u64,
    /// Cycle in which the instruction enters its engine's queue.
    pub dispatched: u64,
    /// Cycle in which the instruction leaves the queue.
    pub granted: u64,
    /// Cycle in which the instruction retires.
    pub retired: u64,
}

/// Cycles in which an engine executes an instruction, predicted or observed, counted from the first running cycle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// Cycle in which the engine accepted the instruction.
    pub start: u64,
    /// Cycle in which the instruction retired.
    pub retire: u64,
}

impl Times {
    /// Cycles in which the engine executes the instruction.
    pub fn span(&self) -> Span {
        Span { start: self.started(), retire: self.retired }
    }

    /// Cycle in which the engine accepts the instruction.
    pub fn started(&self) -> u64 {
        self.granted + 1
    }
}

/// Predicted timing of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// Running cycles, as the hardware's counter `cycles` counts them.
    pub cycles: u64,
    /// Events of each instruction, in program order.
    pub times: Vec<Times>,
    /// Busy, waiting and empty cycles of the engines, in the order of [`Engine::ALL`].
    pub engines: [EngineCycles; Engine::COUNT],
}

/// Why a program would not run to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CycleError {
    /// The program has no instructions.
    #[error("the program is empty")]
    Empty,
    /// The state can no longer change.
    #[error("deadlock in cycle {cycle}: instruction {index} waits for a semaphore that no instruction posts")]
    Deadlock {
        /// Cycle of the last event.
        cycle: u64,
        /// Index of the oldest instruction that was not granted.
        index: usize,
    },
    /// A semaphore has passed 255.
    #[error("a semaphore passes 255 when instruction {index} retires in cycle {cycle}")]
    SemaphoreOverflow {
        /// Cycle of the post.
        cycle: u64,
        /// Index of the instruction that posts.
        index: usize,
    },
}

/// Predicts the timing of a program of legal instructions at a byte address of memory.
///
/// # Errors
/// [`CycleError`]: the program would not run to its end.
pub fn predict(
    program: &[Instruction],
    address: u32,
    configuration: &Configuration,
    timing: MemoryTiming,
) -> Result<Prediction, CycleError> {
    if program.is_empty() {
        return Err(CycleError::Empty);
    }
    let mut machine = Machine::new(program, address, configuration, timing);
    let mut cycle = 0;
    while machine.retired < program.len() {
        machine.cycle(cycle)?;
        let next = machine.next(cycle);
        if next == u64::MAX && machine.retired < program.len() {
            return Err(CycleError::Deadlock { cycle, index: machine.oldest() });
        }
        cycle = next;
    }
    let times = machine.control.times().to_vec();
    let last = times.iter().map(|times| times.retired).max().unwrap_or_default();
    // The hardware detects one cycle later that no instruction is in flight, and stops after that cycle.
    let cycles = last + 2;
    let engines = engine_cycles::engine_cycles(machine.control.tasks(), &times, cycles);
    Ok(Prediction { cycles, times, engines })
}

/// Whether the oldest instruction of an engine retires in this cycle. Removes it in that case.
fn due(retires: &mut VecDeque<u64>, cycle: u64) -> bool {
    let due = retires.front() == Some(&cycle);
    if due {
        retires.pop_front();
    }
    due
}

struct Machine<'a> {
    program: &'a [Instruction],
    side: usize,
    control: ControlModel,
    reads: Reads,
    writes: Writes,
    matrix: Matrix,
    vector: VectorUnit,
    read_ports: ReadPorts,
    write_ports: WritePorts,
    retired: usize,
}

impl<'a> Machine<'a> {
    fn new(program: &'a [Instruction], address: u32, configuration: &Configuration, timing: MemoryTiming) -> Self {
        let side = configuration.side;
        Machine {
            program,
            side,
            control: ControlModel::new(program.iter().map(Task::of).collect(), address),
            reads: Reads::new(side, timing),
            writes: Writes::new(side, timing),
            matrix: Matrix::new(side),
            vector: VectorUnit::new(configuration.lanes),
            read_ports: ReadPorts::default(),
            write_ports: WritePorts::default(),
            retired: 0,
        }
    }

    fn ready_from(&self) -> [u64; Engine::COUNT] {
        let (load, store) = (self.reads.issue.ready_from, self.writes.issue.ready_from);
        [load, store, self.matrix.ready_from, self.vector.ready_from()]
    }

    fn cycle(&mut self, cycle: u64) -> Result<(), CycleError> {
        // The request depends on the state at the beginning of the cycle.
        let fetch = self.control.request();
        let ready = self.ready_from().map(|from| from <= cycle);
        let started = self.control.cycle(cycle, ready, false);
        self.reads.accept(cycle, fetch, &mut self.control);
        self.writes.accept(cycle);
        self.reads.begin(cycle);
        self.writes.begin(cycle);
        // Events of the cycle.
        let retires = [
            self.reads.advance(cycle, &mut self.write_ports, &mut self.control),
            self.writes.advance(cycle, &mut self.read_ports),
            due(&mut self.matrix.retires, cycle),
            due(&mut self.vector.retires, cycle),
        ];
        for engine in Engine::ALL.into_iter().filter(|engine| retires[engine.index()]) {
            let index = self.control.retire(cycle, engine);
            self.retired += 1;
            if self.control.overflowed() {
                return Err(CycleError::SemaphoreOverflow { cycle, index });
            }
        }
        if let Some((_, index)) = started {
            self.start(cycle, index);
        }
        Ok(())
    }

    fn start(&mut self, cycle: u64, index: usize) {
        match &self.program[index].operation {
            Operation::Load(load) => {
                let transfer = Transfer::new(self.side, load.memory, load.dram, load.count);
                self.reads.issue.start(cycle, transfer);
            }
            Operation::Store(store) => {
                let transfer = Transfer::new(self.side, store.memory, store.dram, store.count);
                self.writes.issue.start(cycle, transfer);
            }
            Operation::Matmul(matmul) => self.matrix.start(cycle, matmul, &mut self.read_ports),
            Operation::Vector(vector) => {
                self.vector.start(cycle, vector, &mut self.read_ports, &mut self.write_ports);
            }
        }
    }

    /// The next cycle in which the state may change.
    fn next(&self, cycle: u64) -> u64 {
        let first = |retires: &VecDeque<u64>| retires.front().copied().unwrap_or(u64::MAX);
        self.control
            .next(cycle, self.ready_from())
            .min(self.reads.next(cycle, self.control.request().is_some()))
            .min(self.writes.next(cycle))
            .min(first(&self.matrix.retires))
            .min(first(&self.vector.retires))
    }

    /// Index of the oldest instruction that was not granted.
    fn oldest(&self) -> usize {
        let heads = Engine::ALL.into_iter().filter_map(|engine| self.control.queued(engine).front().copied());
        heads.min().unwrap_or(self.control.dispatched())
    }
}
