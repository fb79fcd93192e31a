//! Fetch, dispatch, semaphores and issue (docs/control.md).

/// Instructions that the queue of an engine holds.
pub const QUEUE: usize = 8;

/// Instructions of an engine that may be granted and not retired.
pub const UNDER_WAY: usize = 8;

/// Instructions that may be allocated (requested, not dispatched) when a burst is requested.
pub const ALLOCATED: usize = 8;

/// Instructions of a fetch burst, which ends at a multiple of this number in memory.
pub const BURST: usize = 8;

/// Cycles from the last beat of an instruction to the first cycle in which it can be dispatched.
pub const CHECK: u64 = 2;

/// Largest count of a semaphore, 8 bits.
pub const SEMAPHORE_LIMIT: u16 = 255;
