//! The control as docs/control.md describes it: when each instruction is fetched, dispatched, granted, started and retired, and how a program ends.
//!
//! Cycles are counted from the first running one. It knows when the last beat of each instruction came, which is memory's doing, and nothing
//! else of the hardware.

use crate::scenario::Scenario;
use ibert_hdl::isa::Stop;

const QUEUE: usize = 8;
const UNDER_WAY: usize = 8;
const FETCHED: u64 = 16;
const BURST: u64 = 8;

/// What happens to one instruction, in running cycles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) dispatch: Option<u64>,
    pub(crate) grant: Option<u64>,
    /// When it would retire.
    retire: Option<u64>,
}

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
    times: Vec<Times>,
    /// Instructions of each engine, in order.
    lists: [Vec<usize>; 4],
    /// Candidates for the oldest instruction at the beginning of each cycle.
    oldest: Vec<u64>,
    /// One past the last cycle with a movement, up to each cycle; 0 before the first one.
    moved: Vec<u64>,
    requests: Vec<(u64, u64, u64)>,
    requested: u64,
}

fn before(time: Option<u64>, cycle: u64) -> bool {
    time.is_some_and(|time| time < cycle)
}

impl Model<'_> {
    fn dispatched(&self, cycle: u64) -> usize {
        self.times.iter().take_while(|times| before(times.dispatch, cycle)).count()
    }

    /// Instructions in the queue of an engine at the beginning of a cycle.
    fn queued(&self, engine: usize, cycle: u64) -> impl Iterator<Item = usize> {
        let here = move |i: &&usize| before(self.times[**i].dispatch, cycle) && !before(self.times[**i].grant, cycle);
        self.lists[engine].iter().filter(here).copied()
    }

    /// Instructions granted and not retired at the beginning of a cycle.
    fn under_way(&self, engine: usize, cycle: u64) -> impl Iterator<Item = usize> {
        let here = move |i: &&usize| before(self.times[**i].grant, cycle) && !before(self.times[**i].retire, cycle);
        self.lists[engine].iter().filter(here).copied()
    }

    /// A semaphore at the beginning of a cycle.
    fn semaphore(&self, semaphore: usize, cycle: u64) -> i64 {
        let sum = |mask: fn(&crate::scenario::Planned) -> u16, time: fn(&Times) -> Option<u64>| -> i64 {
            let program = self.scenario.program.iter().zip(&self.times);
            program.filter(|(p, t)| mask(p) >> semaphore & 1 == 1 && before(time(t), cycle)).count() as i64
        };
        sum(|p| p.posts, |t| t.retire) - sum(|p| p.waits, |t| t.grant)
    }

    /// Whether the engine itself would take an instruction.
    fn ready(&self, engine: usize, cycle: u64) -> bool {
        let started = self.lists[engine].iter().filter(|i| self.times[**i].grant.is_some());
        let Some(last) = started.clone().next_back() else { return true };
        let started_at = self.times[*last].grant.unwrap() + 1;
        let under_way = started.filter(|i| !before(self.times[**i].retire, cycle)).count();
        cycle >= started_at + self.scenario.program[*last].gap && under_way < self.scenario.capacity[engine]
    }

    /// What is waited for, seen at the beginning of a cycle.
    fn candidate(&self, cycle: u64) -> u64 {
        let oldest = |all_granted: bool| {
            let heads = (0..4).filter_map(|engine| match all_granted {
                true => self.under_way(engine, cycle).next(),
                false => self.queued(engine, cycle).next(),
            });
            heads.min().unwrap_or_else(|| self.dispatched(cycle)) as u64
        };
        let earlier = cycle.saturating_sub(1);
        let queued = (0..4).any(|engine| self.queued(engine, earlier).next().is_some());
        oldest(self.dispatched(earlier) == self.scenario.program.len() && !queued)
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
        let retiring = |engine: usize, cycle: u64| {
            self.lists[engine].iter().copied().find(move |i| self.times[*i].retire == Some(cycle))
        };
        for engine in 0..4 {
            if let Some(index) = retiring(engine, cycle)
                && let Some(stop) = scenario.program[index].fault
            {
                return Some((stop, index as u64));
            }
        }
        if cycle > 0 {
            for engine in 0..4 {
                if let Some(index) = retiring(engine, cycle - 1) {
                    let posts = scenario.program[index].posts;
                    let passed = |s: &usize| posts >> s & 1 == 1 && self.semaphore(*s, cycle) > 255;
                    if (0..16).any(|s| passed(&s)) {
                        return Some((Stop::SemaphoreOverflow, index as u64));
                    }
                }
            }
        }
        let next = self.dispatched(cycle);
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

    /// Accepts in cycle `accepted` the request that there may be in a cycle.
    fn request_at(&mut self, cycle: u64, accepted: u64) {
        let length = self.scenario.program.len() as u64;
        let allocated = self.requested - self.dispatched(cycle) as u64;
        if self.requested < length && allocated <= FETCHED - BURST {
            let slot = u64::from(self.scenario.address) / 32 + self.requested;
            let burst = (BURST - slot % BURST).min(length - self.requested);
            self.requests.push((accepted, self.requested, burst * self.beats));
            self.requested += burst;
        }
    }

    /// Grants and dispatches of a cycle.
    fn advance(&mut self, cycle: u64) {
        let granted_before = |then: u64| self.times.iter().any(|times| times.grant == Some(then));
        let granted = (0..4).find_map(|engine| {
            // Eligible by what was there at the beginning of the cycle before, in which nothing was granted or started in this engine.
            let before = cycle.checked_sub(1).filter(|before| !granted_before(*before))?;
            let starting =
                self.lists[engine].iter().any(|i| self.times[*i].grant.is_some_and(|grant| grant + 1 == before));
            let head = self.queued(engine, before).next()?;
            let waits = self.scenario.program[head].waits;
            let open = (0..16).all(|s| waits >> s & 1 == 0 || self.semaphore(s, before) > 0);
            let room = self.under_way(engine, before).count() < UNDER_WAY;
            (open && room && !starting && self.ready(engine, before)).then_some((engine, head))
        });
        let next = self.dispatched(cycle);
        if self.at_head(next, cycle) && self.cannot_run(next).is_none() {
            let engine = self.scenario.program[next].engine;
            if self.queued(engine, cycle).count() < QUEUE {
                self.times[next].dispatch = Some(cycle);
            }
        }
        if let Some((engine, head)) = granted {
            let earlier = self.lists[engine].iter().filter_map(|i| self.times[*i].retire).max();
            let own = cycle + 1 + self.scenario.program[head].duration;
            self.times[head].grant = Some(cycle);
            self.times[head].retire = Some(earlier.map_or(own, |earlier| own.max(earlier + 1)));
        }
    }
}

/// Runs a scenario. `fetched` has the cycle of the last beat of each instruction that came, `activity` the cycles in which the bus moved.
pub(crate) fn predict(scenario: &Scenario, beats: u64, fetched: &[u64], activity: &[u64]) -> Prediction {
    let length = scenario.program.len();
    let lists = std::array::from_fn(|engine| (0..length).filter(|i| scenario.program[*i].engine == engine).collect());
    let times = vec![Times::default(); length];
    let mut model =
        Model { scenario, beats, fetched, times, lists, oldest: vec![], moved: vec![], requests: vec![], requested: 0 };
    let mut prediction = Prediction::default();
    for cycle in 0.. {
        assert!(cycle < 1_000_000, "the model does not end");
        for engine in 0..4 {
            let busy = model.under_way(engine, cycle).next().is_some();
            let queued = model.queued(engine, cycle).next().is_some();
            prediction.engines[engine][if busy {
                0
            } else if queued {
                1
            } else {
                2
            }] += 1;
        }
        model.oldest.push(model.candidate(cycle));
        let error = model.error(cycle);
        let finished = model.dispatched(cycle) == length
            && (0..4).all(|e| model.queued(e, cycle).next().is_none() && model.under_way(e, cycle).next().is_none());
        if scenario.address.is_multiple_of(32) && scenario.memory_ready(cycle) {
            model.request_at(cycle, cycle);
        }
        model.advance(cycle);
        let starting = model.times.iter().any(|times| times.grant.is_some_and(|grant| grant + 1 == cycle));
        let retiring = model.times.iter().any(|times| times.retire == Some(cycle));
        let before = model.moved.last().copied().unwrap_or(0);
        let moves = starting || retiring || activity.binary_search(&cycle).is_ok();
        model.moved.push(if moves { cycle + 1 } else { before });
        if error.is_some() || finished {
            prediction.stop = error.map_or((0, 0), |(stop, index)| (stop as u64, index));
            prediction.cycles = cycle + 1;
            break;
        }
    }
    let last = prediction.cycles - 1;
    // A request that stands is not withdrawn.
    if scenario.address.is_multiple_of(32) && !scenario.memory_ready(last) {
        let accepted = (last + 1..).find(|cycle| scenario.memory_ready(*cycle)).unwrap();
        model.request_at(last, accepted);
    }
    let failed = |index: usize| scenario.program[index].fault.is_some();
    for engine in 0..4 {
        let started = model.lists[engine].iter().filter(|i| before(model.times[**i].grant, last)).copied();
        let retires_until = last + 1 + scenario.drain[engine];
        for index in started {
            let Times { grant, retire, .. } = model.times[index];
            prediction.starts.push((grant.unwrap() + 1, engine, index as u64));
            let in_time = retire.unwrap() <= retires_until;
            // An engine that has failed retires nothing more.
            let earlier = model.lists[engine].iter().take_while(|i| **i <= index);
            if in_time && !earlier.into_iter().any(|i| failed(*i)) {
                prediction.retires.push((retire.unwrap(), engine, index as u64));
            }
        }
    }
    prediction.starts.sort_unstable();
    prediction.retires.sort_unstable();
    prediction.requests = model.requests;
    prediction
}
