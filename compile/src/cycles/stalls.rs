//! [`array_cycles`]: busy cycles of the array, and its stall cycles by cause.

use super::{Prediction, last_posts};
use ibert_isa::timing::matrix;
use ibert_isa::{Instruction, Operation, VectorOperation};
use std::iter::Sum;
use std::ops::{Add, Index};

/// Stall cause: why the array takes no operands in a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The next matmul has not arrived from memory.
    Fetch,
    /// The next matmul has arrived, but earlier instructions wait for room in the queue of their engine.
    Dispatch,
    /// The next matmul waits for a load.
    Load,
    /// The next matmul waits for a store.
    Store,
    /// The next matmul waits for another matmul.
    Matmul,
    /// The next matmul waits for a requantization.
    Requantize,
    /// The next matmul waits for a GELU.
    Gelu,
    /// The next matmul waits for a residual add.
    Join,
    /// The next matmul waits for a softmax.
    Softmax,
    /// The next matmul waits for a LayerNorm.
    Layernorm,
    /// The next matmul has all semaphores and is being issued.
    Issue,
    /// The tile is shallower than N, and its N rows are still draining.
    ShortTile,
    /// No matmul is left: the last accumulators drain, pass through the vector engine and are stored.
    End,
}

impl Cause {
    /// All stall causes.
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

    /// Description in reports: what the array waits for.
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

    /// Cause of waiting for an instruction with this operation.
    fn of(operation: &Operation) -> Self {
        match operation {
            Operation::Load(_) => Cause::Load,
            Operation::Store(_) => Cause::Store,
            Operation::Matmul(_) => Cause::Matmul,
            Operation::Vector(vector) => match vector.operation {
                VectorOperation::Requantize | VectorOperation::Normalize => Cause::Requantize,
                VectorOperation::Gelu => Cause::Gelu,
                VectorOperation::Join => Cause::Join,
                VectorOperation::Softmax | VectorOperation::LateSoftmax => Cause::Softmax,
                VectorOperation::Layernorm => Cause::Layernorm,
            },
        }
    }
}

/// Busy cycles of the array, and stall cycles by cause. They sum to the cycles of the program, or of a part of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ArrayCycles {
    /// Cycles in which the array takes operands.
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
    /// Sum of busy and stall cycles.
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

/// Array cycles of each of `parts` parts of a program, for an array of side `side`. A matmul and the stall cycles
/// before it count for the part that `part_of` returns for its index. The cycles after the last matmul count for the
/// last part.
pub fn array_cycles(
    program: &[Instruction],
    prediction: &Prediction,
    side: usize,
    parts: usize,
    part_of: impl Fn(usize) -> usize,
) -> Vec<ArrayCycles> {
    let posts = last_posts(program, &prediction.times);
    let mut cycles = vec![ArrayCycles::default(); parts];
    // First cycle in which the array is free.
    let mut free = 0;
    for (index, instruction) in program.iter().enumerate() {
        let Operation::Matmul(matmul) = instruction.operation else { continue };
        let times = &prediction.times[index];
        let part = &mut cycles[part_of(index)];
        // Clamped to the cycle in which the array is free, because observations of faulty hardware may be inconsistent.
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
