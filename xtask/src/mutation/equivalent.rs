//! Mutants that compute what the unit computes: `equivalent.json`, each with the reason.

use super::Mutant;
use serde::Deserialize;

/// Mutants that no stimulus can kill.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Equivalent {
    /// The units that it holds for; a module may need more of its ports in another.
    pub units: Vec<String>,
    /// Why nothing can tell them from the unit.
    pub reason: String,
    /// What is changed, as [`Mutant::fault`] says.
    pub faults: Vec<String>,
}

impl Equivalent {
    /// Whether `mutant` of the unit of that name is among them.
    pub fn has(&self, unit: &str, mutant: &Mutant) -> bool {
        self.units.iter().any(|of| of == unit) && self.faults.contains(&mutant.fault())
    }
}

/// Every recorded equivalent mutant.
///
/// # Panics
/// If the file, which is part of the program, is damaged.
pub fn equivalents() -> Vec<Equivalent> {
    let text = include_str!("equivalent.json");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("src/mutation/equivalent.json: {error}"))
}
