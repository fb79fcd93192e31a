//! Mutants that are equivalent to the unit: `equivalent.json`, each with the reason.

use super::Mutant;
use serde::Deserialize;

/// Equivalent mutants, which no stimulus can kill.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Equivalent {
    /// Units for which the faults are equivalent. Another unit may use more of the same module's behaviour.
    pub units: Vec<String>,
    /// Why the mutants are equivalent.
    pub reason: String,
    /// The faults, in the format of [`Mutant::fault`].
    pub faults: Vec<String>,
}

impl Equivalent {
    /// Whether `mutant` of the unit named `unit` is one of these mutants.
    pub fn has(&self, unit: &str, mutant: &Mutant) -> bool {
        self.units.iter().any(|of| of == unit) && self.faults.contains(&mutant.fault())
    }
}

/// Every recorded equivalent mutant.
///
/// # Panics
/// If the embedded file is not valid.
pub fn equivalents() -> Vec<Equivalent> {
    let text = include_str!("equivalent.json");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("src/mutation/equivalent.json: {error}"))
}
