//! The memory bus: an AXI4 master with INCR bursts of full width.

use crate::Memory;

/// Beats in the longest burst.
pub const BURST_BEATS: usize = 256;

/// Bytes of the aligned block whose boundary no AXI4 burst may cross.
pub const AXI_BLOCK_BYTES: usize = 4096;

/// Limit of outstanding read bursts, and of outstanding write bursts.
pub const OUTSTANDING: usize = 8;

/// Cycles from the read of a word of on-chip memory to its beat on the write channel.
pub const STORE_READ: u64 = 2;

/// Beats that transfer `count` words of a memory on a bus of `side` bytes; 0 for C and Y, which no load or store
/// accesses.
pub const fn beats(memory: Memory, count: u64, side: usize) -> u64 {
    match memory.transfer_bytes(side) {
        Some(bytes) => (bytes / side) as u64 * count,
        None => 0,
    }
}

/// Bytes of the aligned block whose boundary no burst crosses, on a bus of `side` bytes: [`BURST_BEATS`] beats, at most
/// [`AXI_BLOCK_BYTES`].
pub const fn block_bytes(side: usize) -> usize {
    if BURST_BEATS * side < AXI_BLOCK_BYTES { BURST_BEATS * side } else { AXI_BLOCK_BYTES }
}
