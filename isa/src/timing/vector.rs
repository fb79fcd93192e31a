//! Timing of the vector engine: closed formulas, independent of the data.
//!
//! A tile has `groups` rows, an instruction `tiles · groups`. Reading a row takes [`Shape::period`] cycles. Cycles of
//! an instruction:
//!
//! | cycle | |
//! |---|---|
//! | t | `start` |
//! | u | the instruction begins: t + 1, or later if it may not overlap with those in flight, see [`follows`] |
//! | u + 1 … u + [`Shape::feed`] | reads |
//! | u + [`Shape::feed`] | `ready` for the next instruction, if fewer than four are in flight |
//! | u + [`Shape::retire`] | the last word or reciprocal is written, `retire` |
//!
//! An instruction that may not overlap begins, at the earliest, in the cycle after the last instruction in flight has
//! retired.

use super::units::{
    GELU_LATENCY, RECIPROCAL_LATENCY, REQUANTIZER_LATENCY, ROW_MEAN_LATENCY, RowTiming, late_softmax, layernorm,
    softmax,
};
use crate::{Vector, VectorOperation};
use std::collections::VecDeque;

/// Limit of instructions in flight: begun, not retired.
pub const UNDER_WAY: usize = 4;

/// Address bits of the row memories of the softmax and LayerNorm units.
pub const ROW_ADDRESS: usize = 10;

/// Most steps per row in `softmax` and `layernorm`.
pub const ROW_LIMIT: usize = 1 << ROW_ADDRESS;

/// Softmax unit of a lane.
pub const LANE_SOFTMAX: RowTiming = softmax(ROW_ADDRESS);

/// Late softmax unit of a lane.
pub const LANE_LATE_SOFTMAX: RowTiming = late_softmax(ROW_ADDRESS);

/// Cycles from the last weight of a row to the cycle in which its reciprocal is stored.
pub const RECIPROCAL_STORE: usize = 1 + RECIPROCAL_LATENCY;

/// Address bits of the memory of reciprocals in each lane.
pub const RECIPROCAL_ADDRESS: usize = 7;

/// Reciprocals that each lane stores.
pub const RECIPROCALS: usize = 1 << RECIPROCAL_ADDRESS;

/// LayerNorm unit of a lane.
pub const LANE_LAYERNORM: RowTiming = layernorm(ROW_ADDRESS);

/// Cycles from the address of an operand to the lane's input.
const READ: usize = 2;

/// Pipeline registers of a lane before (bias) and after (result) its units.
const BIAS: usize = 1;
const RESULT: usize = 1;

/// The properties of an instruction that determine its cycles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Operation.
    pub operation: VectorOperation,
    /// Tiles.
    pub tiles: usize,
    /// Groups per tile.
    pub groups: usize,
    /// Steps per group.
    pub steps: usize,
    /// Constant words read before each group: L with `constants_per_lane`, otherwise 0.
    pub constants: usize,
}

impl Shape {
    /// The shape of an instruction for an engine of `lanes` lanes.
    pub fn of(instruction: &Vector, lanes: usize) -> Self {
        let Vector { operation, tiles, groups, steps, constants_per_lane, .. } = *instruction;
        let constants = if constants_per_lane { lanes } else { 0 };
        Shape { operation, tiles: tiles as usize, groups: groups as usize, steps: steps as usize, constants }
    }

    /// Cycles from the first read of a row to the first read of the next row.
    pub fn period(&self) -> usize {
        match self.operation {
            VectorOperation::Softmax => LANE_SOFTMAX.period(self.steps),
            VectorOperation::Layernorm => LANE_LAYERNORM.period(self.steps),
            VectorOperation::LateSoftmax => LANE_LATE_SOFTMAX.period(self.steps),
            VectorOperation::Requantize
            | VectorOperation::Gelu
            | VectorOperation::Join
            | VectorOperation::Normalize => self.constants + self.steps,
        }
    }

    /// Cycles in which the engine reads for the instruction: from the cycle after its begin to the cycle in which the
    /// engine is ready for the next instruction.
    pub fn feed(&self) -> usize {
        self.tiles * self.groups * self.period()
    }

    /// Cycles from the begin of the instruction to its retirement: the last write, in `late_softmax` that of the last
    /// reciprocal.
    pub fn retire(&self) -> usize {
        match self.operation {
            VectorOperation::LateSoftmax => self.last_word() - RESULT + RECIPROCAL_STORE,
            VectorOperation::Requantize
            | VectorOperation::Gelu
            | VectorOperation::Join
            | VectorOperation::Softmax
            | VectorOperation::Layernorm
            | VectorOperation::Normalize => self.last_word(),
        }
    }

    /// Cycles from the begin of the instruction to the write of its last word.
    pub fn last_word(&self) -> usize {
        let before_last_row = self.feed() - self.period();
        let last_row = match self.operation {
            VectorOperation::Softmax => 1 + READ + LANE_SOFTMAX.last_result(self.steps) + RESULT,
            VectorOperation::LateSoftmax => 1 + READ + LANE_LATE_SOFTMAX.last_result(self.steps) + RESULT,
            VectorOperation::Layernorm => {
                1 + READ + LANE_LAYERNORM.last_result(self.steps) + 2 * REQUANTIZER_LATENCY + RESULT
            }
            VectorOperation::Join => self.period() + READ + BIAS + REQUANTIZER_LATENCY + RESULT,
            VectorOperation::Gelu => self.period() + READ + BIAS + GELU_LATENCY + 2 * REQUANTIZER_LATENCY + RESULT,
            VectorOperation::Normalize => self.period() + READ + ROW_MEAN_LATENCY + 2 * REQUANTIZER_LATENCY + RESULT,
            VectorOperation::Requantize => self.period() + READ + BIAS + 2 * REQUANTIZER_LATENCY + RESULT,
        };
        before_last_row + last_row
    }
}

/// Whether `next` may begin while `before`, the previous instruction, is in flight. Both must have the same operation
/// and parameter word, and row operations the same number of steps.
pub fn follows(before: &Vector, next: &Vector) -> bool {
    let steps = before.steps == next.steps || !next.operation.by_rows();
    before.operation == next.operation && before.parameters == next.parameters && steps
}

/// Predicts the cycles in which the engine is ready and in which each instruction of a sequence retires.
#[derive(Debug, Clone)]
pub struct Timeline {
    lanes: usize,
    before: Option<Vector>,
    fed: u64,
    retired: VecDeque<u64>,
}

impl Timeline {
    /// An idle engine of `lanes` lanes.
    pub fn new(lanes: usize) -> Self {
        Timeline { lanes, before: None, fed: 0, retired: VecDeque::new() }
    }

    /// The first cycle in which the engine is ready for the next instruction.
    pub fn ready(&self) -> u64 {
        let room = if self.retired.len() < UNDER_WAY { 0 } else { self.retired[0] + 1 };
        self.fed.max(room)
    }

    /// Starts the next instruction in cycle `start`, in which the engine must be ready. Returns the cycle in which the
    /// instruction retires.
    pub fn start(&mut self, start: u64, instruction: &Vector) -> u64 {
        let empty = self.retired.back().map_or(0, |retire| retire + 1);
        let at_once = self.before.is_some_and(|before| follows(&before, instruction));
        let begin = if at_once { start + 1 } else { (start + 1).max(empty) };
        let shape = Shape::of(instruction, self.lanes);
        let retire = begin + shape.retire() as u64;
        self.before = Some(*instruction);
        self.fed = begin + shape.feed() as u64;
        self.retired.push_back(retire);
        if self.retired.len() > UNDER_WAY {
            self.retired.pop_front();
        }
        retire
    }
}
