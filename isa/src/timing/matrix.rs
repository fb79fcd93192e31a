//! The matrix engine (docs/machine.md, "matmul").

use crate::Matmul;

/// Cycles from the first operands of a tile to the first operands of the next tile: the depth, but at least N, the
/// number of rows that drain.
pub fn period(matmul: &Matmul, side: u64) -> u64 {
    matmul.depth.max(side)
}

/// Cycles from the start of an instruction to the last operands that it reads.
pub fn feed(matmul: &Matmul, side: u64) -> u64 {
    period(matmul, side) * matmul.tiles
}

/// Cycles from the start of an instruction to the first cycle in which the engine accepts the next one: the cycle of
/// the last operands but one.
pub fn ready(matmul: &Matmul, side: u64) -> u64 {
    feed(matmul, side) - 1
}

/// Cycles from the start of an instruction to its retirement: skew, array and drain follow the last operands.
pub fn retire(matmul: &Matmul, side: u64) -> u64 {
    feed(matmul, side) + 2 * side + 4
}
