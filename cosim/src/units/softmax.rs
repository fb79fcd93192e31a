//! Softmax, row by row.

use super::exp::check_constants;
use super::handshake::{Transfer, started, transfer};
use super::range::within;
use super::{Pace, RtlError, build};
use ibert_golden::ops::{SoftmaxConstants, SoftmaxSteps};
use ibert_sim::{BuildOptions, Instance, Library};

const UNIT: &str = "softmax";

/// Longest row.
pub const MAX_COLUMNS: usize = 1024;

/// Ports that carry an element.
const INPUTS: [&str; 10] = ["q", "keep", "last", "x0", "b", "c", "n", "m16", "e16", "out_bits"];

/// Ports that carry a result.
const OUTPUTS: [&str; 5] = ["out", "out_last", "exp16", "sum", "factor"];

/// A [`Softmax`](ibert_hdl::units::Softmax) for rows of up to [`MAX_COLUMNS`] in Verilator.
pub struct SoftmaxUnit {
    library: Library,
}

/// A row of scores.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The scores.
    pub q: &'a [i64],
    /// One flag a score, or empty to keep all.
    pub keep: &'a [bool],
    /// The row's constants.
    pub constants: &'a SoftmaxConstants,
}

/// A row of probabilities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probabilities {
    /// 16-bit exponentials.
    pub exp16: Vec<i64>,
    /// Their sum and its reciprocal.
    pub steps: SoftmaxSteps,
    /// Probabilities.
    pub out: Vec<i64>,
    /// Cycle in which the first score was accepted, counted from the first row's.
    pub accepted: u64,
    /// First cycle in which each probability was offered.
    pub offered: Vec<u64>,
    /// First cycle in which the first probability was offered.
    pub first_offered: u64,
    /// First cycle in which the last probability was offered.
    pub last_offered: u64,
}

impl SoftmaxUnit {
    /// Builds the unit.
    ///
    /// # Errors
    /// Whatever keeps Verilator from building.
    pub fn build(options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(SoftmaxUnit::on(build(UNIT, None, options)?))
    }

    /// The unit in a design that has been built already.
    pub fn on(library: Library) -> Self {
        SoftmaxUnit { library }
    }

    /// The built design.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// i-softmax of each row, one after the other through one unit.
    ///
    /// # Errors
    /// As [`SoftmaxUnit::softmax_on`].
    pub fn softmax(&self, rows: &[Row<'_>], pace: Pace) -> Result<Vec<Probabilities>, RtlError> {
        self.softmax_on(&mut started(&self.library)?, rows, pace)
    }

    /// The same on an instance in any state in which it is idle.
    ///
    /// # Errors
    /// [`RtlError::Shape`] for a row that is empty, too long or has flags of another length, [`RtlError::Range`] for a
    /// value out of the range of its port: `q` 32 bits, x0 -16384..=-1, b 17 bits, c 32 bits, m16 positive, e16
    /// 0..=127; [`RtlError::Protocol`] for a unit that ends a row in the wrong place.
    pub fn softmax_on(
        &self,
        instance: &mut Instance,
        rows: &[Row<'_>],
        pace: Pace,
    ) -> Result<Vec<Probabilities>, RtlError> {
        rows.iter().try_for_each(check)?;
        let requests = rows.iter().flat_map(elements).collect::<Vec<_>>().into_iter();
        let results = transfer(UNIT, instance, &INPUTS, &OUTPUTS, requests, pace)?;
        let mut rest = results.as_slice();
        let split = |row: &Row<'_>| {
            let (results, after) = rest.split_at(row.q.len());
            rest = after;
            probabilities(results)
        };
        rows.iter().map(split).collect()
    }
}

fn check(row: &Row<'_>) -> Result<(), RtlError> {
    check_scores(UNIT, row.q, row.keep)?;
    check_constants(UNIT, &row.constants.exp(), row.constants.requant16())
}

/// Refuses a row of scores that `unit` does not take.
pub(super) fn check_scores(unit: &'static str, q: &[i64], keep: &[bool]) -> Result<(), RtlError> {
    let columns = q.len();
    let shape = |tensor, found, expected| Err(RtlError::Shape { unit, tensor, found, expected });
    if !(1..=MAX_COLUMNS).contains(&columns) {
        return shape("q", columns, columns.clamp(1, MAX_COLUMNS));
    }
    if ![0, columns].contains(&keep.len()) {
        return shape("mask", keep.len(), columns);
    }
    let mut scores = q.iter().enumerate();
    scores.try_for_each(|(index, q)| within(unit, "q", index, *q, i32::MIN.into()..=i32::MAX.into(), "-2^31..2^31"))
}

/// Constants count with the last element of a row: the others carry none.
fn elements(row: &Row<'_>) -> Vec<Vec<u64>> {
    let (exp, requant16) = (row.constants.exp(), row.constants.requant16());
    let [x0, b, c, m16] = [exp.x0(), exp.b(), exp.c(), requant16.m()].map(|constant| constant as u64);
    let constants = [x0, b, c, exp.n().into(), m16, requant16.e() as u64, row.constants.out_bits().into()];
    let element = |(index, q): (usize, &i64)| {
        let last = index + 1 == row.q.len();
        let keep = row.keep.is_empty() || row.keep[index];
        let constants = if last { constants } else { constants.map(|constant| !constant) };
        [*q as u64, keep.into(), last.into()].into_iter().chain(constants).collect()
    };
    row.q.iter().enumerate().map(element).collect()
}

fn probabilities(results: &[Transfer]) -> Result<Probabilities, RtlError> {
    let column = |index: usize| results.iter().map(|result| result.values[index] as i64).collect::<Vec<_>>();
    let [out, last, exp16, sum, factor] = std::array::from_fn(column);
    let first_offered = results[0].offered;
    let once = last.iter().rev().enumerate().all(|(from_end, last)| (*last == 1) == (from_end == 0));
    let same = |taps: &[i64]| taps.iter().all(|tap| *tap == taps[0]);
    for (holds, rule) in [
        (once, "out_last is set at a row's last result only"),
        (same(&sum) && same(&factor), "a row has one sum and one factor"),
    ] {
        if !holds {
            return Err(RtlError::Protocol { unit: UNIT, cycle: first_offered, rule });
        }
    }
    Ok(Probabilities {
        exp16,
        steps: SoftmaxSteps { sum: sum[0], factor: factor[0] },
        out,
        accepted: results[0].accepted,
        offered: results.iter().map(|result| result.offered).collect(),
        first_offered,
        last_offered: results[results.len() - 1].offered,
    })
}
