//! Integer square roots on the hardware units.

use super::handshake::{Transfer, started, transfer};
use super::{Pace, RtlError, build};
use ibert_sim::{BuildOptions, Library};

const DIGIT: &str = "sqrt_digit";
const NEWTON: &str = "sqrt_newton";

/// A [`SqrtDigit`](ibert_hdl::units::SqrtDigit) in Verilator.
pub struct DigitUnit {
    library: Library,
}

/// A [`SqrtNewton`](ibert_hdl::units::SqrtNewton) in Verilator.
pub struct NewtonUnit {
    library: Library,
}

/// Roots of the digit-by-digit unit and their timing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigitRoots {
    /// `floor(sqrt(n))`.
    pub roots: Vec<u32>,
    /// When radicands were accepted and roots offered.
    pub transfers: Vec<Transfer>,
}

/// Roots of the unit with Newton's iteration and their timing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewtonRoots {
    /// `floor(sqrt(n))`.
    pub roots: Vec<u32>,
    /// Accepted updates.
    pub updates: Vec<u32>,
    /// When radicands were accepted and roots offered.
    pub transfers: Vec<Transfer>,
}

impl DigitUnit {
    /// Builds the unit.
    ///
    /// # Errors
    /// Whatever keeps Verilator from building.
    pub fn build(options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(DigitUnit { library: build(DIGIT, None, options)? })
    }

    /// The built design.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The root of each radicand.
    ///
    /// # Errors
    /// Those of [`transfer`].
    pub fn isqrt(&self, radicands: &[u32], pace: Pace) -> Result<DigitRoots, RtlError> {
        let transfers = run(DIGIT, &self.library, &["root"], radicands, pace)?;
        Ok(DigitRoots { roots: column(&transfers, 0), transfers })
    }
}

impl NewtonUnit {
    /// Builds the unit.
    ///
    /// # Errors
    /// Whatever keeps Verilator from building.
    pub fn build(options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(NewtonUnit { library: build(NEWTON, None, options)? })
    }

    /// The built design.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The root of each radicand, and the number of updates that led to it.
    ///
    /// # Errors
    /// Those of [`transfer`].
    pub fn isqrt(&self, radicands: &[u32], pace: Pace) -> Result<NewtonRoots, RtlError> {
        let transfers = run(NEWTON, &self.library, &["root", "updates"], radicands, pace)?;
        Ok(NewtonRoots { roots: column(&transfers, 0), updates: column(&transfers, 1), transfers })
    }
}

fn run(
    unit: &'static str,
    library: &Library,
    outputs: &[&str],
    radicands: &[u32],
    pace: Pace,
) -> Result<Vec<Transfer>, RtlError> {
    let requests = radicands.iter().map(|radicand| vec![(*radicand).into()]);
    transfer(unit, &mut started(library)?, &["radicand"], outputs, requests, pace)
}

/// An output of at most 32 bits.
fn column(transfers: &[Transfer], column: usize) -> Vec<u32> {
    transfers.iter().map(|transfer| transfer.values[column] as u32).collect()
}
