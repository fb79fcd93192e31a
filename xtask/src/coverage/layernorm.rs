//! LayerNorm: row lengths, rounding of the mean, variances and deviations at their limits, and the sticky flag.

use super::cycles::{Cycle, Cycles};
use super::softmax::rows;
use super::{Coverage, handshake, rounding};
use ibert_golden::ops::{VarianceShift, layernorm_row, round_half_even_shift};

/// Elements in the longest row.
const LONGEST: usize = 4096;

/// Fewest cycles per mean: shorter rows without a pause stall.
const MEAN: usize = 36;

const MANTISSA: [&str; 4] = ["m negative", "m = 2^31", "m = -2^31", "m = ±2^30"];
const RESIDUAL_MANTISSA: [&str; 4] =
    ["residual: m negative", "residual: m = 2^31", "residual: m = -2^31", "residual: m = ±2^30"];

pub(super) fn count(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    rows_with(coverage, cycles, &|_, _, _| {});
}

pub(super) fn count_requantized(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    rows_with(coverage, cycles, &|coverage, bias, normalized| {
        let [m, e, residual_m, residual_e] = ["m", "e", "residual_m", "residual_e"].map(|port| bias.get(port));
        rounding::mantissa(coverage, MANTISSA, m);
        rounding::mantissa(coverage, RESIDUAL_MANTISSA, residual_m);
        coverage.hit_value("e", 0..=63, e);
        coverage.hit_value("residual_e", 0..=63, residual_e);
        let scaled = |m, e| round_half_even_shift(i128::from(normalized) * i128::from(m), e as u32);
        rounding::saturation(coverage, scaled(m, e), 8);
        let residual = scaled(residual_m, residual_e);
        coverage.hit("residual saturates high", residual > i16::MAX.into());
        coverage.hit("residual saturates low", residual < i16::MIN.into());
        coverage.hit("residual beyond 8 bits, within 16", (128..1 << 15).contains(&residual));
    });
}

/// Counts further bins of a channel, from its bias and its normalized element.
type Channel<'c> = &'c dyn Fn(&mut Coverage, &Cycle<'_>, i64);

fn rows_with(coverage: &mut Coverage, cycles: &Cycles<'_>, channel: Channel<'_>) {
    let (complete, dropped) = rows(cycles, LONGEST);
    coverage.hit("reset in mid-row", dropped > 0);
    let biases: Vec<Cycle<'_>> = cycles.offers("bias_valid").collect();
    for bias in &biases {
        coverage.hit("biases right behind each other", bias.before().is_some_and(|before| before.flag("bias_valid")));
        coverage.hit(
            "bias after a pause",
            bias.before().is_some_and(|before| !before.flag("bias_valid") && !before.flag("valid")),
        );
        coverage.hit("bias at its upper limit", bias.get("bias") == (1 << 39) - 1);
        coverage.hit("bias at its lower limit", bias.get("bias") == -(1 << 39));
    }
    let resets: Vec<usize> = cycles.resets().map(|cycle| cycle.row).collect();
    let mut saturated_in = None;
    let mut rest = biases.as_slice();
    for row in &complete {
        let (own, others) = rest.split_at(row.len().min(rest.len()));
        rest = others;
        let saturated = one(coverage, row, own, channel);
        let since = |from: usize| resets.iter().any(|reset| (from..row[0].row).contains(reset));
        coverage.hit(
            "overflow stays set for a row that is not saturated",
            !saturated && saturated_in.is_some_and(|from| !since(from)),
        );
        coverage.hit("overflow cleared by a reset", !saturated && saturated_in.is_some_and(since));
        if saturated {
            saturated_in = Some(row[0].row);
        }
    }
    let numbers: Vec<Vec<usize>> = complete.iter().map(|row| row.iter().map(|cycle| cycle.row).collect()).collect();
    for run in numbers.windows(3) {
        let span = run[2].last().zip(run[0].first()).map_or(0, |(last, first)| last - first);
        coverage.hit("three rows in less time than a mean takes: the third waits", span < MEAN);
    }
    coverage.excuse("result beyond 42 bits", None, "|y·factor| / 2 is at most 2^41, and a bias 2^39");
    handshake::rows(coverage, cycles, &numbers);
}

/// Bins of one row with its biases. Returns whether the row's variance saturates.
fn one(coverage: &mut Coverage, row: &[Cycle<'_>], biases: &[Cycle<'_>], channel: Channel<'_>) -> bool {
    let (length, last) = (row.len(), row[row.len() - 1]);
    for (name, lengths) in [
        ("row of 1", 1..=1),
        ("row of 2", 2..=2),
        ("row of 3 to 49", 3..=49),
        ("row of 50", 50..=50),
        ("row of 51 to 2047", 51..=2047),
        ("row of 2048 to 4095", 2048..=LONGEST - 1),
        ("row of 4096", LONGEST..=LONGEST),
    ] {
        coverage.hit(name, lengths.contains(&length));
    }
    coverage.hit("row cut at 4096, without an end", !last.flag("last"));

    let x: Vec<i64> = row.iter().map(|cycle| cycle.get("x")).collect();
    let bias: Vec<i64> = biases.iter().map(|cycle| cycle.get("bias")).collect();
    let shift = last.get("shift");
    let mut out = vec![0; length];
    let steps = VarianceShift::new(shift as u32).and_then(|shift| layernorm_row(&x, &bias, shift, &mut out));
    let Ok(steps) = steps else { return false };
    biases.iter().zip(&out).for_each(|(bias, out)| channel(coverage, bias, *out));
    coverage.hit("x at its upper limit", x.contains(&((1 << 21) - 1)));
    coverage.hit("x at its lower limit", x.contains(&-(1 << 21)));
    coverage.hit_value("shift", 0..=22, shift);

    let (sum, length) = (x.iter().sum::<i64>(), length as i64);
    let (floor, rest) = (sum.div_euclid(length), sum.rem_euclid(length));
    coverage.hit("sum below -2^32", sum < -(1 << 32));
    coverage.hit("mean: tie rounded up", 2 * rest == length && floor & 1 == 1);
    coverage.hit("mean: tie rounded down", 2 * rest == length && floor & 1 == 0);
    coverage.hit("mean: tie of a negative sum", 2 * rest == length && sum < 0);
    coverage.hit("mean: exact", rest == 0 && length > 1);
    coverage.hit("mean: rounded down", rest > 0 && 2 * rest < length);
    coverage.hit("mean: rounded up", 2 * rest > length);
    coverage.hit("mean negative", steps.mean < 0);
    coverage.hit("mean 0", steps.mean == 0 && length > 1);
    coverage.hit("mean at its lower limit", steps.mean == -(1 << 21));

    let deviations = || x.iter().map(|x| x - steps.mean);
    coverage.hit("deviation of 22 bits or more", deviations().any(|y| y.abs() >= 1 << 21));
    coverage
        .hit("shift of a negative deviation rounds down", deviations().any(|y| y < 0 && y & ((1 << shift) - 1) != 0));
    let squares = || deviations().map(|y| i128::from(y >> shift) * i128::from(y >> shift));
    let exact: i128 = squares().sum();
    let single = squares().any(|square| square >= 1 << 32);
    coverage.hit("variance saturates by a single square", exact >= 1 << 32 && single);
    coverage.hit("variance saturates by the sum only", exact >= 1 << 32 && !single);
    coverage
        .hit("variance saturates by one of its squares only", single && exact - squares().max().unwrap_or(0) < 1 << 32);
    coverage.hit("variance of 32 bits, not saturated", (1i128 << 31..1 << 32).contains(&exact));
    coverage.hit("variance 0, elements equal", length > 1 && deviations().all(|y| y == 0));
    coverage.hit("variance 0, elements not equal", exact == 0 && deviations().any(|y| y != 0));
    coverage.hit("std 1: factor 2^31", steps.std == 1);
    coverage.hit("std of 27 bits", steps.std >= 1 << 26);
    coverage.hit("std even with a shift of 0", shift == 0 && steps.std % 2 == 0);
    coverage.hit(
        "product of y and factor odd and negative: half rounds down",
        deviations().any(|y| y < 0 && (y * steps.factor) & 1 == 1),
    );
    coverage.hit("result beyond 32 bits", out.iter().any(|out| out.abs() > 1 << 31));
    coverage.hit("result of 2^41 and more", out.iter().any(|out| *out >= 1 << 41));
    coverage.hit("result beyond 42 bits", out.iter().any(|out| out.abs() > (1 << 41) + (1 << 39)));
    coverage.hit("result negative", out.iter().any(|out| *out < 0));
    steps.saturated
}
