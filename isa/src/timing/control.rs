//! Fetch, dispatch, semaphores and issue (docs/control.md).

/// Depth of the queue of an engine, in instructions.
pub const QUEUE: usize = 8;

/// Limit of instructions in flight (granted, not retired) per engine.
pub const UNDER_WAY: usize = 8;

/// Limit of allocated instructions (requested, not dispatched) when a burst is requested.
pub const ALLOCATED: usize = 8;

/// Most instructions per fetch burst. A burst ends at a multiple of this number of instructions in memory.
pub const BURST: usize = 8;

/// Cycles from the last beat of an instruction to the first cycle in which it can be dispatched.
pub const CHECK: u64 = 2;

/// Largest count of a semaphore; 8 bits.
pub const SEMAPHORE_LIMIT: u16 = 255;
