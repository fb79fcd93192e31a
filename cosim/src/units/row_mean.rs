//! Division of accumulators by row sums on the hardware unit.

use super::range::within;
use super::stream::{Output, StreamingUnit};
use super::{Pace, RtlError};
use ibert_golden::ops::RowReciprocal;
use ibert_isa::timing::units::ROW_MEAN_LATENCY;
use ibert_sim::{BuildOptions, Library};

const UNIT: &str = "row_mean";

/// A [`RowMean`](ibert_hdl::units::RowMean) in Verilator.
pub struct RowMeanUnit {
    unit: StreamingUnit,
}

impl RowMeanUnit {
    /// Builds the unit.
    ///
    /// # Errors
    /// Whatever keeps Verilator from building.
    pub fn build(options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(RowMeanUnit { unit: StreamingUnit::build(UNIT, ROW_MEAN_LATENCY, options)? })
    }

    /// The built design.
    pub fn library(&self) -> &Library {
        self.unit.library()
    }

    /// Divides each accumulator by the sum whose reciprocal is at its side: means in 256ths.
    ///
    /// # Errors
    /// [`RtlError::Range`] for a sum of more than 18 bits; [`RtlError::Latency`] and [`RtlError::Results`] for a unit
    /// that does not answer in time.
    pub fn divide(&self, operands: &[(i32, RowReciprocal)], pace: Pace) -> Result<Vec<i16>, RtlError> {
        for (index, (_, reciprocal)) in operands.iter().enumerate() {
            within(UNIT, "length", index, reciprocal.length().into(), 1..=18, "1..=18")?;
        }
        let element = |(accumulator, reciprocal): &(i32, RowReciprocal)| {
            [*accumulator as u32 as u64, reciprocal.mantissa().into(), reciprocal.length().into()]
        };
        let outputs = [Output::Signed("mean")];
        let inputs = ["accumulator", "mantissa", "length"];
        let streamed = self.unit.run(inputs, outputs, operands.iter().map(element), pace)?;
        Ok(streamed.results.into_iter().map(|[mean]| mean as i16).collect())
    }
}
