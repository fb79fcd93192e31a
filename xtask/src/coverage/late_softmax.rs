//! Late softmax: row lengths, masks, weights and sums at their limits; reciprocals and means.

use super::cycles::{Cycle, Cycles};
use super::{Coverage, handshake, rounding, softmax};
use ibert_golden::ops::{ExpConstants, LateSoftmaxConstants, RowReciprocal, iexp, late_softmax_row};

/// Elements in the longest row.
const LONGEST: usize = 1024;

/// Cycles from one short row to the next, determined by the reciprocal.
const APART: usize = 20;

pub(super) fn count(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    let (complete, dropped) = softmax::rows(cycles, LONGEST);
    coverage.hit("reset in mid-row", dropped > 0);
    for cycles in &complete {
        row(coverage, cycles);
    }
    let numbers: Vec<Vec<usize>> = complete.iter().map(|row| row.iter().map(|cycle| cycle.row).collect()).collect();
    for pair in numbers.windows(2) {
        let (Some(before), Some(after)) = (pair[0].last(), pair[1].last()) else { continue };
        coverage.hit("short rows faster than the unit can take them", after - before < APART);
    }
    handshake::rows(coverage, cycles, &numbers);
}

fn row(coverage: &mut Coverage, row: &[Cycle<'_>]) {
    let (length, last) = (row.len(), row[row.len() - 1]);
    for (name, lengths) in [
        ("row of 1", 1..=1),
        ("row of 2", 2..=2),
        ("row of 3 to 18", 3..=18),
        ("row of 19", 19..=19),
        ("row of 20", 20..=20),
        ("row of 21 to 1022", 21..=1022),
        ("row of 1024", LONGEST..=LONGEST),
    ] {
        coverage.hit(name, lengths.contains(&length));
    }
    coverage.hit("row cut at 1024, without an end", !last.flag("last"));

    let q: Vec<i64> = row.iter().map(|cycle| cycle.get("q")).collect();
    let keep: Vec<bool> = row.iter().map(|cycle| cycle.flag("keep")).collect();
    let Some(max) = softmax::scores(coverage, &q, &keep) else { return };

    let [x0, b, c, n] = ["x0", "b", "c", "n"].map(|port| last.get(port));
    let [shift, m, e] = ["shift", "m", "e"].map(|port| last.get(port));
    coverage.hit_value("shift", 0..=31, shift);
    coverage.hit_value("e", 0..=31, e);
    coverage.hit("largest m", m == (1 << 16) - 1);
    let Ok(exp) = ExpConstants::new(x0, b, c, n as u32) else { return };
    let Ok(constants) = LateSoftmaxConstants::new(exp, shift as u32, m as u32, e as u32) else { return };
    for (q, keep) in q.iter().zip(&keep) {
        let Ok(steps) = iexp(if *keep { q - max } else { 0 }, &exp) else { continue };
        let operand = steps.t.max(0) >> shift;
        coverage.hit("polynomial negative", steps.t < 0);
        coverage.hit("polynomial of 16 bits after the shift", operand >= 1 << 15);
        coverage.hit_value("octaves", 0..=30, i64::from(steps.z));
        let names = ["weight: tie, up", "weight: tie, down", "weight: above a tie", "weight: below a tie"];
        let (product, exponent) = (i128::from(operand) * i128::from(m), e + i64::from(steps.z));
        rounding::count(coverage, names, product, exponent);
        coverage.hit("exponent past the product", exponent > 33 && product > 0);
        let rounded = product >> exponent.min(100);
        coverage.hit("weight saturates", rounded > 255);
        coverage.hit("weight 255, not saturated", rounded == 255);
    }
    let mut weights = vec![0; length];
    let Ok(sum) = late_softmax_row(&q, &keep, &constants, &mut weights) else { return };
    coverage.hit("kept, but every weight is 0", sum == 0);
    coverage.hit("weight 1", weights.contains(&1));
    coverage.hit(
        "weight 0 of a column that is kept",
        weights.iter().zip(&keep).any(|(weight, keep)| *keep && *weight == 0),
    );
    coverage.hit("sum of less than 255", (1..255).contains(&sum));
    coverage.hit("sum of 16 bits", sum >= 1 << 15);
    coverage.hit("greatest sum", sum == 255 * LONGEST as u32);
}

pub(super) fn count_reciprocal(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    for cycle in cycles.offers("valid") {
        let sum = cycle.get("sum") as u32;
        coverage.hit("sum 0", sum == 0);
        coverage.hit("sum of 2^18 - 1", sum == (1 << 18) - 1);
        let Ok(reciprocal) = RowReciprocal::of(sum) else { continue };
        coverage.hit_value("length of the sum", 1..=18, i64::from(reciprocal.length()));
        coverage.hit("power of two: mantissa 2^16", reciprocal.mantissa() == 1 << 16);
        coverage.hit("mantissa 2^15", reciprocal.mantissa() == 1 << 15);
        coverage.hit("mantissa of alternating bits", reciprocal.mantissa() == 0xaaaa);
        coverage.hit(
            "remainder one below the divisor",
            ((1_u64 << 33) + 1).is_multiple_of(u64::from(sum)) && sum > 1 << 17,
        );
    }
    handshake::one_at_a_time(coverage, cycles);
}

pub(super) fn count_mean(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    for cycle in cycles.offers("valid") {
        let [accumulator, mantissa, length] = ["accumulator", "mantissa", "length"].map(|port| cycle.get(port));
        coverage.hit_value("length of the sum", 1..=18, length);
        let aligned = if length <= 10 { accumulator << (10 - length) } else { accumulator >> (length - 10) };
        coverage.hit("aligned accumulator -2^17", aligned == -(1 << 17));
        coverage.hit("bits lost by the alignment", length > 10 && aligned << (length - 10) != accumulator);
        let names = ["tie, up", "tie, down", "above a tie", "below a tie"];
        let product = i128::from(aligned) * i128::from(mantissa);
        rounding::count(coverage, names, product, 17);
        coverage.hit("mean 2^15 saturates", product == 1 << 32);
        coverage.hit("mean -2^15", product == -(1 << 32));
        coverage.hit("mean 0 of an accumulator that is not", accumulator != 0 && (product + (1 << 16)) >> 17 == 0);
    }
    handshake::stream(coverage, cycles);
}
