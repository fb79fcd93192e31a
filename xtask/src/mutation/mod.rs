//! Mutants of hardware units: small faults inserted into generated Verilog, to check whether a unit's testbench kills
//! them.
//!
//! A mutant that survives is either equivalent to the unit, which [`equivalents`] records with the reason, or it shows
//! a gap in the stimulus. `make mutation` judges a sample of every unit's mutants.

mod equivalent;
mod judge;
mod sites;
mod survey;
mod tokens;

pub use equivalent::{Equivalent, equivalents};
pub use judge::{Bench, JudgeError, Outcome};
pub use survey::{Survey, SurveyError, survey};

use ibert_hdl::verilog::Design;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};
use std::fmt;

/// Kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An operator is replaced or removed; signed becomes unsigned.
    Operator,
    /// A constant is incremented.
    Constant,
    /// A signal, a slice or a replication loses its highest bit.
    Width,
    /// A shift or a slice is off by one.
    Shift,
    /// A condition is negated.
    Condition,
}

/// A unit with one fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// The module with the fault.
    pub module: String,
    /// Line number in the module's file, from 1.
    pub line: usize,
    /// Kind of fault.
    pub kind: Kind,
    /// The line without the fault.
    pub before: String,
    /// The line with the fault.
    pub after: String,
    /// The whole text of the module's file.
    pub text: String,
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mutant { module, line, before, after, .. } = self;
        write!(f, "{module}.v:{line}: `{before}` → `{after}`")
    }
}

impl Mutant {
    /// Description of the fault without the line number, so that it does not change when other lines are added or
    /// removed.
    pub fn fault(&self) -> String {
        let Mutant { module, before, after, .. } = self;
        format!("{module}: `{before}` → `{after}`")
    }

    /// Sort key for a random order that does not depend on other faults.
    fn draw(&self, seed: u64) -> [u8; 32] {
        Sha256::digest(format!("{seed} {}", self.fault())).into()
    }
}

/// Every mutant of a design, in the order of its modules and lines, without duplicates.
pub fn mutants(design: &Design) -> Vec<Mutant> {
    let mut all = Vec::new();
    for module in &design.modules {
        let mut seen = HashSet::new();
        for site in sites::sites(&module.text) {
            let mut text = module.text.clone();
            text.replace_range(site.range.clone(), &site.replacement);
            let number = module.text[..site.range.start].matches('\n').count();
            let line = |text: &str| text.lines().nth(number).unwrap_or_default().trim().to_owned();
            let (before, after) = (line(&module.text), line(&text));
            if seen.insert(text.clone()) {
                all.push(Mutant {
                    module: module.name.clone(),
                    line: number + 1,
                    kind: site.kind,
                    before,
                    after,
                    text,
                });
            }
        }
    }
    all
}

/// A sample of at most `count` mutants, with the kinds in turn; the same for the same seed on every machine.
pub fn sample(mutants: Vec<Mutant>, count: usize, seed: u64) -> Vec<Mutant> {
    let mut by_kind: BTreeMap<Kind, Vec<Mutant>> = BTreeMap::new();
    mutants.into_iter().for_each(|mutant| by_kind.entry(mutant.kind).or_default().push(mutant));
    by_kind.values_mut().for_each(|mutants| mutants.sort_by_cached_key(|mutant| mutant.draw(seed)));
    let mut chosen = Vec::new();
    while chosen.len() < count && by_kind.values().any(|mutants| !mutants.is_empty()) {
        chosen.extend(by_kind.values_mut().filter_map(Vec::pop));
    }
    chosen.truncate(count);
    chosen
}

#[cfg(test)]
mod tests;
