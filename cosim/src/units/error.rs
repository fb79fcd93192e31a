//! Why a tensor could not go through a unit.

use ibert_hdl::verilog::EmitError;

/// A failure to drive a unit.
#[derive(Debug, thiserror::Error)]
pub enum RtlError {
    /// No unit has this name.
    #[error("there is no hardware unit `{unit}`")]
    UnknownUnit {
        /// The name.
        unit: &'static str,
    },
    /// The unit is not offered at this size.
    #[error("{unit}: no size {side:?}; it is offered for N of {sides:?}")]
    UnknownSize {
        /// The unit.
        unit: &'static str,
        /// Requested side.
        side: Option<usize>,
        /// Sides that exist.
        sides: Vec<usize>,
    },
    /// A tensor has the wrong number of values.
    #[error("{unit}: tensor `{tensor}` has {found} values, expected {expected}")]
    Shape {
        /// The unit.
        unit: &'static str,
        /// The tensor.
        tensor: &'static str,
        /// Length found.
        found: usize,
        /// The length that fits the others.
        expected: usize,
    },
    /// A value does not fit the port that it goes through.
    #[error("{unit}: `{tensor}`[{index}] = {value} is not in {legal}, the range of the hardware's port")]
    Range {
        /// The unit.
        unit: &'static str,
        /// The tensor.
        tensor: &'static str,
        /// Position of the first such value.
        index: usize,
        /// The value.
        value: i64,
        /// The legal range.
        legal: &'static str,
    },
    /// The unit did not give as many results as it should: a defect of the hardware.
    #[error("{unit}: {found} results came out, expected {expected}")]
    Results {
        /// The unit.
        unit: &'static str,
        /// Results seen.
        found: usize,
        /// Results expected.
        expected: usize,
    },
    /// A result came out in another cycle than the unit's latency says: a defect of the hardware.
    #[error("{unit}: result {element} came {found:?} cycles after its operands, expected {expected}")]
    Latency {
        /// The unit.
        unit: &'static str,
        /// Number of the result.
        element: usize,
        /// Cycles from its operands; `None` if there were none.
        found: Option<i64>,
        /// The unit's latency.
        expected: usize,
    },
    /// The unit broke the rules of its handshake: a defect of the hardware.
    #[error("{unit}: cycle {cycle} breaks the rule that {rule}")]
    Protocol {
        /// The unit.
        unit: &'static str,
        /// Cycle, counted from the first.
        cycle: u64,
        /// The rule.
        rule: &'static str,
    },
    /// The unit's Verilog could not be emitted.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// Verilator or the simulation failed.
    #[error(transparent)]
    Simulation(#[from] ibert_sim::Error),
}
