//! Systolic array: tiles of every depth around N, without a bubble and with gaps; extreme operands; reset within a
//! tile.

use crate::testbench::{Vectors, Word};
use ibert_golden::ops::{OpError, linear};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Depths in tiles' order, as multiples of N and rests.
const DEPTHS: [(usize, isize); 9] = [(1, 0), (1, 0), (0, 1), (2, 3), (1, -1), (0, 2), (1, 1), (4, 0), (1, 0)];

/// Depth from which the largest sums exceed 31 bits: 2^30 / 2^15 for the largest product.
const DEEP: usize = (1 << 15) + 400;

/// Up to this side there is such a tile; it takes as many cycles in a larger one, and each is slower.
const DEEP_SIDE: usize = 4;

/// Operands `[lanes, depth]`.
fn operands(rng: &mut ChaCha8Rng, len: usize, width: u32) -> Vec<i64> {
    let (min, max) = (-1i64 << (width - 1), (1i64 << (width - 1)) - 1);
    match rng.random_range(0..6) {
        // The extreme sums of either sign.
        0 => vec![[min, max][rng.random_range(0..2)]; len],
        1 => (0..len).map(|_| [min, max, 0, -1, 1][rng.random_range(0..5)]).collect(),
        _ => (0..len).map(|_| rng.random_range(min..=max)).collect(),
    }
}

pub(super) fn fill(vectors: &mut Vectors, side: Option<usize>) -> Result<(), OpError> {
    let n = side.unwrap_or(vectors.width("b") / 8);
    // An event-driven simulation of a large array is slow: fewer, larger tiles.
    let rounds = (64 / n).max(2);
    let mut last_before = None;
    for round in 0..rounds {
        for (times, rest) in DEPTHS {
            let depth = (n * times).saturating_add_signed(rest);
            let a = operands(vectors.rng(), n * depth, 9);
            let b = operands(vectors.rng(), n * depth, 8);
            let sums = linear(&a, &b, &vec![0; n], depth)?;
            let spread = if round % 2 == 0 { 0 } else { 20 };
            let mut row = 0;
            for k in 0..depth {
                vectors.gaps(spread);
                if k + 1 == depth {
                    // `last` flags N cycles apart, or more.
                    while last_before.is_some_and(|before| vectors.next_row() < before + n) {
                        vectors.gap();
                    }
                }
                let flag = |set: bool| Word::of(set.into(), 1);
                let lanes = |values: &[i64], width| Word::lanes(values.iter().skip(k).step_by(depth).copied(), width);
                row = vectors.operands(&[
                    ("first", flag(k == 0)),
                    ("last", flag(k + 1 == depth)),
                    ("a", lanes(&a, 9)),
                    ("b", lanes(&b, 8)),
                ]);
            }
            last_before = Some(row);
            for channel in 0..n {
                let drained = (0..n).map(|token| sums[token * n + channel]);
                vectors.expect(Some(row + n + 3 + channel), &[("drain", Word::lanes(drained, 32))]);
            }
        }
        // Half a tile, and a reset while the previous tile drains.
        for k in 0..n / 2 {
            let (a, b) = (operands(vectors.rng(), n, 9), operands(vectors.rng(), n, 8));
            let flag = |set: bool| Word::of(set.into(), 1);
            vectors.operands(&[
                ("first", flag(k == 0)),
                ("last", flag(false)),
                ("a", Word::lanes(a, 9)),
                ("b", Word::lanes(b, 8)),
            ]);
        }
        // In every other round it has begun to.
        if round % 2 == 1 {
            (0..n / 2 + 4).for_each(|_| vectors.gap());
        }
        vectors.reset();
        last_before = None;
    }
    if n <= DEEP_SIDE {
        deep_tile(vectors, n)?;
    }
    Ok(())
}

/// One tile whose sums need all 32 bits: extreme products of either sign, [`DEEP`] of them.
fn deep_tile(vectors: &mut Vectors, n: usize) -> Result<(), OpError> {
    let a: Vec<i64> = (0..n).map(|token| if token % 2 == 0 { -256 } else { 255 }).collect();
    let flag = |set: bool| Word::of(set.into(), 1);
    let mut row = 0;
    for k in 0..DEEP {
        row = vectors.operands(&[
            ("first", flag(k == 0)),
            ("last", flag(k + 1 == DEEP)),
            ("a", Word::lanes(a.iter().copied(), 9)),
            ("b", Word::lanes(vec![-128; n], 8)),
        ]);
    }
    for channel in 0..n {
        let sums = a.iter().map(|a| a * -128 * DEEP as i64);
        vectors.expect(Some(row + n + 3 + channel), &[("drain", Word::lanes(sums, 32))]);
    }
    Ok(())
}
