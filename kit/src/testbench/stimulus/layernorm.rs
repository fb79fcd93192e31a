//! LayerNorm, alone and requantized: rows of many lengths and magnitudes, ties of the mean, variances that saturate and
//! that are 0.

use super::requantizer::unclamped_exponent;
use crate::testbench::Vectors;
use crate::testbench::edges::{mantissa, signed};
use crate::testbench::word::Word;
use ibert_golden::ops::{Dyadic, LayerNormSteps, OpError, VarianceShift, Width, layernorm_row, requant};
use ibert_isa::timing::units::{self, RowTiming};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// The longest row.
const LONGEST: usize = 4096;

/// Lengths of rows that are always included. The last one begins in the second half of the ring memories.
const LENGTHS: [usize; 12] = [384, 1, 2, 3, 50, 51, 52, LONGEST, 1, LONGEST, 1800, 2200];

/// The longest row but the first of that length has no `last`: it is truncated where the memory is full. Its deviation
/// is the largest.
const CUT: usize = 9;

/// The first of the longest rows: a sum hardly above the lowest, and one element with the largest result that there is.
const WIDEST: usize = 7;

/// Right shift with which that of a row of extremes does not saturate.
const CUT_SHIFT: u32 = 11;

/// Lengths of rows that find the unit idle; the first directly follows a reset.
const ALONE: [usize; 4] = [1, 2, 5, 60];

/// Timing of the unit, whose row memories hold the longest row; rows that find it idle have their biases waiting.
const TIMING: RowTiming = units::layernorm(LONGEST.ilog2() as usize);

/// The same, with the requantizers.
const REQUANTIZED_TIMING: RowTiming = units::layernorm_requantizer(LONGEST.ilog2() as usize);

/// Times three short rows at once, whose biases come later.
const BURSTS: usize = 6;

/// Number of additional rows.
const ROWS: usize = 85;

/// A row so long has an outlier: the deviations of the others make up for it without saturating themselves. The longest
/// has none.
const OUTLIER: usize = 2000;

/// A row and its expected results.
struct Row {
    x: Vec<i64>,
    bias: Vec<i64>,
    shift: u32,
    out: Vec<i64>,
    steps: LayerNormSteps,
    /// A variance was saturated, here or before.
    overflow: bool,
    /// The last element says that it is.
    ended: bool,
}

/// Row number `index`.
fn row(rng: &mut ChaCha8Rng, index: usize, channels: usize, overflow_before: bool) -> Result<Row, OpError> {
    let width = [2, 8, 14, 18, 22][rng.random_range(0..5)];
    let offset = if rng.random() { 0 } else { signed(rng, 21) / 2 };
    let mut x: Vec<i64> =
        (0..channels).map(|_| (signed(rng, width) + offset).clamp(-(1 << 21), (1 << 21) - 1)).collect();
    let mut bias: Vec<i64> = (0..channels).map(|_| signed(rng, if width % 4 == 0 { 40 } else { 20 })).collect();
    let mut shift =
        if index.is_multiple_of(2) { (index / 2 % 23) as u32 } else { [0, 3, 6, 7, 13, 22][rng.random_range(0..6)] };
    match rng.random_range(0..24) {
        // A variance just inside or just outside 32 bits.
        0..3 => {
            let near = (1u64 << 32) * [12, 15, 17][rng.random_range(0..3)] / 16;
            let magnitude = (near / channels as u64).isqrt() as i64;
            x.iter_mut().enumerate().for_each(|(index, x)| *x = if index % 2 == 0 { magnitude } else { -magnitude });
            shift = 0;
        }
        // Equal elements, at a limit.
        3 => x.fill([-(1 << 21), (1 << 21) - 1, 77][rng.random_range(0..3)]),
        // Few of them one above: the mean is that of the others, and the shift leaves nothing.
        4 | 5 => {
            let base = signed(rng, 20);
            x.iter_mut().enumerate().for_each(|(index, x)| *x = base + i64::from(index % 3 == 1));
            shift = shift.max(1);
        }
        _ => {}
    }
    if (OUTLIER..LONGEST).contains(&channels) {
        // One element so far from the mean that its square alone saturates, while the others' would not.
        x.fill_with(|| rng.random_range(-960..-955));
        x[rng.random_range(0..channels)] = (1 << 21) - 1;
        shift = 0;
    }
    if index == CUT {
        x.iter_mut().enumerate().for_each(|(index, x)| *x = if index % 2 == 0 { (1 << 21) - 1 } else { -(1 << 21) });
        shift = CUT_SHIFT;
    }
    if (index, channels) == (WIDEST, LONGEST) {
        // The mean is a tie and stays below, so that no deviation is negative, and the shift leaves a variance of 0.
        x.fill(-(1 << 21));
        x[1] += channels as i64 / 2;
        bias[1] = (1 << 39) - 1;
        shift = 22;
    }
    let mut row = Row {
        x,
        bias,
        // Too small a shift saturates, too large a one leaves a variance of 0.
        shift,
        out: vec![0; channels],
        steps: LayerNormSteps { mean: 0, var: 0, std: 1, factor: 0, saturated: false },
        overflow: overflow_before,
        ended: true,
    };
    row.steps = layernorm_row(&row.x, &row.bias, VarianceShift::new(row.shift)?, &mut row.out)?;
    row.overflow |= row.steps.saturated;
    Ok(row)
}

/// The elements of a row; the shift counts with the last one only.
fn elements(vectors: &mut Vectors, row: &Row, count: usize, gaps: u32) {
    for index in 0..count {
        let last = index + 1 == row.x.len();
        let noise = Word::random(vectors.width("shift"), || vectors.rng().random());
        let shift = if last { vectors.word("shift", row.shift) } else { noise };
        let (x, last) = (vectors.word("x", row.x[index]), vectors.word("last", i128::from(last && row.ended)));
        vectors.operands(&[("x", x), ("last", last), ("shift", shift)]);
        vectors.gaps(gaps);
    }
}

/// Inputs sent with the bias of a channel, and the expected outputs.
type Channel = (Vec<(&'static str, i64)>, Vec<(&'static str, i64)>);

/// A bias, and the result with the statistics of its row.
fn normalized(_: &mut ChaCha8Rng, row: &Row, index: usize) -> Result<Channel, OpError> {
    let LayerNormSteps { mean, var, std, factor, saturated } = row.steps;
    let results = vec![
        ("out", row.out[index]),
        ("out_last", i64::from(index + 1 == row.x.len())),
        ("mean", mean),
        ("variance", var.into()),
        ("std_dev", std),
        ("factor", factor),
        ("saturated", saturated.into()),
        ("overflow", row.overflow.into()),
    ];
    Ok((vec![("bias", row.bias[index])], results))
}

/// A bias with constants of its own, and both requantized results.
fn requantized(rng: &mut ChaCha8Rng, row: &Row, index: usize) -> Result<Channel, OpError> {
    let out = row.out[index];
    let mut constants = |bits: u32| -> Result<(i64, i64, i64), OpError> {
        let m = mantissa(rng);
        let e = if rng.random_ratio(3, 4) { unclamped_exponent(rng, out, m, bits) } else { rng.random_range(0..64) };
        Ok((m, e, requant(out, Dyadic::new(m, e as i32)?, Width::new(bits)?)))
    };
    let ((m, e, operand), (residual_m, residual_e, residual)) = (constants(8)?, constants(16)?);
    let operands =
        vec![("bias", row.bias[index]), ("m", m), ("e", e), ("residual_m", residual_m), ("residual_e", residual_e)];
    let results = vec![
        ("out", operand),
        ("residual", residual),
        ("out_last", i64::from(index + 1 == row.x.len())),
        ("saturated", row.steps.saturated.into()),
        ("overflow", row.overflow.into()),
    ];
    Ok((operands, results))
}

/// Inputs sent with the bias of a channel, and the expected outputs.
type ChannelOf = fn(&mut ChaCha8Rng, &Row, usize) -> Result<Channel, OpError>;

/// The biases of a row, and its results, the first one after `latency` cycles if that is known.
fn biases(
    vectors: &mut Vectors,
    row: &Row,
    gaps: u32,
    channel: ChannelOf,
    latency: Option<usize>,
) -> Result<(), OpError> {
    for index in 0..row.x.len() {
        let (operands, results) = channel(vectors.rng(), row, index)?;
        let words = |values: Vec<(&'static str, i64)>| -> Vec<_> {
            values.into_iter().map(|(port, value)| (port, vectors.word(port, value))).collect()
        };
        let (operands, results) = (words(operands), words(results));
        vectors.input("bias_valid", &operands);
        match latency {
            Some(latency) if index == 0 => vectors.expect_after(latency, &results),
            _ => vectors.expect(None, &results),
        }
        vectors.gaps(gaps);
    }
    Ok(())
}

/// A reset that discards a part of a row, then rows that find the unit idle: their latency is known, and no variance
/// was saturated yet.
fn after_reset(vectors: &mut Vectors, channel: ChannelOf, timing: RowTiming) -> Result<(), OpError> {
    let part = row(vectors.rng(), 0, 20, false)?;
    elements(vectors, &part, 12, 0);
    vectors.reset();
    let mut overflow = false;
    for channels in ALONE {
        let row = row(vectors.rng(), channels, channels, overflow)?;
        overflow = row.overflow;
        elements(vectors, &row, channels, 0);
        biases(vectors, &row, 0, channel, Some(timing.first_result(channels)))?;
        // The last results are taken slowly at times.
        (0..200).for_each(|_| vectors.gap());
    }
    Ok(())
}

pub(super) fn fill(vectors: &mut Vectors, _side: Option<usize>) -> Result<(), OpError> {
    rows(vectors, normalized, TIMING)
}

pub(super) fn fill_requantized(vectors: &mut Vectors, _side: Option<usize>) -> Result<(), OpError> {
    rows(vectors, requantized, REQUANTIZED_TIMING)
}

fn rows(vectors: &mut Vectors, channel: ChannelOf, timing: RowTiming) -> Result<(), OpError> {
    // Part of a row, which a reset discards.
    let part = row(vectors.rng(), 0, 20, false)?;
    elements(vectors, &part, 12, 0);
    vectors.reset();
    let mut overflow = false;
    let mut before: Option<Row> = None;
    for index in 0..LENGTHS.len() + ROWS {
        let channels = match LENGTHS.get(index) {
            Some(channels) => *channels,
            None => vectors.rng().random_range(1..60),
        };
        let mut row = row(vectors.rng(), index, channels, overflow)?;
        row.ended = index != CUT;
        overflow = row.overflow;
        let gaps = if index % 2 == 0 { 0 } else { 30 };
        elements(vectors, &row, channels, gaps);
        // The biases of a row arrive after the next row.
        if let Some(before) = before.replace(row) {
            biases(vectors, &before, gaps, channel, None)?;
        }
    }
    if let Some(last) = before {
        biases(vectors, &last, 0, channel, None)?;
    }
    for _ in 0..BURSTS {
        let mut burst = vec![];
        for _ in 0..3 {
            let channels = vectors.rng().random_range(1..8);
            let row = row(vectors.rng(), channels, channels, overflow)?;
            overflow = row.overflow;
            elements(vectors, &row, channels, 0);
            burst.push(row);
        }
        burst.iter().try_for_each(|row| biases(vectors, row, 0, channel, None))?;
    }
    (0..200).for_each(|_| vectors.gap());
    after_reset(vectors, channel, timing)
}
