//! Mutants of hardware units: small faults put into generated Verilog, to see whether a unit's testbench notices them.
//!
//! A mutant that survives either computes what the unit computes, which [`equivalents`] records with the reason, or shows something that
//! the stimulus misses. `make mutation` judges a sample of every unit.

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

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An operator becomes another, or is left out; signed becomes unsigned.
    Operator,
    /// A constant becomes the next.
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
    /// Its line, from 1.
    pub line: usize,
    /// What is changed.
    pub kind: Kind,
    /// The line as it was.
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
    /// What is changed, without the line's number: it stays the same when other lines come or go.
    pub fn fault(&self) -> String {
        let Mutant { module, before, after, .. } = self;
        format!("{module}: `{before}` → `{after}`")
    }

    /// Its place in an order at random, which other faults do not change.
    fn draw(&self, seed: u64) -> [u8; 32] {
        Sha256::digest(format!("{seed} {}", self.fault())).into()
    }
}

/// Every mutant of a design, in the order of its modules and lines; no two of one text.
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

/// At most `count` of the mutants, the kinds in turns; the same for the same seed, on every machine.
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
