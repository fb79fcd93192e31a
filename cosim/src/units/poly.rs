//! The i-poly datapath alone.

use super::range::within;
use super::stream::{Output, StreamingUnit};
use super::{Pace, RtlError};
use ibert_isa::timing::units::POLY_LATENCY;
use ibert_sim::{BuildOptions, Library};

const UNIT: &str = "poly";

/// A [`Poly`](ibert_hdl::units::Poly) of 18-bit operands in Verilator.
pub struct PolyUnit(StreamingUnit);

/// One polynomial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolyOperands {
    /// Operand, 18 bits.
    pub q: i64,
    /// Offset, 18 bits; so has `q + b`.
    pub b: i64,
    /// Constant, 36 bits.
    pub c: i64,
    /// `(q + b)² + c`, else `(q + b)·q + c`.
    pub square: bool,
}

/// Polynomials and their timing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polynomials {
    /// One an operand.
    pub values: Vec<i64>,
    /// Clock cycles from the first operand to the last result, both included.
    pub cycles: u64,
}

impl PolyUnit {
    /// Builds the unit.
    ///
    /// # Errors
    /// Whatever keeps Verilator from building.
    pub fn build(options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(PolyUnit(StreamingUnit::build(UNIT, POLY_LATENCY, options)?))
    }

    /// The built design.
    pub fn library(&self) -> &Library {
        self.0.library()
    }

    /// Each polynomial.
    ///
    /// # Errors
    /// [`RtlError::Range`] for a value out of the range of its port.
    pub fn poly(&self, operands: &[PolyOperands], pace: Pace) -> Result<Polynomials, RtlError> {
        for (index, operand) in operands.iter().enumerate() {
            let PolyOperands { q, b, c, .. } = *operand;
            within(UNIT, "q", index, q, -(1 << 17)..=(1 << 17) - 1, "-2^17..2^17")?;
            within(UNIT, "b", index, b, -(1 << 17)..=(1 << 17) - 1, "-2^17..2^17")?;
            within(UNIT, "q + b", index, q + b, -(1 << 17)..=(1 << 17) - 1, "-2^17..2^17")?;
            within(UNIT, "c", index, c, -(1 << 35)..=(1 << 35) - 1, "-2^35..2^35")?;
        }
        let elements = operands.iter().map(|k| [k.q as u64, k.b as u64, k.c as u64, k.square.into()]);
        let streamed = self.0.run(["q", "b", "c", "square"], [Output::Signed("out")], elements, pace)?;
        Ok(Polynomials {
            values: streamed.results.into_iter().map(|[out]| out as i64).collect(),
            cycles: streamed.cycles,
        })
    }
}
