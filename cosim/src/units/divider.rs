//! Divisions on the hardware unit.

use super::handshake::{Transfer, started, transfer};
use super::{Pace, RtlError, build};
use ibert_sim::{BuildOptions, Library};

const UNIT: &str = "divider";

/// A [`Divider`](ibert_hdl::units::Divider) of a 33-bit dividend by a 32-bit divisor in Verilator.
pub struct DivideUnit {
    library: Library,
}

/// Quotients, remainders and their timing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Divided {
    /// `dividend div divisor`; all ones for a divisor of 0.
    pub quotients: Vec<u64>,
    /// `dividend mod divisor`; the low 32 bits of the dividend for a divisor of 0.
    pub remainders: Vec<u64>,
    /// When operands were accepted and results offered.
    pub transfers: Vec<Transfer>,
}

impl DivideUnit {
    /// Builds the unit.
    ///
    /// # Errors
    /// Whatever keeps Verilator from building.
    pub fn build(options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(DivideUnit { library: build(UNIT, None, options)? })
    }

    /// The built design.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Divides each dividend (33 bits) by the divisor at its index.
    ///
    /// # Errors
    /// [`RtlError::Shape`] for lists of different lengths, [`RtlError::Range`] for a dividend beyond 33 bits.
    pub fn divide(&self, dividends: &[u64], divisors: &[u32], pace: Pace) -> Result<Divided, RtlError> {
        if divisors.len() != dividends.len() {
            let (found, expected) = (divisors.len(), dividends.len());
            return Err(RtlError::Shape { unit: UNIT, tensor: "divisor", found, expected });
        }
        if let Some(index) = dividends.iter().position(|dividend| dividend >> 33 != 0) {
            let value = dividends[index].try_into().unwrap_or(i64::MAX);
            return Err(RtlError::Range { unit: UNIT, tensor: "dividend", index, value, legal: "0..2^33" });
        }
        let requests = dividends.iter().zip(divisors).map(|(dividend, divisor)| vec![*dividend, (*divisor).into()]);
        let mut instance = started(&self.library)?;
        let (inputs, outputs) = (["dividend", "divisor"], ["quotient", "remainder"]);
        let transfers = transfer(UNIT, &mut instance, &inputs, &outputs, requests, pace)?;
        let column = |column: usize| transfers.iter().map(|transfer| transfer.values[column]).collect();
        Ok(Divided { quotients: column(0), remainders: column(1), transfers })
    }
}
