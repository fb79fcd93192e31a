//! [`Agreement`]: a prediction against what was observed, instruction by instruction.

use super::Prediction;
use ibert_hdl::isa::Instruction;
use std::fmt::Write;

/// Instructions shown on either side of the first mismatch.
const AROUND: usize = 8;

/// What comparing a prediction with an observation gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Instructions whose start or retirement came in another cycle.
    pub mismatches: usize,
    /// The earliest of them by cycle, with both traces around it.
    pub first: Option<String>,
}

impl Agreement {
    /// Compares with the cycles in which each instruction was seen to start and retire, counted from the first running cycle on.
    pub fn new(program: &[Instruction], prediction: &Prediction, observed: &[(u64, u64)]) -> Self {
        let predicted: Vec<(u64, u64)> =
            prediction.times.iter().map(|times| (times.started(), times.retired)).collect();
        let differ = |index: &usize| predicted.get(*index) != observed.get(*index);
        let wrong: Vec<usize> = (0..program.len()).filter(differ).collect();
        let earliest = |index: &usize| {
            let [(start, retire), (other_start, other_retire)] = [predicted[*index], observed[*index]];
            if start == other_start { retire.min(other_retire) } else { start.min(other_start) }
        };
        let first = wrong.iter().copied().min_by_key(earliest);
        let first = first.map(|first| traces(program, &predicted, observed, first));
        Agreement { mismatches: wrong.len(), first }
    }
}

/// Both traces around an instruction, in the order of observed starts.
fn traces(program: &[Instruction], predicted: &[(u64, u64)], observed: &[(u64, u64)], first: usize) -> String {
    let mut order: Vec<usize> = (0..program.len()).collect();
    order.sort_unstable_by_key(|index| observed[*index]);
    let place = order.iter().position(|index| *index == first).unwrap_or_default();
    let shown = &order[place.saturating_sub(AROUND)..(place + AROUND + 1).min(order.len())];
    let mut text = format!("instruction {first} is the first mismatch; start and retirement\n");
    let _ = writeln!(text, "  {:>6}  {:^19}  {:^19}  instruction", "index", "predicted", "observed");
    for index in shown {
        let [(start, retire), (seen_start, seen_retire)] = [predicted[*index], observed[*index]];
        let mark = if predicted[*index] == observed[*index] { ' ' } else { '*' };
        let _ = writeln!(
            text,
            "{mark} {index:>6}  {start:>9} {retire:>9}  {seen_start:>9} {seen_retire:>9}  {}",
            program[*index]
        );
    }
    text
}
