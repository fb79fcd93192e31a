//! When values went through a unit.

use crate::check::Origin;
use ibert_golden::case::Outputs;

/// A value's way through a unit, in clock cycles from the start of the simulation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Transit {
    /// Cycle in which the first operand that it depends on was accepted.
    pub accepted: u64,
    /// First cycle in which it was offered.
    pub offered: u64,
}

/// The outputs of an operation and the spans of its elements.
pub(super) struct Trail {
    unit: &'static str,
    spans: Vec<Transit>,
    /// Values of each output: as many as spans, or one for several (a row's mean).
    lengths: Vec<(&'static str, usize)>,
}

impl Trail {
    pub(super) fn new(unit: &'static str, spans: Vec<Transit>, outputs: &Outputs) -> Self {
        Trail { unit, spans, lengths: outputs.iter().map(|(name, values)| (*name, values.len())).collect() }
    }

    /// Where an element came from; that of a row, from where the row's first element did.
    pub(super) fn origin(&self, output: &str, element: usize) -> Option<Origin> {
        let (_, length) = *self.lengths.iter().find(|(name, _)| *name == output)?;
        let Transit { accepted, offered } = *self.spans.get(element * self.spans.len() / length.max(1))?;
        Some(Origin { unit: self.unit, accepted, offered })
    }
}
