//! Late softmax, row by row.

use super::exp::check_exp_constants;
use super::handshake::{Transfer, started, transfer};
use super::softmax::check_scores;
use super::{Pace, RtlError, build};
use ibert_golden::ops::LateSoftmaxConstants;
use ibert_sim::{BuildOptions, Instance, Library};

const UNIT: &str = "late_softmax";

/// Ports that carry an element.
const INPUTS: [&str; 3] = ["q", "keep", "last"];

/// Ports that carry a result.
const OUTPUTS: [&str; 3] = ["weight", "out_last", "sum"];

/// A [`LateSoftmax`](ibert_hdl::units::LateSoftmax) for rows of up to [`MAX_COLUMNS`](super::softmax::MAX_COLUMNS) in
/// Verilator.
pub struct LateSoftmaxUnit {
    library: Library,
}

/// A row of scores.
#[derive(Debug, Clone, Copy)]
pub struct Scores<'a> {
    /// The scores.
    pub q: &'a [i64],
    /// One flag per score, or empty to keep all.
    pub keep: &'a [bool],
}

/// A row of weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    /// Weights.
    pub weights: Vec<u8>,
    /// Their sum.
    pub sum: u32,
    /// Cycle in which the first score was accepted, counted from that of the first row.
    pub accepted: u64,
    /// Cycle of the first weight.
    pub first_offered: u64,
    /// Cycle of the last weight.
    pub last_offered: u64,
}

impl LateSoftmaxUnit {
    /// Builds the unit.
    ///
    /// # Errors
    /// Whatever keeps Verilator from building.
    pub fn build(options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(LateSoftmaxUnit::on(build(UNIT, None, options)?))
    }

    /// The unit in a design that has been built already.
    pub fn on(library: Library) -> Self {
        LateSoftmaxUnit { library }
    }

    /// The built design.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Late i-softmax of each row, one after the other through one unit.
    ///
    /// # Errors
    /// As [`LateSoftmaxUnit::softmax_on`].
    pub fn softmax(
        &self,
        constants: &LateSoftmaxConstants,
        rows: &[Scores<'_>],
        pace: Pace,
    ) -> Result<Vec<Weights>, RtlError> {
        self.softmax_on(&mut started(&self.library)?, constants, rows, pace)
    }

    /// The same on an instance in any state in which it is idle.
    ///
    /// # Errors
    /// [`RtlError::Shape`] for a row that is empty, too long or has flags of another length, [`RtlError::Range`] for a
    /// value out of the range of its port: `q` 32 bits, x0 -16384..=-1, b 17 bits, c 32 bits; [`RtlError::Protocol`] for
    /// a unit that ends a row in the wrong place or whose sums are not those of its weights.
    pub fn softmax_on(
        &self,
        instance: &mut Instance,
        constants: &LateSoftmaxConstants,
        rows: &[Scores<'_>],
        pace: Pace,
    ) -> Result<Vec<Weights>, RtlError> {
        check_exp_constants(UNIT, &constants.exp())?;
        rows.iter().try_for_each(|row| check_scores(UNIT, row.q, row.keep))?;
        let exp = constants.exp();
        let [x0, b, c] = [exp.x0(), exp.b(), exp.c()].map(|constant| constant as u64);
        let held = [("x0", x0), ("b", b), ("c", c), ("n", exp.n().into())];
        let scale = [("shift", constants.shift()), ("m", constants.m()), ("e", constants.e())];
        for (name, value) in held.into_iter().chain(scale.map(|(name, value)| (name, value.into()))) {
            let port = instance.port(name)?;
            instance.write(port, value);
        }
        let requests = rows.iter().flat_map(elements).collect::<Vec<_>>().into_iter();
        let results = transfer(UNIT, instance, &INPUTS, &OUTPUTS, requests, pace)?;
        let mut rest = results.as_slice();
        let split = |row: &Scores<'_>| {
            let (results, after) = rest.split_at(row.q.len());
            rest = after;
            weights(results)
        };
        rows.iter().map(split).collect()
    }
}

fn elements(row: &Scores<'_>) -> Vec<Vec<u64>> {
    let element = |(index, q): (usize, &i64)| {
        let keep = row.keep.is_empty() || row.keep[index];
        vec![*q as u64, keep.into(), (index + 1 == row.q.len()).into()]
    };
    row.q.iter().enumerate().map(element).collect()
}

fn weights(results: &[Transfer]) -> Result<Weights, RtlError> {
    let (mut sum, mut weights) = (0, Vec::with_capacity(results.len()));
    for (index, result) in results.iter().enumerate() {
        let [weight, last, so_far] = [result.values[0], result.values[1], result.values[2]];
        sum += weight;
        weights.push(weight as u8);
        for (holds, rule) in [
            ((last == 1) == (index + 1 == results.len()), "out_last is set at a row's last result only"),
            (so_far == sum, "sum is that of the row's weights so far"),
        ] {
            if !holds {
                return Err(RtlError::Protocol { unit: UNIT, cycle: result.offered, rule });
            }
        }
    }
    let (first, last) = (&results[0], &results[results.len() - 1]);
    let (accepted, first_offered, last_offered) = (first.accepted, first.offered, last.offered);
    Ok(Weights { weights, sum: sum as u32, accepted, first_offered, last_offered })
}
