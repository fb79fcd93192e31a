//! [`Port`]: the cycles in which the higher-priority engine uses a memory port.

use std::collections::VecDeque;

/// `count` runs of `length` cycles each, which start `period` cycles apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Runs {
    pub(super) first: u64,
    pub(super) length: u64,
    pub(super) period: u64,
    pub(super) count: u64,
}

impl Runs {
    /// One past the last cycle.
    fn end(&self) -> u64 {
        self.first + (self.count - 1) * self.period + self.length
    }

    /// The first cycle from `cycle` on that is not in a run.
    fn free_from(&self, cycle: u64) -> u64 {
        if cycle < self.first || cycle >= self.end() {
            return cycle;
        }
        if self.length == self.period {
            return self.end();
        }
        let within = (cycle - self.first) % self.period;
        if within < self.length { cycle - within + self.length } else { cycle }
    }

    /// The first cycle from `cycle` on that is in a run; `None` if there is none.
    fn busy_from(&self, cycle: u64) -> Option<u64> {
        if cycle <= self.first {
            return Some(self.first);
        }
        if cycle >= self.end() {
            return None;
        }
        let within = (cycle - self.first) % self.period;
        Some(if within < self.length { cycle } else { cycle - within + self.period })
    }
}

/// The known cycles in which the higher-priority engine uses a port, in ascending order.
#[derive(Debug, Clone, Default)]
pub(super) struct Port {
    runs: VecDeque<Runs>,
}

impl Port {
    pub(super) fn reserve(&mut self, runs: Runs) {
        self.runs.push_back(runs);
    }

    /// Discards the cycles before this one; they will not be queried again.
    pub(super) fn forget_before(&mut self, cycle: u64) {
        while self.runs.front().is_some_and(|runs| runs.end() <= cycle) {
            self.runs.pop_front();
        }
    }

    /// The first cycle from `cycle` on in which the port is free.
    pub(super) fn free_from(&self, cycle: u64) -> u64 {
        let mut free = cycle;
        for runs in &self.runs {
            if runs.first > free {
                break;
            }
            free = runs.free_from(free);
        }
        free
    }

    /// The first cycle from `cycle` on in which the port is used; `u64::MAX` if no such cycle is known.
    pub(super) fn busy_from(&self, cycle: u64) -> u64 {
        self.runs.iter().find_map(|runs| runs.busy_from(cycle)).unwrap_or(u64::MAX)
    }
}
