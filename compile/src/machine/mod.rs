//! The instruction-level model of the accelerator: the effect of each instruction on the memories, without timing
//! (docs/machine.md).
//!
//! The arithmetic is that of the golden operators. [`Machine::run`] starts instructions in any order that queues and
//! semaphores allow, chosen by a seed. If a program's result depends on the order, the program lacks a semaphore.

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

/// A write of an engine to a memory word, reported to a [`Watcher`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Write {
    /// Index of the instruction in the program.
    pub instruction: usize,
    /// Memory: A, B, R or Y for the vector engine, C for the matrix engine.
    pub memory: Memory,
    /// Word address.
    pub address: usize,
    /// First written lane of the word.
    pub lane: usize,
    /// Cycle of the program in which the word is written; 0 in models without timing.
    pub cycle: u64,
}

/// Observer of the values that engines write.
pub trait Watcher {
    /// Reports that `values` are written to successive lanes of a word.
    fn written(&mut self, write: Write, values: &[i64]);
}

impl Watcher for () {
    fn written(&mut self, _: Write, _: &[i64]) {}
}

/// Why a run ended before the program's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("instruction {index}: {} ({})", stop.name(), stop.meaning())]
pub struct Stopped {
    /// Reason of the stop.
    pub stop: Stop,
    /// Index of the instruction.
    pub index: usize,
}

/// State of the accelerator and of its external memory.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Configuration of the accelerator.
    pub configuration: Configuration,
    /// The memories on chip.
    pub memories: Memories,
    /// External memory, starting at address 0.
    pub dram: Vec<u8>,
    /// Whether a LayerNorm variance has exceeded 32 bits.
    pub variance_saturated: bool,
}

impl Machine {
    /// A machine whose on-chip memories are filled with zeros.
    pub fn new(configuration: Configuration, dram: Vec<u8>) -> Self {
        Machine { configuration, memories: Memories::new(&configuration), dram, variance_saturated: false }
    }

    /// Runs the program of `length` instructions at byte address `program` of external memory.
    ///
    /// # Errors
    /// [`Stopped`]: error code and instruction index, as in hardware. If a program has several errors, the order may
    /// determine which of them is reported.
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

/// Decodes a fetched instruction into control's task and the operation. A code without a meaning is an error of the
/// engine when it starts the instruction; all other errors stop the fetch.
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
