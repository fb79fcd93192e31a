//! [`ControlModel`]: fetch, dispatch, issue and semaphores, as docs/control.md describes them.

use super::Times;
use ibert_isa::timing::control::{ALLOCATED, BURST, CHECK, QUEUE, SEMAPHORE_LIMIT, UNDER_WAY};
use ibert_isa::{Engine, INSTRUCTION_BYTES, Instruction, SEMAPHORES};
use std::collections::VecDeque;

/// The parts of an instruction that control uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// Engine that executes the instruction.
    pub engine: Engine,
    /// Semaphores that the instruction waits for, bit i for semaphore i.
    pub waits: u16,
    /// Semaphores that the instruction posts, bit i for semaphore i.
    pub posts: u16,
}

impl Task {
    /// The task of an instruction.
    pub fn of(instruction: &Instruction) -> Self {
        Task { engine: instruction.operation.engine(), waits: instruction.wait, posts: instruction.post }
    }
}

/// Consecutive instructions that are fetched in one burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchBurst {
    /// Index of the first instruction.
    pub first: usize,
    /// Number of instructions.
    pub count: usize,
}

/// Model of the accelerator's control, stepped cycle by cycle or from one event to the next.
///
/// Call order in each cycle in which something may happen (see [`ControlModel::next`]):
/// [`request`](ControlModel::request), [`cycle`](ControlModel::cycle), then the events of the cycle:
/// [`accepted`](ControlModel::accepted), [`fetched`](ControlModel::fetched), [`retire`](ControlModel::retire). Cycles
/// without events may be skipped.
#[derive(Debug, Clone)]
pub struct ControlModel {
    tasks: Vec<Task>,
    times: Vec<Times>,
    /// Index of the first instruction within its 256-byte block.
    first_slot: usize,
    requested: usize,
    fetched: usize,
    dispatched: usize,
    queues: [VecDeque<usize>; Engine::COUNT],
    under_way: [VecDeque<usize>; Engine::COUNT],
    semaphores: [u16; SEMAPHORES],
    /// Semaphores above 0.
    available: u16,
    /// Engines that are eligible for a grant in this cycle.
    eligible: [bool; Engine::COUNT],
    eligible_in: u64,
    /// Cycle and instruction of the last grant.
    granted: Option<(u64, usize)>,
    changed: bool,
    overflow: bool,
}

impl ControlModel {
    /// State at the beginning of cycle 0, with a program at byte address `address`.
    pub fn new(tasks: Vec<Task>, address: u32) -> Self {
        ControlModel {
            times: vec![Times::default(); tasks.len()],
            tasks,
            first_slot: address as usize / INSTRUCTION_BYTES % BURST,
            requested: 0,
            fetched: 0,
            dispatched: 0,
            queues: Default::default(),
            under_way: Default::default(),
            semaphores: [0; SEMAPHORES],
            available: 0,
            eligible: [false; Engine::COUNT],
            eligible_in: 0,
            granted: None,
            changed: true,
            overflow: false,
        }
    }

    /// Fetch burst requested in this cycle.
    pub fn request(&self) -> Option<FetchBurst> {
        let left = self.tasks.len() - self.requested;
        if left == 0 || self.requested - self.dispatched > ALLOCATED {
            return None;
        }
        let slot = (self.first_slot + self.requested) % BURST;
        Some(FetchBurst { first: self.requested, count: left.min(BURST - slot) })
    }

    /// The fetch request is accepted in this cycle.
    pub fn accepted(&mut self) {
        if let Some(burst) = self.request() {
            self.requested += burst.count;
        }
    }

    /// The last beat of the next instruction arrives in this cycle.
    pub fn fetched(&mut self, cycle: u64) {
        self.times[self.fetched].fetched = cycle;
        self.fetched += 1;
    }

    /// Performs the grants and dispatches of a cycle. Returns engine and index of the instruction that starts in it.
    /// `ready` marks the engines that accept an instruction; `hold` stops the dispatch.
    pub fn cycle(&mut self, cycle: u64, ready: [bool; Engine::COUNT], hold: bool) -> Option<(Engine, usize)> {
        self.changed = false;
        let eligible = if self.eligible_in == cycle { self.eligible } else { [false; Engine::COUNT] };
        let starting = self.granted.filter(|(granted, _)| granted + 1 == cycle).map(|(_, index)| index);
        let grant = Engine::ALL.into_iter().find(|engine| eligible[engine.index()]);

        // Eligibility in the next cycle follows from the state at the beginning of this cycle.
        let starting_engine = starting.map(|index| self.tasks[index].engine);
        self.eligible = [false; Engine::COUNT];
        if grant.is_none() {
            for (engine, ready) in Engine::ALL.into_iter().zip(ready) {
                let head = self.queued(engine).front();
                let eligible = ready
                    && starting_engine != Some(engine)
                    && self.under_way(engine).len() < UNDER_WAY
                    && head.is_some_and(|head| self.tasks[*head].waits & !self.available == 0);
                self.eligible[engine.index()] = eligible;
                self.changed |= eligible;
            }
        }
        self.eligible_in = cycle + 1;

        let dispatch = !hold && self.dispatchable().is_some_and(|earliest| earliest <= cycle);
        if let Some(engine) = grant
            && let Some(index) = self.queues[engine.index()].pop_front()
        {
            self.times[index].granted = cycle;
            self.under_way[engine.index()].push_back(index);
            let waits = self.tasks[index].waits;
            self.each_semaphore(waits, |count| *count -= 1);
            self.granted = Some((cycle, index));
            self.changed = true;
        }
        if dispatch {
            let index = self.dispatched;
            self.times[index].dispatched = cycle;
            self.queues[self.tasks[index].engine.index()].push_back(index);
            self.dispatched += 1;
            self.changed = true;
        }
        self.changed |= starting.is_some();
        starting_engine.zip(starting)
    }

    /// Retires the oldest instruction of an engine in this cycle and returns its index.
    ///
    /// # Panics
    /// If the engine has no instruction in flight.
    pub fn retire(&mut self, cycle: u64, engine: Engine) -> usize {
        let index = self.under_way[engine.index()].pop_front().expect("only what was granted retires");
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

    /// The first cycle in which the next instruction can be dispatched; `None` if its queue is full.
    fn dispatchable(&self) -> Option<u64> {
        let next = self.dispatched;
        let room = next < self.fetched && self.queued(self.tasks[next].engine).len() < QUEUE;
        room.then(|| self.times[next].fetched + CHECK)
    }

    /// The first cycle after `cycle` in which control may change state without an external event, given the first
    /// cycles in which the engines are ready.
    pub fn next(&self, cycle: u64, ready_from: [u64; Engine::COUNT]) -> u64 {
        if self.changed {
            return cycle + 1;
        }
        let dispatch = self.dispatchable().map_or(u64::MAX, |earliest| earliest.max(cycle + 1));
        let waits = |(queue, ready_from): (&VecDeque<usize>, u64)| {
            (!queue.is_empty() && ready_from > cycle).then_some(ready_from)
        };
        self.queues.iter().zip(ready_from).filter_map(waits).fold(dispatch, u64::min)
    }

    /// Indices of the instructions in the queue of an engine.
    pub fn queued(&self, engine: Engine) -> &VecDeque<usize> {
        &self.queues[engine.index()]
    }

    /// Indices of an engine's instructions in flight (granted, not retired).
    pub fn under_way(&self, engine: Engine) -> &VecDeque<usize> {
        &self.under_way[engine.index()]
    }

    /// Number of instructions dispatched.
    pub fn dispatched(&self) -> usize {
        self.dispatched
    }

    /// Count of a semaphore.
    pub fn semaphore(&self, semaphore: usize) -> u16 {
        self.semaphores[semaphore]
    }

    /// Whether a semaphore has passed 255.
    pub fn overflowed(&self) -> bool {
        self.overflow
    }

    /// The tasks of the program.
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// Cycles of each instruction; events that have not happened yet are 0.
    pub fn times(&self) -> &[Times] {
        &self.times
    }
}
