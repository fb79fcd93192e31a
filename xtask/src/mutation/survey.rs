//! [`survey`]: a sample of a unit's mutants, judged.

use super::{Bench, JudgeError, Mutant, Outcome, equivalents, mutants, sample};
use ibert_hdl::catalogue::{Unit, UnitSize};
use ibert_hdl::verilog::EmitError;
use ibert_kit::testbench::{Testbench, TestbenchError};
use rayon::prelude::*;
use std::collections::HashSet;

/// What became of a unit's mutants.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// All that there are.
    pub possible: usize,
    /// Those judged, the recorded equivalent ones among them.
    pub judged: usize,
    /// The testbench failed.
    pub killed: usize,
    /// The simulation did not end, which a user would notice too.
    pub hung: usize,
    /// The compiler refused them: they say nothing about the testbench.
    pub invalid: usize,
    /// Survived, and recorded as equivalent.
    pub equivalent: usize,
    /// Survived, without a reason.
    pub survivors: Vec<Mutant>,
    /// Faults that are recorded as equivalent but are not, or cannot be made any more; and what was found.
    pub refuted: Vec<(String, String)>,
}

/// Why there is no survey.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// No testbench.
    #[error(transparent)]
    Testbench(#[from] TestbenchError),
    /// No Verilog.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// Nothing can be judged.
    #[error(transparent)]
    Judge(#[from] JudgeError),
}

/// Judges at most `count` mutants of a unit, drawn with `seed`, and every one that is recorded as equivalent; a mutant a core at a time.
///
/// # Errors
/// See [`SurveyError`].
pub fn survey(unit: &Unit, size: &UnitSize, count: usize, seed: u64) -> Result<Survey, SurveyError> {
    let bench = Bench::new(&Testbench::new(unit, size)?)?;
    let all = mutants(&size.design()?);
    let mut survey = Survey { possible: all.len(), ..Survey::default() };
    let recorded = equivalents();
    let of_unit = recorded.iter().filter(|equivalent| equivalent.units.iter().any(|of| of == unit.name));
    for fault in of_unit.flat_map(|equivalent| &equivalent.faults) {
        if !all.iter().any(|mutant| mutant.fault() == *fault) {
            survey.refuted.push((fault.clone(), "there is no such mutant".into()));
        }
    }

    let is_recorded = |mutant: &Mutant| recorded.iter().any(|equivalent| equivalent.has(unit.name, mutant));
    let mut chosen = sample(all.clone(), count, seed);
    let drawn: HashSet<String> = chosen.iter().map(Mutant::fault).collect();
    chosen.extend(all.into_iter().filter(|mutant| is_recorded(mutant) && !drawn.contains(&mutant.fault())));
    let outcomes: Vec<Outcome> = chosen.par_iter().map(|mutant| bench.judge(mutant)).collect::<Result<_, _>>()?;
    survey.judged = chosen.len();
    for (mutant, outcome) in chosen.into_iter().zip(outcomes) {
        match (outcome, is_recorded(&mutant)) {
            (Outcome::Survived, true) => survey.equivalent += 1,
            (outcome, true) => survey.refuted.push((mutant.fault(), format!("{outcome:?}"))),
            (Outcome::Survived, false) => survey.survivors.push(mutant),
            (Outcome::Killed(_), false) => survey.killed += 1,
            (Outcome::Hung, false) => survey.hung += 1,
            (Outcome::Invalid, false) => survey.invalid += 1,
        }
    }
    Ok(survey)
}
