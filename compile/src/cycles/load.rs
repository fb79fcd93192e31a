//! [`Reads`]: the read channels of the bus, the fetcher and the load engine.

use super::control::FetchBurst;
use super::port::Port;
use super::transfer::{Burst, BurstIssue};
use super::{ControlModel, MemoryTiming, due};
use ibert_isa::timing::bus::OUTSTANDING;
use ibert_isa::{INSTRUCTION_BYTES, Memory};
use std::collections::VecDeque;

/// The write ports that loads share with the vector engine, which has priority.
#[derive(Debug, Clone, Default)]
pub(super) struct WritePorts {
    pub(super) a: Port,
    pub(super) b: Port,
    pub(super) r: Port,
}

impl WritePorts {
    /// The shared port of a memory; `None` for memories that only one engine writes.
    pub(super) fn of(&mut self, memory: Memory) -> Option<&mut Port> {
        match memory {
            Memory::A => Some(&mut self.a),
            Memory::B => Some(&mut self.b),
            Memory::R => Some(&mut self.r),
            Memory::C | Memory::Y | Memory::K => None,
        }
    }

    fn free_from(&mut self, memory: Memory, cycle: u64) -> u64 {
        self.of(memory).map_or(cycle, |port| {
            port.forget_before(cycle);
            port.free_from(cycle)
        })
    }

    fn busy_from(&mut self, memory: Memory, cycle: u64) -> u64 {
        self.of(memory).map_or(u64::MAX, |port| port.busy_from(cycle))
    }
}

/// Destination of a burst.
#[derive(Debug, Clone, Copy)]
enum Owner {
    Fetch,
    /// A load: the memory, and whether the burst is the last of the load.
    Load(Memory, bool),
}

#[derive(Debug, Clone, Copy)]
struct Outstanding {
    owner: Owner,
    /// Beats that have not arrived.
    beats: u64,
    /// First cycle in which the first beat is valid.
    from: u64,
}

/// A beat of a load between the bus and the on-chip memory.
#[derive(Debug, Clone, Copy)]
struct Held {
    memory: Memory,
    taken: u64,
    /// Whether the beat is the last of its load.
    last: bool,
}

/// Read channels, beats of the fetcher, and load engine.
#[derive(Debug, Clone)]
pub(super) struct Reads {
    timing: MemoryTiming,
    /// Beats per instruction.
    instruction: u64,
    pub(super) issue: BurstIssue,
    outstanding: VecDeque<Outstanding>,
    /// First cycle in which the memory can return the next beat.
    next_beat: u64,
    held: Option<Held>,
    /// First cycle in which a load's beat can be accepted, if no beat is held.
    take_from: u64,
    retires: VecDeque<u64>,
    /// No beat changes state before this cycle.
    bound: u64,
}

impl Reads {
    pub(super) fn new(side: usize, timing: MemoryTiming) -> Self {
        Reads {
            timing,
            instruction: (INSTRUCTION_BYTES / side) as u64,
            issue: BurstIssue::new(side),
            outstanding: VecDeque::new(),
            next_beat: 0,
            held: None,
            take_from: 0,
            retires: VecDeque::new(),
            bound: u64::MAX,
        }
    }

    /// Accepts a request; the fetcher has priority.
    pub(super) fn accept(&mut self, cycle: u64, fetch: Option<FetchBurst>, control: &mut ControlModel) {
        if self.outstanding.len() == OUTSTANDING {
            return;
        }
        let from = cycle + 1 + self.timing.read_latency;
        if let Some(burst) = fetch {
            control.accepted();
            self.outstanding.push_back(Outstanding {
                owner: Owner::Fetch,
                beats: burst.count as u64 * self.instruction,
                from,
            });
        } else if self.issue.requests() <= cycle {
            let Burst { memory, beats, last } = self.issue.accept(cycle);
            self.outstanding.push_back(Outstanding { owner: Owner::Load(memory, last), beats, from });
        } else {
            return;
        }
        self.bound = self.bound.min(from);
    }

    /// Begins the held load if it may begin in this cycle.
    pub(super) fn begin(&mut self, cycle: u64) {
        if self.issue.begins(0) <= cycle {
            self.issue.begin(cycle);
        }
    }

    /// Simulates up to the end of this cycle. Returns whether a load retires in it.
    pub(super) fn advance(&mut self, cycle: u64, ports: &mut WritePorts, control: &mut ControlModel) -> bool {
        if self.bound <= cycle {
            self.bound = self.beats(cycle, ports, control);
        }
        due(&mut self.retires, cycle)
    }

    /// Accepts the beats of all cycles up to this one. Returns a lower bound of the cycle of the next event of a beat.
    fn beats(&mut self, cycle: u64, ports: &mut WritePorts, control: &mut ControlModel) -> u64 {
        let pace = self.timing.cycles_per_beat;
        loop {
            let mut bound = u64::MAX;
            if let Some(held) = self.held {
                let leaves = ports.free_from(held.memory, held.taken + 1);
                if leaves <= cycle {
                    if held.last {
                        self.retires.push_back(leaves + 1);
                    }
                    self.held = None;
                } else if held.last {
                    bound = leaves;
                }
                self.take_from = leaves;
            }
            let Some(front) = self.outstanding.front_mut() else { return bound };
            let offered = front.from.max(self.next_beat);
            match front.owner {
                Owner::Fetch => {
                    // Beats of one instruction at a time.
                    let beats = (front.beats - 1) % self.instruction + 1;
                    let whole = offered + (beats - 1) * pace;
                    if whole > cycle {
                        return bound.min(whole);
                    }
                    front.beats -= beats;
                    self.next_beat = whole + pace;
                    control.fetched(whole);
                }
                Owner::Load(memory, last) => {
                    let take = offered.max(self.take_from);
                    if take > cycle {
                        return bound.min(take + (front.beats - 1) * pace);
                    }
                    // A run of beats whose memory port is free, or one beat whose port is busy.
                    let busy = ports.busy_from(memory, take + 1);
                    let free = (busy - take - 1).div_ceil(pace).max(1);
                    let beats = front.beats.min((cycle - take) / pace + 1).min(free);
                    let taken = take + (beats - 1) * pace;
                    front.beats -= beats;
                    self.next_beat = taken + pace;
                    self.held = Some(Held { memory, taken, last: last && front.beats == 0 });
                }
            }
            if front.beats == 0 {
                self.outstanding.pop_front();
            }
        }
    }

    /// The next cycle after this one in which the state may change.
    pub(super) fn next(&self, cycle: u64, fetching: bool) -> u64 {
        let room = self.outstanding.len() < OUTSTANDING;
        let fetch = if room && fetching { cycle + 1 } else { u64::MAX };
        let request = if room { self.issue.requests() } else { u64::MAX };
        let retire = self.retires.front().copied().unwrap_or(u64::MAX);
        let own = fetch.min(request).min(self.issue.begins(0)).max(cycle + 1);
        own.min(self.bound).min(retire)
    }
}
