//! [`BurstIssue`]: splits a load or a store into burst requests.

use ibert_isa::Memory;
use ibert_isa::timing::bus::{beats, block_bytes};

/// A transfer of words between external and on-chip memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Transfer {
    /// On-chip memory.
    pub(super) memory: Memory,
    /// Byte address in external memory.
    pub(super) dram: u64,
    pub(super) beats: u64,
}

impl Transfer {
    /// A transfer of `count` words on a bus of `side` bytes.
    pub(super) fn new(side: usize, memory: Memory, dram: u64, count: u64) -> Self {
        Transfer { memory, dram, beats: beats(memory, count, side) }
    }
}

/// An accepted burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Burst {
    pub(super) memory: Memory,
    pub(super) beats: u64,
    /// Whether the burst is the last of its transfer.
    pub(super) last: bool,
}

/// Holds one transfer while it requests the bursts of the previous transfer (docs/memory-traffic.md).
#[derive(Debug, Clone)]
pub(super) struct BurstIssue {
    side: u64,
    block: u64,
    held: Option<Transfer>,
    /// First cycle in which the held transfer may begin.
    begin_from: u64,
    /// First cycle without a burst request, if `left.beats` is 0.
    quiet_from: u64,
    /// The part of the current transfer whose bursts are not yet accepted.
    left: Transfer,
    /// First cycle in which the next burst is requested.
    request_from: u64,
    pub(super) ready_from: u64,
}

impl BurstIssue {
    pub(super) fn new(side: usize) -> Self {
        BurstIssue {
            side: side as u64,
            block: block_bytes(side) as u64,
            held: None,
            begin_from: 0,
            quiet_from: 0,
            left: Transfer { memory: Memory::A, dram: 0, beats: 0 },
            request_from: 0,
            ready_from: 0,
        }
    }

    /// Holds a new transfer.
    pub(super) fn start(&mut self, cycle: u64, transfer: Transfer) {
        self.held = Some(transfer);
        self.begin_from = cycle + 1;
        self.ready_from = u64::MAX;
    }

    /// First cycle in which the held transfer begins, if the data side is ready from cycle `data_from` on.
    pub(super) fn begins(&self, data_from: u64) -> u64 {
        if self.held.is_none() || self.left.beats > 0 {
            return u64::MAX;
        }
        self.begin_from.max(self.quiet_from).max(data_from)
    }

    /// Begins the held transfer.
    pub(super) fn begin(&mut self, cycle: u64) -> Option<Transfer> {
        let transfer = self.held.take()?;
        self.left = transfer;
        self.request_from = cycle + 1;
        self.ready_from = cycle + 1;
        Some(transfer)
    }

    /// First cycle in which a burst is requested.
    pub(super) fn requests(&self) -> u64 {
        if self.left.beats > 0 { self.request_from } else { u64::MAX }
    }

    /// Accepts the requested burst.
    pub(super) fn accept(&mut self, cycle: u64) -> Burst {
        let room = (self.block - self.left.dram % self.block) / self.side;
        let beats = room.min(self.left.beats);
        self.left.dram += beats * self.side;
        self.left.beats -= beats;
        self.request_from = cycle + 1;
        self.quiet_from = cycle + 1;
        Burst { memory: self.left.memory, beats, last: self.left.beats == 0 }
    }
}
