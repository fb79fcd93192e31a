//! LayerNorm with its two requantizations, row by row.

use super::handshake::{Input, Transfer, exchange, started};
use super::layernorm::{Row, check as check_row, signed};
use super::range::within;
use super::{Pace, RtlError, build};
use ibert_golden::ops::Dyadic;
use ibert_sim::{BuildOptions, Instance, Library};

const UNIT: &str = "layernorm_requantizer";

/// Ports that go with a bias.
const CONSTANTS: [&str; 5] = ["bias", "m", "e", "residual_m", "residual_e"];

/// Ports that carry a result.
const OUTPUTS: [&str; 5] = ["out", "residual", "out_last", "saturated", "overflow"];

/// A [`LayerNormRequantizer`](ibert_hdl::units::LayerNormRequantizer) for rows of up to
/// [`MAX_CHANNELS`](super::layernorm::MAX_CHANNELS) in Verilator.
pub struct LayerNormRequantUnit {
    library: Library,
}

/// A row of channels and what it is requantized with.
#[derive(Debug, Clone, Copy)]
pub struct RequantizedRow<'a> {
    /// Channels, biases, shift.
    pub norm: Row<'a>,
    /// To int8; one constant per channel.
    pub scale: &'a [Dyadic],
    /// To the 16-bit residual; one constant per channel.
    pub residual_scale: &'a [Dyadic],
}

/// A normalized and requantized row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requantized {
    /// Operand of the next matrix product.
    pub out: Vec<i64>,
    /// The residual.
    pub residual: Vec<i64>,
    /// Whether the variance was saturated.
    pub saturated: bool,
    /// Whether the variance of this row or of one before was saturated.
    pub overflow: bool,
    /// Cycle in which the first channel was accepted, counted from the first row's.
    pub accepted: u64,
    /// First cycle in which the first result was offered.
    pub first_offered: u64,
    /// First cycle in which the last result was offered.
    pub last_offered: u64,
}

impl LayerNormRequantUnit {
    /// Builds the unit.
    ///
    /// # Errors
    /// Whatever keeps Verilator from building.
    pub fn build(options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(LayerNormRequantUnit::on(build(UNIT, None, options)?))
    }

    /// The unit in a design that has been built already.
    pub fn on(library: Library) -> Self {
        LayerNormRequantUnit { library }
    }

    /// The built design.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// i-LayerNorm and requantization of each row, one after the other through one unit.
    ///
    /// # Errors
    /// As [`LayerNormRequantUnit::requantized_on`].
    pub fn requantized(&self, rows: &[RequantizedRow<'_>], pace: Pace) -> Result<Vec<Requantized>, RtlError> {
        self.requantized_on(&mut started(&self.library)?, rows, pace)
    }

    /// The same on an instance in any state in which it is idle.
    ///
    /// # Errors
    /// As [`LayerNormUnit::layernorm_on`](super::layernorm::LayerNormUnit::layernorm_on); [`RtlError::Shape`] for a row
    /// with constants of another length, [`RtlError::Range`] for an exponent outside 0..=63.
    pub fn requantized_on(
        &self,
        instance: &mut Instance,
        rows: &[RequantizedRow<'_>],
        pace: Pace,
    ) -> Result<Vec<Requantized>, RtlError> {
        rows.iter().try_for_each(check)?;
        let elements = rows.iter().flat_map(|row| row.norm.elements());
        let constants = rows.iter().flat_map(|row| {
            let scales = row.scale.iter().zip(row.residual_scale);
            row.norm.bias.iter().zip(scales).map(|(bias, (scale, residual))| {
                vec![*bias as u64, scale.m() as u64, scale.e() as u64, residual.m() as u64, residual.e() as u64]
            })
        });
        let inputs = vec![
            Input::new(&self.library, "", &["x", "last", "shift"], elements)?,
            Input::new(&self.library, "bias_", &CONSTANTS, constants)?,
        ];
        let expected = rows.iter().map(|row| row.norm.x.len()).sum();
        let results = exchange(UNIT, instance, inputs, &OUTPUTS, expected, pace)?;
        let mut rest = results.as_slice();
        let split = |row: &RequantizedRow<'_>| {
            let (results, after) = rest.split_at(row.norm.x.len());
            rest = after;
            requantized(results)
        };
        rows.iter().map(split).collect()
    }
}

fn check(row: &RequantizedRow<'_>) -> Result<(), RtlError> {
    check_row(UNIT, &row.norm)?;
    let expected = row.norm.x.len();
    for (tensor, scales) in [("m", row.scale), ("residual_m", row.residual_scale)] {
        if scales.len() != expected {
            return Err(RtlError::Shape { unit: UNIT, tensor, found: scales.len(), expected });
        }
    }
    for (tensor, scales) in [("e", row.scale), ("residual_e", row.residual_scale)] {
        for (index, scale) in scales.iter().enumerate() {
            within(UNIT, tensor, index, scale.e().into(), 0..=63, "0..=63")?;
        }
    }
    Ok(())
}

fn requantized(results: &[Transfer]) -> Result<Requantized, RtlError> {
    let (first, last) = (&results[0], &results[results.len() - 1]);
    let ends = |index: usize| results[index].values[2] == 1;
    let once = (0..results.len()).all(|index| ends(index) == (index + 1 == results.len()));
    let same = results.iter().all(|result| result.values[3..] == first.values[3..]);
    for (holds, rule) in [
        (once, "out_last is set at a row's last result only"),
        (same, "a row has one variance, which is saturated or not"),
    ] {
        if !holds {
            return Err(RtlError::Protocol { unit: UNIT, cycle: first.offered, rule });
        }
    }
    Ok(Requantized {
        out: results.iter().map(|result| signed(result.values[0], 8)).collect(),
        residual: results.iter().map(|result| signed(result.values[1], 16)).collect(),
        saturated: first.values[3] == 1,
        overflow: first.values[4] == 1,
        accepted: first.accepted,
        first_offered: first.offered,
        last_offered: last.offered,
    })
}
