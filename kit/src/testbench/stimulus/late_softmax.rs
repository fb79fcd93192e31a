//! Late softmax: rows of many lengths and masks under constants that change when the unit is idle; reciprocals of sums;
//! means.

use super::iterating::fill as iterate;
use super::streaming::{Element, fill as stream};
use crate::testbench::Vectors;
use crate::testbench::edges::signed;
use crate::testbench::word::Word;
use ibert_golden::ops::{ExpConstants, LateSoftmaxConstants, OpError, RowReciprocal, late_softmax_row};
use ibert_isa::timing::units::{self, RECIPROCAL_LATENCY, RECIPROCAL_PERIOD, ROW_MEAN_LATENCY, RowTiming};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// The longest row.
const LONGEST: usize = 1024;

/// Lengths of rows that are always included; the first batch is of the longest ones.
const LENGTHS: [&[usize]; 3] = [&[LONGEST, 1, 2, LONGEST, 3, 400, 600], &[19, 20, 21, 128, 300], &[1, 1, 1, 1, 1, 1]];

/// The row of the first batch that has no `last`: it is truncated where the memory is full. Its sum is the greatest.
const CUT: usize = 3;

/// Lengths of rows that find the unit idle; the first directly follows a reset.
const ALONE: [usize; 7] = [1, 2, 5, 40, 1, 1, 1];

/// Cycles from a row of one element, accepted right after another one by an idle unit, to its weight: its end waits
/// until the sum of the other one has its reciprocal.
const SECOND: usize = TIMING.first_result(1) + RECIPROCAL_PERIOD - 1;

/// Timing of the unit, whose row memory holds the longest row.
const TIMING: RowTiming = units::late_softmax(LONGEST.ilog2() as usize);

/// Number of batches of rows with the same constants.
const BATCHES: usize = 132;

/// A row of scores.
struct Row {
    q: Vec<i64>,
    keep: Vec<bool>,
    /// The last element says that it is.
    ended: bool,
}

/// Constants derived for the scales of networks, or anything that the ports carry.
fn constants(rng: &mut ChaCha8Rng, batch: usize) -> Result<LateSoftmaxConstants, OpError> {
    // The longest rows are the first ones; their sum is to be the greatest.
    if batch == 0 || batch % 4 == 2 {
        return LateSoftmaxConstants::derive([5e-5, 4e-4, 1.4e-3, 0.01, 0.2, 1.2][rng.random_range(0..6)]);
    }
    if batch % 4 == 3 {
        // The maximum's weight is a tie, or next to one.
        let e = rng.random_range(1..8);
        let c = ((2 * rng.random_range(0..256) + 1) << (e - 1)) + rng.random_range(-1..=1);
        return LateSoftmaxConstants::new(ExpConstants::new(-1, 0, c, 30)?, 0, 1, e);
    }
    let x0 = match rng.random_range(0..3) {
        0 => -(1 << rng.random_range(0..=14)),
        _ => rng.random_range(-(1 << 14)..=-1),
    };
    let b = (-x0 - 1).max(signed(rng, 17));
    let shift = (batch / 4 % 32) as u32;
    // The polynomial has 16 bits after the shift, or fewer; now and then it is negative.
    let most = ((1_i64 << 16 << shift) - 1).min((1 << 31) - 1);
    let c = match rng.random_range(0..6) {
        0 => -rng.random_range(1..=1_i64 << 31),
        1 => most,
        _ => most >> rng.random_range(0..16),
    };
    let m = if rng.random_ratio(1, 4) { (1 << 16) - 1 } else { rng.random_range(1..1 << 16) };
    // The maximum's weight has about 8 bits, or it saturates, or it is small.
    let length = 64 - ((c.max(0) >> shift) * i64::from(m)).leading_zeros() as i64;
    let e = if batch.is_multiple_of(4) {
        (batch / 4 % 32) as i64
    } else {
        (length - 8 + rng.random_range(-3..=6)).clamp(0, 31)
    };
    let n = if rng.random() { 30 } else { rng.random_range(0..=30) };
    LateSoftmaxConstants::new(ExpConstants::new(x0, b, c, n)?, shift, m, e as u32)
}

/// A row of scores around 0, where 32-bit numbers change sign, or a power of two.
fn row(rng: &mut ChaCha8Rng, columns: usize, constants: &LateSoftmaxConstants) -> Row {
    let x0 = constants.exp().x0();
    let spread = x0 * [1, 4, 40][rng.random_range(0..3)];
    let limits = i32::MIN.into()..=i64::from(i32::MAX);
    let offset = [signed(rng, 30), i32::MAX.into(), i32::MIN.into(), 1 << 30, -(1 << 30)][rng.random_range(0..5)];
    let mut score = || match rng.random_range(0..40) {
        0 => signed(rng, 32),
        1 => i32::MIN.into(),
        2..8 => offset + rng.random_range(0..=32) * x0 + rng.random_range(-1..=1),
        _ => offset + rng.random_range(spread..=-spread),
    };
    let q = (0..columns).map(|_| score().clamp(*limits.start(), *limits.end())).collect();
    let keep = match rng.random_range(0..6) {
        0 => vec![false; columns],
        1 => (0..columns).map(|_| rng.random()).collect(),
        2 => (0..columns).map(|column| column <= columns / 2).collect(),
        _ => vec![true; columns],
    };
    Row { q, keep, ended: true }
}

/// Applies constants to the ports, where they stay.
fn hold(vectors: &mut Vectors, constants: &LateSoftmaxConstants) {
    let exp = constants.exp();
    let held = [
        ("x0", exp.x0()),
        ("b", exp.b()),
        ("c", exp.c()),
        ("n", exp.n().into()),
        ("shift", constants.shift().into()),
        ("m", constants.m().into()),
        ("e", constants.e().into()),
    ];
    let held = held.map(|(port, value)| (port, vectors.word(port, value)));
    vectors.hold(&held);
}

/// The operands of an element.
fn operands(vectors: &mut Vectors, row: &Row, index: usize) {
    let last = index + 1 == row.q.len() && row.ended;
    let operands = [("q", row.q[index].into()), ("keep", i128::from(row.keep[index])), ("last", i128::from(last))];
    let operands: Vec<(&str, Word)> = operands.map(|(port, value)| (port, vectors.word(port, value))).into();
    vectors.operands(&operands);
}

/// Sends a row and expects its weights, the first one after `latency` cycles if that is known.
fn send(vectors: &mut Vectors, row: &Row, constants: &LateSoftmaxConstants, gaps: u32, latency: Option<usize>) {
    let columns = row.q.len();
    let mut weights = vec![0; columns];
    // The operator refuses a row of which no column is kept; its weights are 0.
    if late_softmax_row(&row.q, &row.keep, constants, &mut weights).is_err() {
        weights.fill(0);
    }
    let mut sum = 0;
    for (index, weight) in weights.into_iter().enumerate() {
        operands(vectors, row, index);
        sum += u32::from(weight);
        let results = [("weight", weight.into()), ("out_last", u32::from(index + 1 == columns)), ("sum", sum)];
        let results = results.map(|(port, value)| (port, vectors.word(port, value)));
        match latency {
            Some(latency) if index == 0 => vectors.expect_after(latency, &results),
            _ => vectors.expect(None, &results),
        }
        vectors.gaps(gaps);
    }
}

pub(super) fn fill(vectors: &mut Vectors, _side: Option<usize>) -> Result<(), OpError> {
    let mut k = constants(vectors.rng(), 0)?;
    hold(vectors, &k);
    // Part of a row, which a reset discards.
    let part = row(vectors.rng(), 20, &k);
    (0..12).for_each(|index| operands(vectors, &part, index));
    vectors.reset();
    for columns in ALONE {
        let row = row(vectors.rng(), columns, &k);
        send(vectors, &row, &k, 0, Some(TIMING.first_result(columns)));
        let gaps = 2 * columns + vectors.rng().random_range(60..70);
        (0..gaps).for_each(|_| vectors.gap());
    }
    for latency in [None, Some(SECOND)] {
        let row = row(vectors.rng(), 1, &k);
        send(vectors, &row, &k, 0, latency);
    }
    (0..100).for_each(|_| vectors.gap());
    for batch in 0..BATCHES {
        let lengths = match LENGTHS.get(batch) {
            Some(lengths) => lengths.to_vec(),
            None => (0..4).map(|_| vectors.rng().random_range(1..40)).collect(),
        };
        for (index, columns) in lengths.iter().enumerate() {
            let mut row = row(vectors.rng(), *columns, &k);
            if (batch, index) == (0, CUT) {
                row.ended = false;
                row.q.fill(-5);
                row.keep.fill(true);
            }
            send(vectors, &row, &k, if (batch + index) % 2 == 0 { 0 } else { 30 }, None);
        }
        // New constants when everything has come out.
        let longest = lengths.iter().max().copied().unwrap_or_default();
        (0..2 * longest + 100).for_each(|_| vectors.gap());
        k = constants(vectors.rng(), batch + 1)?;
        hold(vectors, &k);
    }
    Ok(())
}

/// Sums of every length, those next to powers of two, and 0.
pub(super) fn fill_reciprocal(vectors: &mut Vectors, _side: Option<usize>) -> Result<(), OpError> {
    iterate(vectors, 1500, |rng| {
        let length = rng.random_range(1..=18);
        let sum = match rng.random_range(0..12) {
            0 => 0,
            1 => 1 << (length - 1),
            2 => (1 << length) - 1,
            // They divide 2^33 + 1.
            3 => [137_283, 187_713][rng.random_range(0..2)],
            _ => rng.random_range(1 << (length - 1)..1_u32 << length),
        };
        let reciprocal = RowReciprocal::of(sum).unwrap_or(RowReciprocal::NONE);
        let element = Element {
            operands: vec![("sum", sum.into())],
            results: vec![("mantissa", reciprocal.mantissa().into()), ("length", reciprocal.length().into())],
        };
        Ok((element, RECIPROCAL_LATENCY))
    })
}

/// An accumulator whose product with the mantissa is half of 2^17, or one more or less, modulo 2^17.
fn next_to_tie(rng: &mut ChaCha8Rng, reciprocal: RowReciprocal) -> Option<i64> {
    let mantissa = i64::from(reciprocal.mantissa());
    if mantissa % 2 == 0 || reciprocal.length() < 10 {
        return None;
    }
    // The inverse of an odd number modulo 2^17, by Newton's iteration.
    let inverse = (0..5).fold(1_i64, |inverse, _| (inverse * (2 - mantissa * inverse)).rem_euclid(1 << 17));
    let aligned = ((1 << 16) + rng.random_range(-1..=1)) * inverse % (1 << 17);
    let aligned = if rng.random() { aligned } else { aligned - (1 << 17) };
    Some(aligned << (reciprocal.length() - 10))
}

/// Accumulators up to the limits of sums of every length, and next to ties.
pub(super) fn fill_mean(vectors: &mut Vectors, _side: Option<usize>) -> Result<(), OpError> {
    stream(vectors, ROW_MEAN_LATENCY, 6000, |rng| {
        let length = rng.random_range(1..=18);
        let sum = match rng.random_range(0..6) {
            0 => 1 << (length - 1),
            1 => (1 << length) - 1,
            _ => rng.random_range(1 << (length - 1)..1_u32 << length),
        };
        let limit = 128 * i64::from(sum);
        let reciprocal = RowReciprocal::of(sum)?;
        let accumulator = match rng.random_range(0..10) {
            0 => -limit,
            1 => limit,
            2 => limit - 1,
            3 => rng.random_range(-3..=3),
            // An odd number of 512ths of the sum, or next to it.
            4 | 5 => next_to_tie(rng, reciprocal).filter(|near| near.abs() <= limit).unwrap_or(limit / 3),
            6 => i64::from(sum) * (2 * rng.random_range(-3000..3000) + 1) / 512 + rng.random_range(-1..=1),
            _ => rng.random_range(-limit..limit),
        };
        let accumulator = accumulator.clamp(-limit, limit);
        Ok(Element {
            operands: vec![
                ("accumulator", accumulator),
                ("mantissa", reciprocal.mantissa().into()),
                ("length", reciprocal.length().into()),
            ],
            results: vec![("mean", reciprocal.normalize(accumulator as i32).into())],
        })
    })
}
