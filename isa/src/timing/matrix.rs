//! The matrix engine (docs/machine.md, "matmul").

use crate::Matmul;

/// Cycles of a tile, from its first operands to those of the next: the depth, but at least N, the rows that drain.
pub fn period(matmul: &Matmul, side: u64) -> u64 {
    matmul.depth.max(side)
}

/// Cycles from the start of an instruction to the last operands that it reads.
pub fn feed(matmul: &Matmul, side: u64) -> u64 {
    period(matmul, side) * matmul.tiles
}

/// Cycles from the start of an instruction to the first one in which the engine takes the next: that of the last operands but one.
pub fn ready(matmul: &Matmul, side: u64) -> u64 {
    feed(matmul, side) - 1
}

/// Cycles from the start of an instruction to its retirement: skew, array and drain come after the last operands.
pub fn retire(matmul: &Matmul, side: u64) -> u64 {
    feed(matmul, side) + 2 * side + 4
}
