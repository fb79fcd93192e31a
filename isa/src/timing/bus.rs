//! The memory bus: an AXI4 master with INCR bursts of full width.

use crate::Memory;

/// Beats of the longest burst.
pub const BURST_BEATS: usize = 256;

/// Bytes of the block that no AXI4 burst may leave.
pub const AXI_BLOCK_BYTES: usize = 4096;

/// Read bursts outstanding, and write bursts outstanding.
pub const OUTSTANDING: usize = 8;

/// Cycles from the read of a word from its on-chip memory to its beat on the write channel.
pub const STORE_READ: u64 = 2;

/// Beats of `count` words of a memory on a bus of `side` bytes; 0 for C and Y, which no load or store moves.
pub const fn beats(memory: Memory, count: u64, side: usize) -> u64 {
    match memory.transfer_bytes(side) {
        Some(bytes) => (bytes / side) as u64 * count,
        None => 0,
    }
}

/// Bytes of the aligned block that no burst leaves, on a bus of `side` bytes: [`BURST_BEATS`] beats, at most [`AXI_BLOCK_BYTES`].
pub const fn block_bytes(side: usize) -> usize {
    if BURST_BEATS * side < AXI_BLOCK_BYTES { BURST_BEATS * side } else { AXI_BLOCK_BYTES }
}
