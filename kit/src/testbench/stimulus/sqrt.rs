//! Square roots: radicands of every magnitude, squares and their neighbours, and those that take Newton's iteration
//! five updates.

use super::iterating::fill as iterate;
use super::streaming::Element;
use crate::testbench::Vectors;
use crate::testbench::edges::unsigned;
use ibert_golden::ops::{OpError, isqrt};
use ibert_isa::timing::units::{SQRT_DIGIT_LATENCY, sqrt_newton_latency};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// A radicand of 32 bits.
fn radicand(rng: &mut ChaCha8Rng) -> u64 {
    match rng.random_range(0..4) {
        0 => {
            let square = unsigned(rng, 16).pow(2);
            square.saturating_add_signed(rng.random_range(-1..2))
        }
        // Few radicands take five updates: those just below the square of a number a little above a power of two.
        1 => {
            let root = (1u64 << rng.random_range(12..16)) + rng.random_range(0..40);
            (root * root).saturating_sub(rng.random_range(0..3))
        }
        _ => unsigned(rng, 32),
    }
}

pub(super) fn fill_digit(vectors: &mut Vectors, _side: Option<usize>) -> Result<(), OpError> {
    iterate(vectors, 2000, |rng| {
        let radicand = radicand(rng);
        let root = isqrt(radicand as u32).root;
        let (operands, results) = (vec![("radicand", radicand as i64)], vec![("root", root.into())]);
        Ok((Element { operands, results }, SQRT_DIGIT_LATENCY))
    })
}

pub(super) fn fill_newton(vectors: &mut Vectors, _side: Option<usize>) -> Result<(), OpError> {
    iterate(vectors, 1000, |rng| {
        let radicand = radicand(rng);
        let steps = isqrt(radicand as u32);
        let divisions = if radicand == 0 { 0 } else { steps.updates as usize + 1 };
        let results = vec![("root", steps.root.into()), ("updates", steps.updates.into())];
        Ok((Element { operands: vec![("radicand", radicand as i64)], results }, sqrt_newton_latency(divisions)))
    })
}
