//! [`Writes`]: the store engine and the write channels of the bus.

use super::port::Port;
use super::transfer::{Burst, BurstIssue};
use super::{MemoryTiming, due};
use ibert_isa::Memory;
use ibert_isa::timing::bus::{OUTSTANDING, STORE_READ};
use std::collections::VecDeque;

/// The read ports that stores share: A's with the matrix engine and R's with the vector engine. Those engines have
/// priority.
#[derive(Debug, Clone, Default)]
pub(super) struct ReadPorts {
    pub(super) a: Port,
    pub(super) r: Port,
}

impl ReadPorts {
    /// The port of a memory that stores read; `None` for other memories, which no legal store names.
    fn of(&mut self, memory: Memory) -> Option<&mut Port> {
        match memory {
            Memory::A => Some(&mut self.a),
            Memory::R => Some(&mut self.r),
            Memory::B | Memory::C | Memory::Y | Memory::K => None,
        }
    }

    /// Discards the uses of a memory's port before a cycle.
    fn forget_before(&mut self, memory: Memory, cycle: u64) {
        if let Some(port) = self.of(memory) {
            port.forget_before(cycle);
        }
    }

    /// The first cycle from `cycle` on in which the port of a memory is free.
    fn free_from(&mut self, memory: Memory, cycle: u64) -> u64 {
        self.of(memory).map_or(cycle, |port| port.free_from(cycle))
    }
}

/// A burst with words that are not yet read.
#[derive(Debug, Clone, Copy)]
struct Granted {
    burst: Burst,
    from: u64,
}

/// Store engine and write channels.
#[derive(Debug, Clone)]
pub(super) struct Writes {
    timing: MemoryTiming,
    pub(super) issue: BurstIssue,
    /// Words of the store that are not yet read.
    unread: u64,
    /// First cycle in which all words of the store are read.
    read_from: u64,
    granted: VecDeque<Granted>,
    /// First cycle in which the next word can be read.
    next_read: u64,
    /// Cycles in which the bus accepts the last four beats, latest first.
    beats: [u64; 4],
    /// Outstanding bursts: accepted, without a response.
    outstanding: usize,
    /// Cycles of outstanding responses, and whether each belongs to the last burst of a store.
    responses: VecDeque<(u64, bool)>,
    retires: VecDeque<u64>,
    bound: u64,
}

impl Writes {
    pub(super) fn new(side: usize, timing: MemoryTiming) -> Self {
        Writes {
            timing,
            issue: BurstIssue::new(side),
            unread: 0,
            read_from: 0,
            granted: VecDeque::new(),
            next_read: 0,
            beats: [0; 4],
            outstanding: 0,
            responses: VecDeque::new(),
            retires: VecDeque::new(),
            bound: u64::MAX,
        }
    }

    /// Accepts a burst.
    pub(super) fn accept(&mut self, cycle: u64) {
        if self.outstanding < OUTSTANDING && self.issue.requests() <= cycle {
            let burst = self.issue.accept(cycle);
            self.granted.push_back(Granted { burst, from: cycle + 1 });
            self.outstanding += 1;
            self.bound = self.bound.min(cycle + 1);
        }
    }

    /// First cycle in which the held store begins.
    fn begins(&self) -> u64 {
        self.issue.begins(if self.unread == 0 { self.read_from } else { u64::MAX })
    }

    /// Begins the held store if it may begin in this cycle.
    pub(super) fn begin(&mut self, cycle: u64) {
        if self.begins() <= cycle
            && let Some(transfer) = self.issue.begin(cycle)
        {
            self.unread = transfer.beats;
        }
    }

    /// Simulates up to the end of this cycle. Returns whether a store retires in it.
    pub(super) fn advance(&mut self, cycle: u64, ports: &mut ReadPorts) -> bool {
        if self.bound <= cycle {
            self.bound = self.words(cycle, ports);
        }
        if let Some((_, last)) = self.responses.front().copied().filter(|(response, _)| *response == cycle) {
            self.responses.pop_front();
            self.outstanding -= 1;
            if last {
                self.retires.push_back(cycle + 1);
            }
        }
        due(&mut self.retires, cycle)
    }

    /// Reads the words of all cycles up to this one. Returns a lower bound of the cycle in which the next word is read.
    fn words(&mut self, cycle: u64, ports: &mut ReadPorts) -> u64 {
        while let Some(granted) = self.granted.front_mut() {
            let memory = granted.burst.memory;
            let mut read = self.next_read.max(granted.from);
            ports.forget_before(memory, read);
            loop {
                // At most four beats wait for the bus. One of them is still in the memory's read pipeline, unless no
                // word was read in the previous cycle.
                let gone = if read == self.next_read { self.beats[3] } else { self.beats[2] };
                let room = if gone < read { read } else { (self.next_read + 1).max(self.beats[2] + 1) };
                let free = ports.free_from(memory, room);
                if free == read {
                    break;
                }
                read = free;
            }
            if read > cycle {
                return read;
            }
            self.next_read = read + 1;
            let beat = (read + STORE_READ).max(self.beats[0] + self.timing.cycles_per_beat);
            self.beats = [beat, self.beats[0], self.beats[1], self.beats[2]];
            self.unread -= 1;
            self.read_from = read + 1;
            granted.burst.beats -= 1;
            if granted.burst.beats == 0 {
                self.responses.push_back((beat + self.timing.write_latency, granted.burst.last));
                self.granted.pop_front();
            }
        }
        u64::MAX
    }

    /// The next cycle after this one in which the state may change.
    pub(super) fn next(&self, cycle: u64) -> u64 {
        let request = if self.outstanding < OUTSTANDING { self.issue.requests() } else { u64::MAX };
        let response = self.responses.front().map_or(u64::MAX, |(response, _)| *response);
        let retire = self.retires.front().copied().unwrap_or(u64::MAX);
        let own = request.min(self.begins()).max(cycle + 1);
        own.min(self.bound).min(response).min(retire)
    }
}
