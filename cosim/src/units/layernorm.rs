//! LayerNorm, row by row.

use super::handshake::{Input, Transfer, exchange, started};
use super::range::within;
use super::{Pace, RtlError, build};
use ibert_golden::ops::LayerNormSteps;
use ibert_sim::{BuildOptions, Instance, Library};

const UNIT: &str = "layernorm";

/// Longest row.
pub const MAX_CHANNELS: usize = 4096;

/// Largest shift before the square.
pub const MAX_SHIFT: u32 = 22;

/// Ports that carry a result.
const OUTPUTS: [&str; 8] = ["out", "out_last", "mean", "variance", "std_dev", "factor", "saturated", "overflow"];

/// A [`LayerNorm`](ibert_hdl::units::LayerNorm) for rows of up to [`MAX_CHANNELS`] in Verilator.
pub struct LayerNormUnit {
    library: Library,
}

/// A row of channels.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The channels, 22 bits each.
    pub x: &'a [i64],
    /// One bias per channel, 40 bits.
    pub bias: &'a [i64],
    /// Right shift before the square.
    pub shift: u32,
}

impl Row<'_> {
    /// Values for `x`, `last` and `shift`. The shift counts with the last element: the others carry another.
    pub(super) fn elements(&self) -> impl Iterator<Item = Vec<u64>> {
        self.x.iter().enumerate().map(|(index, x)| {
            let last = index + 1 == self.x.len();
            let shift = u64::from(self.shift);
            vec![*x as u64, last.into(), if last { shift } else { !shift }]
        })
    }
}

/// A normalized row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normalized {
    /// The normalized channels.
    pub out: Vec<i64>,
    /// Mean, variance, standard deviation, its reciprocal, and whether the variance was saturated.
    pub steps: LayerNormSteps,
    /// Whether the variance of this row or of one before was saturated.
    pub overflow: bool,
    /// Cycle in which the first channel was accepted, counted from the first row's.
    pub accepted: u64,
    /// First cycle in which each result was offered.
    pub offered: Vec<u64>,
    /// First cycle in which the first result was offered.
    pub first_offered: u64,
    /// First cycle in which the last result was offered.
    pub last_offered: u64,
}

impl LayerNormUnit {
    /// Builds the unit.
    ///
    /// # Errors
    /// Whatever keeps Verilator from building.
    pub fn build(options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(LayerNormUnit::on(build(UNIT, None, options)?))
    }

    /// The unit in a design that has been built already.
    pub fn on(library: Library) -> Self {
        LayerNormUnit { library }
    }

    /// The built design.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// i-LayerNorm of each row, one after the other through one unit.
    ///
    /// # Errors
    /// As [`LayerNormUnit::layernorm_on`].
    pub fn layernorm(&self, rows: &[Row<'_>], pace: Pace) -> Result<Vec<Normalized>, RtlError> {
        self.layernorm_on(&mut started(&self.library)?, rows, pace)
    }

    /// The same on an instance in any state in which it is idle.
    ///
    /// # Errors
    /// [`RtlError::Shape`] for a row that is empty, too long or has biases of another length, [`RtlError::Range`] for a
    /// value out of the range of its port: channels 22 bits, bias 40 bits, shift 0..=22; [`RtlError::Protocol`] for a
    /// unit that ends a row in the wrong place.
    pub fn layernorm_on(
        &self,
        instance: &mut Instance,
        rows: &[Row<'_>],
        pace: Pace,
    ) -> Result<Vec<Normalized>, RtlError> {
        rows.iter().try_for_each(|row| check(UNIT, row))?;
        let elements = rows.iter().flat_map(Row::elements);
        let biases = rows.iter().flat_map(|row| row.bias).map(|bias| vec![*bias as u64]);
        let inputs = vec![
            Input::new(&self.library, "", &["x", "last", "shift"], elements)?,
            Input::new(&self.library, "bias_", &["bias"], biases)?,
        ];
        let expected = rows.iter().map(|row| row.x.len()).sum();
        let results = exchange(UNIT, instance, inputs, &OUTPUTS, expected, pace)?;
        let mut rest = results.as_slice();
        let split = |row: &Row<'_>| {
            let (results, after) = rest.split_at(row.x.len());
            rest = after;
            normalized(results)
        };
        rows.iter().map(split).collect()
    }
}

/// Refuses a row that the ports of `unit` do not carry.
pub(super) fn check(unit: &'static str, row: &Row<'_>) -> Result<(), RtlError> {
    let channels = row.x.len();
    let shape = |tensor, found, expected| Err(RtlError::Shape { unit, tensor, found, expected });
    if !(1..=MAX_CHANNELS).contains(&channels) {
        return shape("q", channels, channels.clamp(1, MAX_CHANNELS));
    }
    if row.bias.len() != channels {
        return shape("bias", row.bias.len(), channels);
    }
    for (index, x) in row.x.iter().enumerate() {
        within(unit, "q", index, *x, -(1 << 21)..=(1 << 21) - 1, "-2^21..2^21")?;
    }
    for (index, bias) in row.bias.iter().enumerate() {
        within(unit, "bias", index, *bias, -(1 << 39)..=(1 << 39) - 1, "-2^39..2^39")?;
    }
    within(unit, "shift", 0, row.shift.into(), 0..=MAX_SHIFT.into(), "0..=22")
}

fn normalized(results: &[Transfer]) -> Result<Normalized, RtlError> {
    let first = &results[0];
    let [_, _, mean, var, std, factor, saturated, overflow] = std::array::from_fn(|index| first.values[index]);
    let last = |index: usize| results[index].values[1] == 1;
    let once = (0..results.len()).all(|index| last(index) == (index + 1 == results.len()));
    let same = results.iter().all(|result| result.values[2..] == first.values[2..]);
    for (holds, rule) in [
        (once, "out_last is set at a row's last result only"),
        (same, "a row has one mean, variance, deviation and factor"),
    ] {
        if !holds {
            return Err(RtlError::Protocol { unit: UNIT, cycle: first.offered, rule });
        }
    }
    Ok(Normalized {
        out: results.iter().map(|result| signed(result.values[0], 43)).collect(),
        steps: LayerNormSteps {
            mean: signed(mean, 22),
            var: var as u32,
            std: std as i64,
            factor: factor as i64,
            saturated: saturated == 1,
        },
        overflow: overflow == 1,
        accepted: first.accepted,
        offered: results.iter().map(|result| result.offered).collect(),
        first_offered: first.offered,
        last_offered: results[results.len() - 1].offered,
    })
}

/// The value of a signed port of that width.
pub(super) fn signed(value: u64, width: u32) -> i64 {
    (value << (64 - width)) as i64 >> (64 - width)
}
