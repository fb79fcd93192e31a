//! LayerNorm: rows of many lengths and magnitudes, ties of the mean, variances that saturate and that are 0.

use crate::testbench::Vectors;
use crate::testbench::edges::signed;
use crate::testbench::word::Word;
use ibert_golden::ops::{LayerNormSteps, OpError, layernorm_row};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// The longest row.
const LONGEST: usize = 4096;

/// Lengths of rows that are there in any case. The last one begins in the second half of the ring memories.
const LENGTHS: [usize; 12] = [384, 1, 2, 3, 50, 51, 52, LONGEST, 1, LONGEST, 1800, 2200];

/// The longest row but the first of that length has no `last`: it is cut where the memory is full.
const CUT: usize = 9;

/// Rows beside those.
const ROWS: usize = 60;

/// A row so long has an outlier: the deviations of the others make up for it without saturating themselves. The longest has none.
const OUTLIER: usize = 2000;

/// A row, and what it should give.
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

fn row(rng: &mut ChaCha8Rng, channels: usize, overflow_before: bool) -> Result<Row, OpError> {
    let width = [2, 8, 14, 18, 22][rng.random_range(0..5)];
    let offset = if rng.random() { 0 } else { signed(rng, 21) / 2 };
    let mut x: Vec<i64> =
        (0..channels).map(|_| (signed(rng, width) + offset).clamp(-(1 << 21), (1 << 21) - 1)).collect();
    let bias = (0..channels).map(|_| signed(rng, if width % 4 == 0 { 40 } else { 20 })).collect();
    let mut shift = [0, 3, 6, 7, 13, 22][rng.random_range(0..6)];
    if (OUTLIER..LONGEST).contains(&channels) {
        // One element so far from the mean that its square alone saturates, while the others' would not.
        x.fill_with(|| rng.random_range(-960..-955));
        x[rng.random_range(0..channels)] = (1 << 21) - 1;
        shift = 0;
    }
    if rng.random_ratio(1, 8) {
        // A variance just within 32 bits, or just beyond.
        let near = (1u64 << 32) * [12, 15, 17][rng.random_range(0..3)] / 16;
        let magnitude = (near / channels as u64).isqrt() as i64;
        x.iter_mut().enumerate().for_each(|(index, x)| *x = if index % 2 == 0 { magnitude } else { -magnitude });
        shift = 0;
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
    row.steps = layernorm_row(&row.x, &row.bias, row.shift, &mut row.out)?;
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

/// The biases of a row, and its results.
fn biases(vectors: &mut Vectors, row: &Row, gaps: u32) {
    let LayerNormSteps { mean, var, std, factor, saturated } = row.steps;
    for (index, (bias, out)) in row.bias.iter().zip(&row.out).enumerate() {
        let bias = vectors.word("bias", *bias);
        vectors.input("bias_valid", &[("bias", bias)]);
        let results = [
            ("out", *out),
            ("out_last", i64::from(index + 1 == row.x.len())),
            ("mean", mean),
            ("variance", var.into()),
            ("std", std),
            ("factor", factor),
            ("saturated", saturated.into()),
            ("overflow", row.overflow.into()),
        ];
        let results = results.map(|(port, value)| (port, vectors.word(port, value)));
        vectors.expect(None, &results);
        vectors.gaps(gaps);
    }
}

pub(super) fn fill(vectors: &mut Vectors, _side: Option<usize>) -> Result<(), OpError> {
    // Part of a row, which a reset drops.
    let part = row(vectors.rng(), 20, false)?;
    elements(vectors, &part, 12, 0);
    vectors.reset();
    let mut overflow = false;
    let mut before: Option<Row> = None;
    for index in 0..LENGTHS.len() + ROWS {
        let channels = match LENGTHS.get(index) {
            Some(channels) => *channels,
            None => vectors.rng().random_range(1..60),
        };
        let mut row = row(vectors.rng(), channels, overflow)?;
        row.ended = index != CUT;
        overflow = row.overflow;
        let gaps = if index % 2 == 0 { 0 } else { 30 };
        elements(vectors, &row, channels, gaps);
        // The biases of a row come when the next one is in.
        if let Some(before) = before.replace(row) {
            biases(vectors, &before, gaps);
        }
    }
    if let Some(last) = before {
        biases(vectors, &last, 0);
    }
    Ok(())
}
