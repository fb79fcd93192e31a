//! [`survey`]: judges a sample of a unit's mutants.

use super::{Bench, JudgeError, Mutant, Outcome, equivalents, mutants, sample};
use ibert_hdl::catalogue::{Unit, UnitSize};
use ibert_hdl::verilog::EmitError;
use ibert_kit::testbench::{Testbench, TestbenchError};
use rayon::prelude::*;
use std::collections::HashSet;

/// Outcomes of a unit's mutants.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Number of all mutants of the unit.
    pub possible: usize,
    /// Judged mutants, including those recorded as equivalent.
    pub judged: usize,
    /// Mutants for which the testbench failed.
    pub killed: usize,
    /// Mutants whose simulation did not end, which also counts as detected.
    pub hung: usize,
    /// Mutants that the compiler refused, which do not count for the testbench.
    pub invalid: usize,
    /// Surviving mutants that are recorded as equivalent.
    pub equivalent: usize,
    /// Surviving mutants without a recorded reason.
    pub survivors: Vec<Mutant>,
    /// Faults that are recorded as equivalent but are not, or that no longer exist, each with the finding.
    pub refuted: Vec<(String, String)>,
}

/// Errors of a survey.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// The testbench cannot be generated.
    #[error(transparent)]
    Testbench(#[from] TestbenchError),
    /// The Verilog cannot be generated.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// Mutants cannot be judged.
    #[error(transparent)]
    Judge(#[from] JudgeError),
}

/// Judges at most `count` mutants of a unit, drawn with `seed`, and every mutant that is recorded as equivalent. Runs
/// one mutant per core at a time.
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
