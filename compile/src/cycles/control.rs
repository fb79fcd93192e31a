//! [`Control`]: fetch, dispatch, issue and semaphores, as docs/control.md describes them.

use super::Times;
use std::collections::VecDeque;

/// Instructions that an engine's queue holds.
const QUEUE: usize = 8;
/// Instructions of an engine that may be granted and not retired.
const UNDER_WAY: usize = 8;
/// Instructions that may be allocated (requested, not dispatched) when a burst is requested.
const ALLOCATED: usize = 8;
/// Instructions of a burst, which ends at a multiple of so many in memory.
const BURST: usize = 8;
/// Cycles from an instruction's last beat until it can be dispatched.
const CHECK: u64 = 2;
/// What an 8-bit semaphore holds.
const SEMAPHORE_LIMIT: u16 = 255;

/// What control knows of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// 0 load, 1 store, 2 matrix, 3 vector.
    pub engine: usize,
    /// Semaphores that it waits for.
    pub waits: u16,
    /// Semaphores that it posts.
    pub posts: u16,
}

/// A run of instructions that is read from memory at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchBurst {
    /// Index of the first one.
    pub first: usize,
    /// How many.
    pub count: usize,
}

/// The control of the accelerator, cycle by cycle or from one event to the next.
///
/// In each cycle in which something may happen (see [`Control::next`]), in this order: [`request`](Control::request), [`cycle`](Control::cycle), then what
/// the cycle brings: [`accepted`](Control::accepted), [`fetched`](Control::fetched), [`retire`](Control::retire). Cycles without events may be left out.
#[derive(Debug, Clone)]
pub struct Control {
    tasks: Vec<Task>,
    times: Vec<Times>,
    /// Place of the first instruction within 256 bytes.
    first_slot: usize,
    requested: usize,
    fetched: usize,
    dispatched: usize,
    queues: [VecDeque<usize>; 4],
    under_way: [VecDeque<usize>; 4],
    semaphores: [u16; 16],
    /// Semaphores above 0.
    available: u16,
    /// Engines that are eligible in this cycle.
    eligible: [bool; 4],
    eligible_in: u64,
    /// The last grant.
    granted: Option<(u64, usize)>,
    changed: bool,
    overflow: bool,
}

impl Control {
    /// At the beginning of cycle 0, with a program at a byte address.
    pub fn new(tasks: Vec<Task>, address: u32) -> Self {
        Control {
            times: vec![Times::default(); tasks.len()],
            tasks,
            first_slot: address as usize / 32 % BURST,
            requested: 0,
            fetched: 0,
            dispatched: 0,
            queues: Default::default(),
            under_way: Default::default(),
            semaphores: [0; 16],
            available: 0,
            eligible: [false; 4],
            eligible_in: 0,
            granted: None,
            changed: true,
            overflow: false,
        }
    }

    /// The burst that is requested in this cycle.
    pub fn request(&self) -> Option<FetchBurst> {
        let left = self.tasks.len() - self.requested;
        if left == 0 || self.requested - self.dispatched > ALLOCATED {
            return None;
        }
        let slot = (self.first_slot + self.requested) % BURST;
        Some(FetchBurst { first: self.requested, count: left.min(BURST - slot) })
    }

    /// The request is accepted.
    pub fn accepted(&mut self) {
        if let Some(burst) = self.request() {
            self.requested += burst.count;
        }
    }

    /// The last beat of the next instruction comes in this cycle.
    pub fn fetched(&mut self, cycle: u64) {
        self.times[self.fetched].fetched = cycle;
        self.fetched += 1;
    }

    /// Grants and dispatches of a cycle, and what starts in it: engine and index. `ready` are the engines that would take an instruction;
    /// `hold` stops the dispatch.
    pub fn cycle(&mut self, cycle: u64, ready: [bool; 4], hold: bool) -> Option<(usize, usize)> {
        self.changed = false;
        let eligible = if self.eligible_in == cycle { self.eligible } else { [false; 4] };
        let starting = self.granted.filter(|(granted, _)| granted + 1 == cycle).map(|(_, index)| index);
        let grant = (0..4).find(|engine| eligible[*engine]);

        // Eligible in the next cycle, by what is there at the beginning of this one.
        let starting_engine = starting.map(|index| self.tasks[index].engine);
        self.eligible = [false; 4];
        if grant.is_none() {
            for (engine, ready) in ready.into_iter().enumerate() {
                self.eligible[engine] = ready
                    && starting_engine != Some(engine)
                    && self.under_way[engine].len() < UNDER_WAY
                    && self.queues[engine].front().is_some_and(|head| self.tasks[*head].waits & !self.available == 0);
                self.changed |= self.eligible[engine];
            }
        }
        self.eligible_in = cycle + 1;

        let dispatch = !hold && self.dispatchable().is_some_and(|earliest| earliest <= cycle);
        if let Some(engine) = grant
            && let Some(index) = self.queues[engine].pop_front()
        {
            self.times[index].granted = cycle;
            self.under_way[engine].push_back(index);
            let waits = self.tasks[index].waits;
            self.each_semaphore(waits, |count| *count -= 1);
            self.granted = Some((cycle, index));
            self.changed = true;
        }
        if dispatch {
            let index = self.dispatched;
            self.times[index].dispatched = cycle;
            self.queues[self.tasks[index].engine].push_back(index);
            self.dispatched += 1;
            self.changed = true;
        }
        self.changed |= starting.is_some();
        starting_engine.zip(starting)
    }

    /// The oldest instruction of an engine retires in this cycle: its index.
    ///
    /// # Panics
    /// If it has none.
    pub fn retire(&mut self, cycle: u64, engine: usize) -> usize {
        let index = self.under_way[engine].pop_front().expect("only what was granted retires");
        self.times[index].retired = cycle;
        let posts = self.tasks[index].posts;
        self.each_semaphore(posts, |count| *count += 1);
        self.changed = true;
        index
    }

    fn each_semaphore(&mut self, mask: u16, change: impl Fn(&mut u16)) {
        let mut left = mask;
        while left != 0 {
            let semaphore = left.trailing_zeros() as usize;
            let count = &mut self.semaphores[semaphore];
            change(count);
            self.overflow |= *count > SEMAPHORE_LIMIT;
            let bit = 1 << semaphore;
            self.available = if *count > 0 { self.available | bit } else { self.available & !bit };
            left &= left - 1;
        }
    }

    /// The first cycle in which the next instruction can be dispatched, if its queue has room.
    fn dispatchable(&self) -> Option<u64> {
        let next = self.dispatched;
        let room = next < self.fetched && self.queues[self.tasks[next].engine].len() < QUEUE;
        room.then(|| self.times[next].fetched + CHECK)
    }

    /// The first cycle after `cycle` in which something may happen by itself, given the first cycles in which engines are ready.
    pub fn next(&self, cycle: u64, ready_from: [u64; 4]) -> u64 {
        if self.changed {
            return cycle + 1;
        }
        let dispatch = self.dispatchable().map_or(u64::MAX, |earliest| earliest.max(cycle + 1));
        let waits = |engine: &usize| !self.queues[*engine].is_empty() && ready_from[*engine] > cycle;
        (0..4).filter(waits).map(|engine| ready_from[engine]).fold(dispatch, u64::min)
    }

    /// Instructions in the queue of an engine.
    pub fn queued(&self, engine: usize) -> &VecDeque<usize> {
        &self.queues[engine]
    }

    /// Instructions of an engine granted and not retired.
    pub fn under_way(&self, engine: usize) -> &VecDeque<usize> {
        &self.under_way[engine]
    }

    /// Instructions dispatched.
    pub fn dispatched(&self) -> usize {
        self.dispatched
    }

    /// A semaphore's count.
    pub fn semaphore(&self, semaphore: usize) -> u16 {
        self.semaphores[semaphore]
    }

    /// A semaphore has passed 255.
    pub fn overflowed(&self) -> bool {
        self.overflow
    }

    /// The program.
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// The cycles of each instruction, as far as they have come.
    pub fn times(&self) -> &[Times] {
        &self.times
    }
}
