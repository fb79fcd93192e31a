//! The cycle model: the exact cycle in which each instruction of a program starts and retires on the accelerator.
//!
//! A simulator of control, bus, memory ports and engines that knows no data and goes from one event to the next (docs/cycle-model.md).
//!
//! | part | file |
//! |---|---|
//! | fetch, dispatch, semaphores, issue | `control` |
//! | read channel, fetcher's beats, loads | `load` |
//! | stores, write channels | `store` |
//! | matrix and vector engine | `compute` |
//! | counters of the engines | `engine_cycles` |
//! | what each instruction waited for | `posts` |
//! | what the array did in each cycle, and why not | `stalls` |
//! | bursts of a load or a store | `transfer` |
//! | who uses a memory's port | `port` |

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

/// When memory answers, if it never pauses at random.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryTiming {
    /// Cycles from an address accepted to the first beat offered.
    pub read_latency: u64,
    /// Cycles from the last beat accepted to the response offered.
    pub write_latency: u64,
    /// Cycles from a beat to the next one, of either direction.
    pub cycles_per_beat: u64,
}

impl MemoryTiming {
    /// Answers after 30 cycles, with a beat a cycle.
    pub const TYPICAL: Self = MemoryTiming { read_latency: 30, write_latency: 30, cycles_per_beat: 1 };
}

/// What happens to an instruction, in cycles from the first running one on (docs/control.md).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// Its last beat comes from memory.
    pub fetched: u64,
    /// It goes into its engine's queue.
    pub dispatched: u64,
    /// It leaves the queue.
    pub granted: u64,
    /// It retires.
    pub retired: u64,
}

/// When an engine had an instruction, predicted or observed, in cycles from the first running one on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// Cycle in which the engine got it.
    pub start: u64,
    /// Cycle in which it retired.
    pub retire: u64,
}

impl Times {
    /// When its engine has it.
    pub fn span(&self) -> Span {
        Span { start: self.started(), retire: self.retired }
    }

    /// Its engine gets it.
    pub fn started(&self) -> u64 {
        self.granted + 1
    }
}

/// What a program will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// Cycles that it runs, as the hardware counts them.
    pub cycles: u64,
    /// Of each instruction.
    pub times: Vec<Times>,
    /// What the engines did with the cycles, in the order of [`Engine::ALL`].
    pub engines: [EngineCycles; Engine::COUNT],
}

/// A program that does not run to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CycleError {
    /// It has no instructions.
    #[error("the program is empty")]
    Empty,
    /// Nothing can happen any more.
    #[error("deadlock in cycle {cycle}: instruction {index} waits for a semaphore that nobody posts")]
    Deadlock {
        /// The cycle of the last event.
        cycle: u64,
        /// The oldest instruction that was not granted.
        index: usize,
    },
    /// A semaphore has passed 255.
    #[error("a semaphore passes 255 when instruction {index} retires in cycle {cycle}")]
    SemaphoreOverflow {
        /// The cycle.
        cycle: u64,
        /// The instruction that posts.
        index: usize,
    },
}

/// Predicts a program of legal instructions, which lies at a byte address of memory.
///
/// # Errors
/// [`CycleError`]: it would not end.
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
    // The hardware sees one cycle later that nothing is under way, and stops after that cycle.
    let cycles = last + 2;
    let engines = engine_cycles::engine_cycles(machine.control.tasks(), &times, cycles);
    Ok(Prediction { cycles, times, engines })
}

/// Whether the oldest instruction of an engine retires in this cycle; then it is forgotten.
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
        // By what is there at the beginning of the cycle.
        let fetch = self.control.request();
        let ready = self.ready_from().map(|from| from <= cycle);
        let started = self.control.cycle(cycle, ready, false);
        self.reads.accept(cycle, fetch, &mut self.control);
        self.writes.accept(cycle);
        self.reads.begin(cycle);
        self.writes.begin(cycle);
        // What the cycle brings.
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

    /// The next cycle in which something may happen.
    fn next(&self, cycle: u64) -> u64 {
        let first = |retires: &VecDeque<u64>| retires.front().copied().unwrap_or(u64::MAX);
        self.control
            .next(cycle, self.ready_from())
            .min(self.reads.next(cycle, self.control.request().is_some()))
            .min(self.writes.next(cycle))
            .min(first(&self.matrix.retires))
            .min(first(&self.vector.retires))
    }

    /// The oldest instruction that was not granted.
    fn oldest(&self) -> usize {
        let heads = Engine::ALL.into_iter().filter_map(|engine| self.control.queued(engine).front().copied());
        heads.min().unwrap_or(self.control.dispatched())
    }
}
