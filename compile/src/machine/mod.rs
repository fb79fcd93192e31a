//! The instruction-level model of the accelerator: what each instruction does to the memories, without time (docs/machine.md).
//!
//! Arithmetic is that of the golden operators. [`Machine::run`] starts instructions in any order that queues and semaphores allow, chosen by a
//! seed: a program whose result depends on it lacks a semaphore.

mod matmul;
mod memories;
mod semaphores;
mod transfer;
mod vector;

pub use matmul::run as run_matmul;
pub use memories::{Memories, Words};
pub use semaphores::Order;

use crate::cycles::Task;
use ibert_isa::{Common, Configuration, DecodeError, INSTRUCTION_BYTES, Instruction, Memory, Opcode, Operation, Stop};

/// A word that an engine has written, seen by a [`Watcher`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Write {
    /// The instruction's index in the program.
    pub instruction: usize,
    /// The memory: A, B, R or Y of the vector engine, C of the matrix engine.
    pub memory: Memory,
    /// Word address.
    pub address: usize,
    /// First lane of the word that is written.
    pub lane: usize,
    /// Cycle of the program in which it is written; 0 where there is no time.
    pub cycle: u64,
}

/// Sees what engines write, lane by lane.
pub trait Watcher {
    /// `values` go to successive lanes of a word.
    fn written(&mut self, write: Write, values: &[i64]);
}

impl Watcher for () {
    fn written(&mut self, _: Write, _: &[i64]) {}
}

/// Why a run ended before the program's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("instruction {index}: {} ({})", stop.name(), stop.meaning())]
pub struct Stopped {
    /// The reason.
    pub stop: Stop,
    /// The instruction.
    pub index: usize,
}

/// An accelerator and its memory.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Its sizes.
    pub configuration: Configuration,
    /// The memories on chip.
    pub memories: Memories,
    /// The memory behind the bus, from address 0 on.
    pub dram: Vec<u8>,
    /// A LayerNorm's variance left 32 bits.
    pub variance_saturated: bool,
}

impl Machine {
    /// A machine with cleared memories.
    pub fn new(configuration: Configuration, dram: Vec<u8>) -> Self {
        Machine { configuration, memories: Memories::new(&configuration), dram, variance_saturated: false }
    }

    /// Runs the program of `length` instructions at address `program` of the memory.
    ///
    /// # Errors
    /// [`Stopped`]: as the hardware would, with its code and the instruction's index. Which of several errors comes first may depend on
    /// the order.
    pub fn run(
        &mut self,
        program: u32,
        length: usize,
        order: Order,
        watcher: &mut impl Watcher,
    ) -> Result<(), Stopped> {
        let at = |index: usize, stop| Stopped { stop, index };
        if length == 0 {
            return Err(at(0, Stop::EmptyProgram));
        }
        if !program.is_multiple_of(INSTRUCTION_BYTES as u32) {
            return Err(at(0, Stop::UnalignedAddress));
        }
        let (mut tasks, mut operations) = (Vec::with_capacity(length), Vec::with_capacity(length));
        for index in 0..length {
            let start = program as usize + index * INSTRUCTION_BYTES;
            let bytes = self.dram.get(start..start + INSTRUCTION_BYTES).and_then(|bytes| bytes.try_into().ok());
            let bytes: &[u8; INSTRUCTION_BYTES] = bytes.ok_or(at(index, Stop::ReadDecodeError))?;
            let (task, operation) = fetched(bytes).map_err(|stop| at(index, stop))?;
            tasks.push(task);
            operations.push(operation);
        }
        semaphores::schedule(&tasks, order, |index| {
            let done = operations[index].and_then(|operation| self.execute(index, &operation, watcher));
            done.map_err(|stop| at(index, stop))
        })
    }

    fn execute(&mut self, index: usize, operation: &Operation, watcher: &mut impl Watcher) -> Result<(), Stop> {
        let side = self.configuration.side;
        match operation {
            Operation::Load(load) => transfer::load(&mut self.memories, &self.dram, side, load),
            Operation::Store(store) => transfer::store(&self.memories, &mut self.dram, side, store),
            Operation::Matmul(matmul) => matmul::run(&mut self.memories, index, side, matmul, watcher),
            Operation::Vector(vector) => {
                let saturated = vector::run(&mut self.memories, index, &self.configuration, vector, watcher)?;
                self.variance_saturated |= saturated;
                Ok(())
            }
        }
    }
}

/// What control knows of an instruction that was fetched, and its operation: the engine refuses codes that stand for nothing when it starts the
/// instruction, all other errors stop the fetch.
fn fetched(bytes: &[u8; INSTRUCTION_BYTES]) -> Result<(Task, Result<Operation, Stop>), Stop> {
    let refused = |error: DecodeError| error.stop();
    match Instruction::decode(bytes) {
        Ok(instruction) => Ok((Task::of(&instruction), Ok(instruction.operation))),
        Err(error @ DecodeError::Code { .. }) => {
            let Common { opcode, waits, posts } = Common::decode(bytes).map_err(refused)?;
            let engine = Opcode::from_code(opcode).ok_or(Stop::IllegalOpcode)?.engine();
            Ok((Task { engine, waits: waits as u16, posts: posts as u16 }, Err(error.stop())))
        }
        Err(error) => Err(refused(error)),
    }
}
