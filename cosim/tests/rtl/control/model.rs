//! A scenario as docs/control.md describes it: the cycle model's control with engines of the scenario, and how a
//! program ends.
//!
//! Cycles are counted from the first running one. It knows when the last beat of each instruction came, which is
//! memory's doing, and nothing else of the hardware.

use super::scenario::Scenario;
use ibert_compile::cycles::{ControlModel, FetchBurst, Task};
use ibert_isa::{Engine, Stop};

/// `(cycle, engine, index)`.
pub(crate) type Event = (u64, usize, u64);

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Prediction {
    pub(crate) starts: Vec<Event>,
    pub(crate) retires: Vec<Event>,
    /// Cycle and index of the first instruction, beats.
    pub(crate) requests: Vec<(u64, u64, u64)>,
    /// Code and index; 0 and 0 at a normal end.
    pub(crate) stop: (u64, u64),
    /// Running cycles.
    pub(crate) cycles: u64,
    /// Busy, waiting and empty cycles of each engine.
    pub(crate) engines: [[u64; 3]; 4],
}

struct Model<'a> {
    scenario: &'a Scenario,
    beats: u64,
    /// Cycle of the last beat of each instruction; missing ones never came.
    fetched: &'a [u64],
    control: ControlModel,
    /// When each instruction would retire, if it was granted.
    retires: Vec<Option<u64>>,
    /// The instruction granted last of each engine.
    latest: [Option<usize>; 4],
    /// What retired in the cycle before.
    retired: [Option<usize>; 4],
    /// Everything was granted at the beginning of the cycle before.
    all_granted: bool,
    /// Candidates for the oldest instruction at the beginning of each cycle.
    oldest: Vec<u64>,
    /// One past the last cycle with a movement, up to each cycle; 0 before the first one.
    moved: Vec<u64>,
    requests: Vec<(u64, u64, u64)>,
}

impl<'a> Model<'a> {
    fn new(scenario: &'a Scenario, beats: u64, fetched: &'a [u64]) -> Self {
        let task =
            scenario.program.iter().map(|p| Task { engine: Engine::ALL[p.engine], waits: p.waits, posts: p.posts });
        Model {
            scenario,
            beats,
            fetched,
            control: ControlModel::new(task.collect(), scenario.address),
            retires: vec![None; scenario.program.len()],
            latest: [None; 4],
            retired: [None; 4],
            all_granted: scenario.program.is_empty(),
            oldest: vec![],
            moved: vec![],
            requests: vec![],
        }
    }

    /// Everything is dispatched and nothing is queued.
    fn nothing_queued(&self) -> bool {
        let queued = (0..4).any(|engine| !self.control.queued(Engine::ALL[engine]).is_empty());
        self.control.dispatched() == self.scenario.program.len() && !queued
    }

    /// What is waited for, seen at the beginning of a cycle.
    fn candidate(&self) -> u64 {
        let heads = (0..4).filter_map(|engine| match self.all_granted {
            true => self.control.under_way(Engine::ALL[engine]).front(),
            false => self.control.queued(Engine::ALL[engine]).front(),
        });
        heads.copied().min().unwrap_or(self.control.dispatched()) as u64
    }

    /// Whether the engine itself would take an instruction.
    fn ready(&self, engine: usize, cycle: u64) -> bool {
        let Some(latest) = self.latest[engine] else { return true };
        let from = self.control.times()[latest].started() + self.scenario.program[latest].gap;
        cycle >= from && self.control.under_way(Engine::ALL[engine]).len() < self.scenario.capacity[engine]
    }

    /// The instruction of an engine that retires in this cycle, or fails.
    fn retiring(&self, engine: usize, cycle: u64) -> Option<usize> {
        self.control.under_way(Engine::ALL[engine]).front().copied().filter(|index| self.retires[*index] == Some(cycle))
    }

    /// Whether the instruction to be dispatched next has been fetched and checked.
    fn at_head(&self, next: usize, cycle: u64) -> bool {
        self.fetched.get(next).is_some_and(|fetched| fetched + 2 <= cycle)
    }

    /// The stop of an instruction that was not read or is illegal.
    fn cannot_run(&self, index: usize) -> Option<(Stop, u64)> {
        let beats = index as u64 * self.beats..(index as u64 + 1) * self.beats;
        let answer = self.scenario.read_errors.iter().filter(|(beat, _)| beats.contains(beat)).min();
        if let Some((_, response)) = answer {
            let stop = if *response == 2 { Stop::ReadSlaveError } else { Stop::ReadDecodeError };
            let bursts = self.requests.iter().map(|(_, first, _)| *first);
            return Some((stop, bursts.filter(|first| *first <= index as u64).max().unwrap()));
        }
        self.scenario.program[index].illegal.map(|stop| (stop, index as u64))
    }

    /// The error of a cycle, the first of the order of precedence.
    fn error(&self, cycle: u64) -> Option<(Stop, u64)> {
        let scenario = self.scenario;
        if scenario.program.is_empty() {
            return Some((Stop::EmptyProgram, 0));
        }
        if !scenario.address.is_multiple_of(32) {
            return Some((Stop::UnalignedAddress, 0));
        }
        let failing = (0..4).filter_map(|engine| self.retiring(engine, cycle));
        if let Some((stop, index)) = failing.filter_map(|index| Some((scenario.program[index].fault?, index))).next() {
            return Some((stop, index as u64));
        }
        let passed = |posts: u16| (0..16).any(|s| posts >> s & 1 == 1 && self.control.semaphore(s) > 255);
        if let Some(index) = self.retired.iter().flatten().find(|index| passed(scenario.program[**index].posts)) {
            return Some((Stop::SemaphoreOverflow, *index as u64));
        }
        let next = self.control.dispatched();
        if self.at_head(next, cycle)
            && let Some(error) = self.cannot_run(next)
        {
            return Some(error);
        }
        let oldest = cycle.checked_sub(3).map_or(0, |then| self.oldest[then as usize]);
        let limit = u64::from(scenario.watchdog);
        if limit > 0 && cycle >= 2 && cycle - 1 - self.moved[cycle as usize - 2] >= limit {
            return Some((Stop::Deadlock, oldest));
        }
        (scenario.abort == Some(cycle)).then_some((Stop::Aborted, oldest))
    }

    fn request(&mut self, accepted: u64, FetchBurst { first, count }: FetchBurst) {
        self.requests.push((accepted, first as u64, count as u64 * self.beats));
    }

    /// Everything that happens in a cycle; whether something starts or retires.
    fn advance(&mut self, cycle: u64) -> bool {
        self.all_granted = self.nothing_queued();
        let next = self.control.dispatched();
        let hold = self.at_head(next, cycle) && self.cannot_run(next).is_some();
        let ready = [0, 1, 2, 3].map(|engine| self.ready(engine, cycle));
        let starting = self.control.cycle(cycle, ready, hold).is_some();
        if self.fetched.contains(&cycle) {
            self.control.fetched(cycle);
        }
        let mut moves = starting;
        for engine in 0..4 {
            let granted = self.control.under_way(Engine::ALL[engine]).back().copied();
            if let Some(index) = granted.filter(|index| self.retires[*index].is_none()) {
                let earlier = self.latest[engine].and_then(|latest| self.retires[latest]);
                let own = cycle + 1 + self.scenario.program[index].duration;
                self.retires[index] = Some(earlier.map_or(own, |earlier| own.max(earlier + 1)));
                self.latest[engine] = Some(index);
            }
            self.retired[engine] = self.retiring(engine, cycle);
            if self.retired[engine].is_some() {
                self.control.retire(cycle, Engine::ALL[engine]);
                moves = true;
            }
        }
        moves
    }
}

/// Runs a scenario. `fetched` has the cycle of the last beat of each instruction that came, `activity` the cycles in
/// which the bus moved.
pub(crate) fn predict(scenario: &Scenario, beats: u64, fetched: &[u64], activity: &[u64]) -> Prediction {
    let mut model = Model::new(scenario, beats, fetched);
    let mut prediction = Prediction::default();
    // A request that stands at the end is not withdrawn.
    let mut standing = None;
    for cycle in 0.. {
        assert!(cycle < 1_000_000, "the model does not end");
        for engine in 0..4 {
            let busy = !model.control.under_way(Engine::ALL[engine]).is_empty();
            let state = if busy { 0 } else { 1 + usize::from(model.control.queued(Engine::ALL[engine]).is_empty()) };
            prediction.engines[engine][state] += 1;
        }
        model.oldest.push(model.candidate());
        let error = model.error(cycle);
        let nothing_under_way = (0..4).all(|engine| model.control.under_way(Engine::ALL[engine]).is_empty());
        let finished = model.nothing_queued() && nothing_under_way;
        standing = model.control.request().filter(|_| scenario.address.is_multiple_of(32));
        if scenario.memory_ready(cycle)
            && let Some(burst) = standing.take()
        {
            model.request(cycle, burst);
            model.control.accepted();
        }
        let moves = model.advance(cycle) || activity.binary_search(&cycle).is_ok();
        let before = model.moved.last().copied().unwrap_or(0);
        model.moved.push(if moves { cycle + 1 } else { before });
        if error.is_some() || finished {
            prediction.stop = error.map_or((0, 0), |(stop, index)| (stop as u64, index));
            prediction.cycles = cycle + 1;
            break;
        }
    }
    let last = prediction.cycles - 1;
    if let Some(burst) = standing {
        let accepted = (last + 1..).find(|cycle| scenario.memory_ready(*cycle)).unwrap();
        model.request(accepted, burst);
    }
    for engine in 0..4 {
        let retires_until = last + 1 + scenario.drain[engine];
        // An engine that has failed retires nothing more.
        let mut failed = false;
        for (index, planned) in scenario.program.iter().enumerate().filter(|(_, planned)| planned.engine == engine) {
            let started = model.control.times()[index].started();
            // What is granted in the last cycle is cancelled.
            let Some(retire) = model.retires[index].filter(|_| started <= last) else { break };
            prediction.starts.push((started, engine, index as u64));
            failed |= planned.fault.is_some();
            if retire <= retires_until && !failed {
                prediction.retires.push((retire, engine, index as u64));
            }
        }
    }
    prediction.starts.sort_unstable();
    prediction.retires.sort_unstable();
    prediction.requests = model.requests;
    prediction
}
