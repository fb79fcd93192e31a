//! Softmax: row lengths, masks, sums and reciprocals at their limits, and the bins of i-exp in a row.

use super::cycles::{Cycle, Cycles};
use super::{Coverage, exp, handshake};
use ibert_golden::ops::{Dyadic, ExpConstants, SoftmaxConstants, softmax_row};

/// Elements in the longest row.
const LONGEST: usize = 1024;

/// Cycles from one short row to the next, determined by the reciprocal.
const APART: usize = 34;

/// Number of consecutive short rows that is certain to stall the unit; also an upper bound for the rows in the unit.
const RUN: usize = 16;
const HELD: usize = 5;

pub(super) fn count(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    let (complete, dropped) = rows(cycles, LONGEST);
    coverage.hit("reset in mid-row", dropped > 0);
    for cycles in &complete {
        row(coverage, cycles);
    }
    let numbers: Vec<Vec<usize>> = complete.iter().map(|row| row.iter().map(|cycle| cycle.row).collect()).collect();
    for run in numbers.windows(RUN) {
        let span = run[RUN - 1].last().zip(run[0].first()).map_or(0, |(last, first)| last - first);
        coverage.hit("short rows faster than the unit can take them", span < APART * (RUN - HELD));
    }
    coverage.excuse("sum of more than 25 bits", None, "1024 times 32767 has 25 bits");
    handshake::rows(coverage, cycles, &numbers);
}

/// The complete rows, each up to its last element, and the number of rows that a reset discarded.
pub(super) fn rows<'a>(cycles: &Cycles<'a>, longest: usize) -> (Vec<Vec<Cycle<'a>>>, usize) {
    let (mut complete, mut dropped, mut row) = (vec![], 0, vec![]);
    for cycle in cycles.all() {
        if cycle.resets() {
            dropped += usize::from(!row.is_empty());
            row.clear();
        } else if cycle.flag("valid") {
            row.push(cycle);
            if cycle.flag("last") || row.len() == longest {
                complete.push(std::mem::take(&mut row));
            }
        }
    }
    (complete, dropped)
}

fn row(coverage: &mut Coverage, row: &[Cycle<'_>]) {
    let (length, last) = (row.len(), row[row.len() - 1]);
    for (name, lengths) in [
        ("row of 1", 1..=1),
        ("row of 2", 2..=2),
        ("row of 3 to 33", 3..=33),
        ("row of 34", 34..=34),
        ("row of 35 to 966", 35..=966),
        ("row of 1024", LONGEST..=LONGEST),
    ] {
        coverage.hit(name, lengths.contains(&length));
    }
    coverage.hit("row cut at 1024, without an end", !last.flag("last"));

    let q: Vec<i64> = row.iter().map(|cycle| cycle.get("q")).collect();
    let keep: Vec<bool> = row.iter().map(|cycle| cycle.flag("keep")).collect();
    let kept: Vec<i64> = q.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(q, _)| *q).collect();
    let Some(max) = scores(coverage, &q, &keep) else { return };

    let [x0, b, c, n] = ["x0", "b", "c", "n"].map(|port| last.get(port));
    let [m16, e16, out_bits] = ["m16", "e16", "out_bits"].map(|port| last.get(port));
    coverage.hit_value("out_bits", 1..=16, out_bits);
    let Ok(constants) = ExpConstants::new(x0, b, c, n as u32) else { return };
    kept.iter().for_each(|q| exp::one(coverage, q - max, &constants, m16, e16));
    let requant = Dyadic::new(m16, e16 as i32);
    let Ok(Ok(constants)) = requant.map(|requant| SoftmaxConstants::new(constants, requant, out_bits as u32)) else {
        return;
    };
    let (mut exp16, mut out) = (vec![0; length], vec![0; length]);
    let steps = softmax_row(&q, &keep, &constants, &mut exp16, &mut out);
    coverage.hit("kept, but every exponential is 0", steps.is_err());
    let Ok(steps) = steps else { return };
    coverage.hit("sum 1: factor 2^32", steps.sum == 1);
    coverage.hit("sum 2 to 255", (2..256).contains(&steps.sum));
    coverage.hit("sum of 16 bits or more", steps.sum >= 1 << 16);
    coverage.hit("sum of 25 bits", steps.sum >= 1 << 24);
    coverage.hit("sum of more than 25 bits", steps.sum >= 1 << 25);
    coverage.hit("sum a power of two", steps.sum.count_ones() == 1 && steps.sum > 1);
    let one = 1i64 << out_bits;
    let product = |exp16: &i64| (exp16 * steps.factor) >> (32 - out_bits);
    coverage.hit("probability 1 saturates", exp16.iter().any(|exp16| product(exp16) == one));
    coverage.hit("largest probability, not saturated", exp16.iter().any(|exp16| product(exp16) == one - 1));
    coverage.hit(
        "probability 0 of an exponential that is not",
        exp16.iter().zip(&out).any(|(exp16, out)| *exp16 > 0 && *out == 0),
    );
}

/// Bins of masks and scores; the maximum of the kept scores, if there is one.
pub(super) fn scores(coverage: &mut Coverage, q: &[i64], keep: &[bool]) -> Option<i64> {
    let length = q.len();
    let kept: Vec<i64> = q.iter().zip(keep).filter(|(_, keep)| **keep).map(|(q, _)| *q).collect();
    coverage.hit("nothing masked", kept.len() == length);
    coverage.hit("all masked", kept.is_empty());
    coverage.hit("some masked", !kept.is_empty() && kept.len() < length);
    coverage.hit("first element masked", !keep[0] && !kept.is_empty());
    coverage.hit("last element masked", !keep[length - 1] && !kept.is_empty());
    let max = kept.iter().max().copied()?;
    coverage.hit("a masked score above the maximum", q.iter().zip(keep).any(|(q, keep)| !keep && *q > max));
    coverage.hit("maximum at the first element", length > 1 && keep[0] && q[0] == max);
    coverage.hit("maximum at the last element", length > 1 && keep[length - 1] && q[length - 1] == max);
    coverage.hit("maximum more than once", kept.iter().filter(|q| **q == max).count() > 1);
    coverage.hit("score -2^31 kept", kept.contains(&i32::MIN.into()));
    coverage.hit("score 2^31 - 1 kept", max == i64::from(i32::MAX));
    coverage.hit("scores more than 2^31 apart", kept.iter().any(|q| max - q > 1 << 31));
    coverage.hit("all scores negative", length > 1 && max < 0);
    Some(max)
}
