//! Reciprocals of row sums on the hardware unit.

use super::handshake::{Transfer, started, transfer};
use super::range::within;
use super::{Pace, RtlError, build};
use ibert_sim::{BuildOptions, Library};

const UNIT: &str = "reciprocal";

/// A [`Reciprocal`](ibert_hdl::units::Reciprocal) in Verilator.
pub struct ReciprocalUnit {
    library: Library,
}

/// A reciprocal and its timing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inverse {
    /// `2^(length + 15) div sum`.
    pub mantissa: u32,
    /// Number of bits of the sum.
    pub length: u32,
    /// When the sum was accepted and the result offered.
    pub transfer: Transfer,
}

impl ReciprocalUnit {
    /// Builds the unit.
    ///
    /// # Errors
    /// Whatever keeps Verilator from building.
    pub fn build(options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(ReciprocalUnit { library: build(UNIT, None, options)? })
    }

    /// The built design.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The reciprocal of each sum (18 bits).
    ///
    /// # Errors
    /// [`RtlError::Range`] for a sum of more than 18 bits.
    pub fn invert(&self, sums: &[u32], pace: Pace) -> Result<Vec<Inverse>, RtlError> {
        let mut indexed = sums.iter().enumerate();
        indexed.try_for_each(|(index, sum)| within(UNIT, "sum", index, (*sum).into(), 0..=(1 << 18) - 1, "0..2^18"))?;
        let requests = sums.iter().map(|sum| vec![u64::from(*sum)]);
        let transfers =
            transfer(UNIT, &mut started(&self.library)?, &["sum"], &["mantissa", "length"], requests, pace)?;
        let inverse = |transfer: Transfer| Inverse {
            mantissa: transfer.values[0] as u32,
            length: transfer.values[1] as u32,
            transfer,
        };
        Ok(transfers.into_iter().map(inverse).collect())
    }
}
