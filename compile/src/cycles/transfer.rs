//! [`BurstIssue`]: from a load or a store to requests of bursts.

use ibert_isa::Memory;
use ibert_isa::timing::bus::{beats, block_bytes};

/// Words between memory and a memory of the chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Transfer {
    /// On the chip.
    pub(super) memory: Memory,
    /// Byte address.
    pub(super) dram: u64,
    pub(super) beats: u64,
}

impl Transfer {
    /// Of `count` words on a bus of `side` bytes.
    pub(super) fn new(side: usize, memory: Memory, dram: u64, count: u64) -> Self {
        Transfer { memory, dram, beats: beats(memory, count, side) }
    }
}

/// A burst that is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Burst {
    pub(super) memory: Memory,
    pub(super) beats: u64,
    /// The last one of its transfer.
    pub(super) last: bool,
}

/// Holds one transfer and requests the bursts of the one before (docs/memory-traffic.md).
#[derive(Debug, Clone)]
pub(super) struct BurstIssue {
    side: u64,
    block: u64,
    held: Option<Transfer>,
    /// The held one may begin from here on.
    begin_from: u64,
    /// No burst is requested from here on, if `left.beats` is 0.
    quiet_from: u64,
    /// What is not yet accepted of the one that has begun.
    left: Transfer,
    /// The next burst is requested from here on.
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

    /// Starts a transfer.
    pub(super) fn start(&mut self, cycle: u64, transfer: Transfer) {
        self.held = Some(transfer);
        self.begin_from = cycle + 1;
        self.ready_from = u64::MAX;
    }

    /// The first cycle in which the held transfer begins, if the data side is ready from `data_from` on.
    pub(super) fn begins(&self, data_from: u64) -> u64 {
        if self.held.is_none() || self.left.beats > 0 {
            return u64::MAX;
        }
        self.begin_from.max(self.quiet_from).max(data_from)
    }

    /// It begins.
    pub(super) fn begin(&mut self, cycle: u64) -> Option<Transfer> {
        let transfer = self.held.take()?;
        self.left = transfer;
        self.request_from = cycle + 1;
        self.ready_from = cycle + 1;
        Some(transfer)
    }

    /// The first cycle in which a burst is requested.
    pub(super) fn requests(&self) -> u64 {
        if self.left.beats > 0 { self.request_from } else { u64::MAX }
    }

    /// The burst is accepted.
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
