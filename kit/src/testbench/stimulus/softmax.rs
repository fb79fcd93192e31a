//! Softmax: rows of many lengths with constants and masks of their own; rows of which nothing is kept or nothing is
//! left.

use crate::testbench::Vectors;
use crate::testbench::edges::signed;
use crate::testbench::word::Word;
use ibert_golden::ops::{Dyadic, ExpConstants, OpError, SoftmaxConstants, SoftmaxSteps, softmax_row};
use ibert_isa::timing::units::{self, RowTiming};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// The longest row.
const LONGEST: usize = 1024;

/// Lengths of rows that are always included. The last one begins in the second half of the ring memories.
const LENGTHS: [usize; 11] = [LONGEST, 1, 2, 3, 34, 35, 128, 1, LONGEST, 400, 600];

/// This row of one element has an exponential of 1, the least sum.
const LEAST: usize = 7;

/// This row has no `last`: it is truncated where the memory is full. Its exponentials are the largest: the greatest
/// sum.
const CUT: usize = 8;

/// Lengths of rows that find the unit idle; the first directly follows a reset.
const ALONE: [usize; 4] = [1, 2, 5, 40];

/// Timing of the unit, whose row memories hold the longest row.
const TIMING: RowTiming = units::softmax(LONGEST.ilog2() as usize);

/// `c`, `m16`, `e16` of short rows. First exponents from which on nothing is left, one after the other, so that each
/// place where constants wait must hold all their bits; then one that shows all bits of the largest polynomials; then
/// the largest score next to a rounding tie.
const EDGES: [(i64, i64, i32); 5] = [
    ((1 << 31) - 1, (1 << 31) - 1, 64),
    ((1 << 31) - 1, (1 << 31) - 1, 65),
    ((1 << 31) - 1, (1 << 31) - 1, 48),
    ((5 << 9) - 1, 1, 10),
    ((5 << 9) + 1, 1, 10),
];

/// Number of additional rows.
const ROWS: usize = 90;

/// A row of scores.
struct Row {
    q: Vec<i64>,
    keep: Vec<bool>,
    constants: SoftmaxConstants,
    /// The last element says that it is.
    ended: bool,
}

/// Constants derived for the scales of networks, or anything that the ports carry.
fn constants(rng: &mut ChaCha8Rng) -> Result<SoftmaxConstants, OpError> {
    let out_bits = if rng.random() { 8 } else { rng.random_range(1..=16) };
    if rng.random_ratio(3, 4) {
        let scale = [5e-5, 4e-4, 1.4e-3, 0.01, 0.2][rng.random_range(0..5)];
        let full_range = SoftmaxConstants::full_range_exp_scale(scale)?;
        // Past full range exponentials saturate, far past it only many octaves below the maximum do not; far below it
        // their sum is small and its reciprocal large.
        let exp_scale = full_range * [1.0, 1.0, 0.7, 1.4, 20_000.0, 1e-5, 1e-8][rng.random_range(0..7)];
        // At 1 the exponent is 0 already.
        return SoftmaxConstants::derive(scale, exp_scale.max(1.0), out_bits);
    }
    if rng.random() {
        // Small polynomials of which few bits are dropped: rounding ties.
        let exp =
            ExpConstants::new(-rng.random_range(1..=8), rng.random_range(-40..=40), rng.random_range(0..=1 << 12), 30)?;
        let (m16, e16) = if rng.random() { (1 << 31, 31) } else { (1, 0) };
        return SoftmaxConstants::new(exp, Dyadic::new(m16, e16 + rng.random_range(0..=3))?, out_bits);
    }
    let exp =
        ExpConstants::new(-rng.random_range(1..=1 << 14), signed(rng, 17), signed(rng, 32), rng.random_range(0..=30))?;
    let requant16 = Dyadic::new(rng.random_range(1..=1 << 31), rng.random_range(0..=96))?;
    SoftmaxConstants::new(exp, requant16, out_bits)
}

fn row(rng: &mut ChaCha8Rng, columns: usize) -> Result<Row, OpError> {
    let constants = constants(rng)?;
    let spread = constants.exp().x0() * [1, 4, 40][rng.random_range(0..3)];
    // Around 0, around where 32-bit numbers change sign, or around a power of two.
    let offset = [signed(rng, 30), i32::MAX.into(), i32::MIN.into(), 1 << 30, -(1 << 30)][rng.random_range(0..5)];
    let mut score = || match rng.random_range(0..40) {
        0 => signed(rng, 32),
        1 => i32::MIN.into(),
        2..8 => (offset + rng.random_range(0..=32) * constants.exp().x0() + rng.random_range(-1..=1))
            .clamp(i32::MIN.into(), i32::MAX.into()),
        _ => (offset + rng.random_range(spread..=-spread)).clamp(i32::MIN.into(), i32::MAX.into()),
    };
    let q = (0..columns).map(|_| score()).collect();
    let keep = match rng.random_range(0..6) {
        0 => vec![false; columns],
        1 => (0..columns).map(|_| rng.random()).collect(),
        2 => (0..columns).map(|column| column <= columns / 2).collect(),
        _ => vec![true; columns],
    };
    Ok(Row { q, keep, constants, ended: true })
}

/// The operands of an element; the constants count with the last one only.
fn operands(vectors: &mut Vectors, row: &Row, index: usize) -> Vec<(&'static str, Word)> {
    let (exp, requant16) = (row.constants.exp(), row.constants.requant16());
    let last = index + 1 == row.q.len();
    let constants = [
        ("x0", exp.x0()),
        ("b", exp.b()),
        ("c", exp.c()),
        ("n", exp.n().into()),
        ("m16", requant16.m()),
        ("e16", requant16.e().into()),
        ("out_bits", row.constants.out_bits().into()),
    ];
    let mut operands = vec![
        ("q", vectors.word("q", row.q[index])),
        ("keep", vectors.word("keep", i128::from(row.keep[index]))),
        ("last", vectors.word("last", i128::from(last && row.ended))),
    ];
    for (port, value) in constants {
        let width = vectors.width(port);
        let noise = Word::random(width, || vectors.rng().random());
        operands.push((port, if last { vectors.word(port, value) } else { noise }));
    }
    operands
}

/// Sends a row and expects its results, the first one after `latency` cycles if that is known.
fn send(vectors: &mut Vectors, row: &Row, gaps: u32, latency: Option<usize>) {
    let columns = row.q.len();
    let (mut exp16, mut out) = (vec![0; columns], vec![0; columns]);
    // A row without a softmax: the unit's documentation says that it gives zeros, and the quotient of a division by
    // zero.
    let none = SoftmaxSteps { sum: 0, factor: (1 << 33) - 1 };
    let steps = softmax_row(&row.q, &row.keep, &row.constants, &mut exp16, &mut out);
    let steps = steps.unwrap_or_else(|_| {
        exp16.fill(0);
        out.fill(0);
        none
    });
    for index in 0..columns {
        let operands = operands(vectors, row, index);
        vectors.operands(&operands);
        let results = [
            ("out", out[index]),
            ("out_last", i64::from(index + 1 == columns)),
            ("exp16", exp16[index]),
            ("sum", steps.sum),
            ("factor", steps.factor),
        ];
        let results = results.map(|(port, value)| (port, vectors.word(port, value)));
        match latency {
            Some(latency) if index == 0 => vectors.expect_after(latency, &results),
            _ => vectors.expect(None, &results),
        }
        vectors.gaps(gaps);
    }
}

pub(super) fn fill(vectors: &mut Vectors, _side: Option<usize>) -> Result<(), OpError> {
    // Part of a row, which a reset discards.
    let part = row(vectors.rng(), 20)?;
    for index in 0..12 {
        let operands = operands(vectors, &part, index);
        vectors.operands(&operands);
    }
    vectors.reset();
    for columns in ALONE {
        let row = row(vectors.rng(), columns)?;
        send(vectors, &row, 0, Some(TIMING.first_result(columns)));
        // The results are taken slowly at times.
        (0..20 * columns + 200).for_each(|_| vectors.gap());
    }
    for (c, m16, e16) in EDGES {
        let exp = ExpConstants::new(-(1 << 14), -(1 << 16), c, 30)?;
        let constants = SoftmaxConstants::new(exp, Dyadic::new(m16, e16)?, 16)?;
        send(vectors, &Row { q: vec![7, 7 - 8000, 7 - 16383], keep: vec![true; 3], constants, ended: true }, 0, None);
    }
    for index in 0..LENGTHS.len() + ROWS {
        let columns = match LENGTHS.get(index) {
            Some(columns) => *columns,
            None => vectors.rng().random_range(1..40),
        };
        let mut row = Row { ended: index != CUT, ..row(vectors.rng(), columns)? };
        if index % 2 == 1 {
            let out_bits = 1 + (index / 2 % 16) as u32;
            row.constants = SoftmaxConstants::new(row.constants.exp(), row.constants.requant16(), out_bits)?;
        }
        if [LEAST, CUT].contains(&index) {
            let t = if index == LEAST { 1 } else { (1 << 31) - 1 };
            let (exp, requant16) = (ExpConstants::new(-1, 0, t, 30)?, Dyadic::new(1 << 31, 31)?);
            row.constants = SoftmaxConstants::new(exp, requant16, row.constants.out_bits())?;
            row.q.fill(-5);
            row.keep.fill(true);
        }
        send(vectors, &row, if index % 2 == 0 { 0 } else { 30 }, None);
    }
    Ok(())
}
