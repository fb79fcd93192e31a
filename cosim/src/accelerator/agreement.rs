//! [`Agreement`]: what the cycle model predicted against what the RTL did, instruction by instruction.

use super::Observed;
use ibert_compile::cycles::Prediction;
use ibert_isa::Instruction;
use std::fmt::Write;

/// Instructions shown on either side of the first mismatch.
const AROUND: usize = 8;

/// A prediction compared with an observation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Instructions whose start or retirement came in another cycle.
    pub mismatches: usize,
    /// The earliest of them by cycle, with both traces around it.
    pub first: Option<String>,
    /// The counters that differ, predicted and observed: of the program and of the engines.
    pub counters: Option<String>,
}

impl Agreement {
    /// Compares every start, every retirement and all counters.
    pub fn new(program: &[Instruction], prediction: &Prediction, observed: &Observed) -> Self {
        let predicted: Vec<(u64, u64)> =
            prediction.times.iter().map(|times| (times.started(), times.retired)).collect();
        let seen: Vec<(u64, u64)> = observed.timeline.iter().map(|seen| (seen.start, seen.retire)).collect();
        let wrong: Vec<usize> = (0..program.len()).filter(|index| predicted[*index] != seen[*index]).collect();
        let earliest = |index: &usize| {
            let [(start, retire), (seen_start, seen_retire)] = [predicted[*index], seen[*index]];
            if start == seen_start { retire.min(seen_retire) } else { start.min(seen_start) }
        };
        let first = wrong.iter().copied().min_by_key(earliest);
        let first = first.map(|first| traces(program, &predicted, &seen, first));
        let counters = [(prediction.cycles, prediction.engines), (observed.cycles, observed.engines)];
        let counters = (counters[0] != counters[1]).then(|| format!("{:?}, {:?}", counters[0], counters[1]));
        Agreement { mismatches: wrong.len(), first, counters }
    }

    /// Nothing differs.
    pub fn is_exact(&self) -> bool {
        self.mismatches == 0 && self.counters.is_none()
    }
}

/// Both traces around an instruction, in the order of observed starts.
fn traces(program: &[Instruction], predicted: &[(u64, u64)], seen: &[(u64, u64)], first: usize) -> String {
    let mut order: Vec<usize> = (0..program.len()).collect();
    order.sort_unstable_by_key(|index| seen[*index]);
    let place = order.iter().position(|index| *index == first).unwrap_or_default();
    let shown = &order[place.saturating_sub(AROUND)..(place + AROUND + 1).min(order.len())];
    let mut text = format!("instruction {first} is the first mismatch; starts and retirements around it\n");
    let _ = writeln!(text, "   index            predicted             observed");
    for index in shown {
        let [(start, retire), (seen_start, seen_retire)] = [predicted[*index], seen[*index]];
        let mark = if predicted[*index] == seen[*index] { ' ' } else { '*' };
        let cycles = format!("{start:>10} {retire:>9}  {seen_start:>10} {seen_retire:>9}");
        let _ = writeln!(text, "{mark} {index:>6}  {cycles}  {}", program[*index]);
    }
    text
}
