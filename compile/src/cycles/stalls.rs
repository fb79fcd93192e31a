//! [`array_cycles`]: what the array did with the cycles of a program, and what it waited for in the others.

use super::{Prediction, last_posts};
use ibert_isa::timing::matrix;
use ibert_isa::{Instruction, Operation, VectorOperation};
use std::iter::Sum;
use std::ops::{Add, Index};

/// Why the array takes no operands in a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The next matmul has not come from memory.
    Fetch,
    /// It has, but instructions before it wait for room in the queue of their engine.
    Dispatch,
    /// It waits for a load.
    Load,
    /// It waits for a store.
    Store,
    /// It waits for another matmul.
    Matmul,
    /// It waits for a requantization.
    Requantize,
    /// It waits for a GELU.
    Gelu,
    /// It waits for a residual to be joined.
    Join,
    /// It waits for a softmax.
    Softmax,
    /// It waits for a LayerNorm.
    Layernorm,
    /// It has all that it waited for, and is on its way to the array.
    Issue,
    /// Its tile has fewer products than the array has rows, which take as long to drain.
    ShortTile,
    /// There is no further one: the last sums are drained and worked on, and stored.
    End,
}

impl Cause {
    /// All of them.
    pub const ALL: [Cause; 13] = [
        Cause::Fetch,
        Cause::Dispatch,
        Cause::Load,
        Cause::Store,
        Cause::Matmul,
        Cause::Requantize,
        Cause::Gelu,
        Cause::Join,
        Cause::Softmax,
        Cause::Layernorm,
        Cause::Issue,
        Cause::ShortTile,
        Cause::End,
    ];

    /// Name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Cause::Fetch => "fetch",
            Cause::Dispatch => "dispatch",
            Cause::Load => "load",
            Cause::Store => "store",
            Cause::Matmul => "matmul",
            Cause::Requantize => "requantize",
            Cause::Gelu => "gelu",
            Cause::Join => "join",
            Cause::Softmax => "softmax",
            Cause::Layernorm => "layernorm",
            Cause::Issue => "issue",
            Cause::ShortTile => "short_tile",
            Cause::End => "end",
        }
    }

    /// What it is, for a person.
    pub const fn meaning(self) -> &'static str {
        match self {
            Cause::Fetch => "for the next matmul to come from memory",
            Cause::Dispatch => "for room in the queues of instructions before it",
            Cause::Load => "for weights, constants or tokens from memory",
            Cause::Store => "for a store to make room",
            Cause::Matmul => "for other products",
            Cause::Requantize => "for operands to be requantized",
            Cause::Gelu => "for GELU",
            Cause::Join => "for residuals to be joined",
            Cause::Softmax => "for softmax",
            Cause::Layernorm => "for LayerNorm",
            Cause::Issue => "for instructions to start",
            Cause::ShortTile => "for tiles of fewer products than the array has rows to drain",
            Cause::End => "for nothing: the last results are made and stored",
        }
    }

    /// Waiting for an instruction.
    fn of(operation: &Operation) -> Self {
        match operation {
            Operation::Load(_) => Cause::Load,
            Operation::Store(_) => Cause::Store,
            Operation::Matmul(_) => Cause::Matmul,
            Operation::Vector(vector) => match vector.operation {
                VectorOperation::Requantize => Cause::Requantize,
                VectorOperation::Gelu => Cause::Gelu,
                VectorOperation::Join => Cause::Join,
                VectorOperation::Softmax => Cause::Softmax,
                VectorOperation::Layernorm => Cause::Layernorm,
            },
        }
    }
}

/// Cycles of the array: busy, and by cause not. They sum to the cycles of the program, or of a part of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ArrayCycles {
    /// The array takes operands.
    pub busy: u64,
    stalls: [u64; Cause::ALL.len()],
}

impl Index<Cause> for ArrayCycles {
    type Output = u64;

    fn index(&self, cause: Cause) -> &u64 {
        &self.stalls[cause as usize]
    }
}

impl ArrayCycles {
    /// All cycles.
    pub fn total(&self) -> u64 {
        self.busy + self.stalls.iter().sum::<u64>()
    }

    fn stall(&mut self, cause: Cause, cycles: u64) {
        self.stalls[cause as usize] += cycles;
    }
}

impl Add for ArrayCycles {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.busy += other.busy;
        self.stalls.iter_mut().zip(other.stalls).for_each(|(sum, cycles)| *sum += cycles);
        self
    }
}

impl Sum for ArrayCycles {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(ArrayCycles::default(), Add::add)
    }
}

/// The cycles of each of `parts` parts of a program on an array of side `side`. A matmul counts for the part that `part_of` gives for its index, with the
/// cycles in which the array waited for it; the end counts for the last part.
pub fn array_cycles(
    program: &[Instruction],
    prediction: &Prediction,
    side: usize,
    parts: usize,
    part_of: impl Fn(usize) -> usize,
) -> Vec<ArrayCycles> {
    let posts = last_posts(program, &prediction.times);
    let mut cycles = vec![ArrayCycles::default(); parts];
    // The array is free from here on.
    let mut free = 0;
    for (index, instruction) in program.iter().enumerate() {
        let Operation::Matmul(matmul) = instruction.operation else { continue };
        let times = &prediction.times[index];
        let part = &mut cycles[part_of(index)];
        // Not before the array is free, whatever an observation of faulty hardware says.
        let first = (times.started() + 1).max(free);
        let mut waited = |until: u64, cause: Cause| {
            let until = until.clamp(free, first);
            part.stall(cause, until - free);
            free = until;
        };
        waited(times.fetched + 2, Cause::Fetch);
        waited(times.dispatched + 1, Cause::Dispatch);
        if let Some(post) = posts[index] {
            waited(post.seen, Cause::of(&program[post.by].operation));
        }
        waited(first, Cause::Issue);
        let period = matrix::period(&matmul, side as u64);
        part.busy += matmul.tiles * matmul.depth;
        part.stall(Cause::ShortTile, matmul.tiles * (period - matmul.depth));
        free = first + matmul.tiles * period;
    }
    if let Some(last) = cycles.last_mut() {
        last.stall(Cause::End, prediction.cycles.saturating_sub(free));
    }
    cycles
}
