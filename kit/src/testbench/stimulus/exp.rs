//! Exp: constants of every magnitude, operands around whole octaves and far past the last, rounding ties.

use super::streaming::{Element, fill as stream};
use crate::testbench::Vectors;
use crate::testbench::edges::signed;
use ibert_golden::ops::{ExpConstants, OpError, iexp, round_half_even_shift};
use ibert_isa::timing::units::EXP_LATENCY;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Constants of i-exp: derived for the scales of networks, or anything that the ports carry.
fn constants(rng: &mut ChaCha8Rng) -> Result<ExpConstants, OpError> {
    if rng.random() {
        return ExpConstants::derive([5e-5, 4e-4, 1.4e-3, 0.01, 0.2][rng.random_range(0..5)]);
    }
    let x0 = match rng.random_range(0..3) {
        0 => -(1 << rng.random_range(0..=14)),
        _ => rng.random_range(-(1 << 14)..=-1),
    };
    let n = if rng.random() { 30 } else { rng.random_range(0..=30) };
    // Now and then the largest sum of remainder and b, both negative.
    let (x0, b) = if rng.random_ratio(1, 8) { (-(1 << 14), -(1 << 16)) } else { (x0, signed(rng, 17)) };
    ExpConstants::new(x0, b, signed(rng, 32), n)
}

/// An operand ≤ 0.
fn operand(rng: &mut ChaCha8Rng, k: &ExpConstants) -> i64 {
    match rng.random_range(0..8) {
        0..4 => (rng.random_range(0..=34) * k.x0() + rng.random_range(-2..=2)).min(0),
        4..6 => rng.random_range(34 * k.x0()..=0),
        6 => -(1 << rng.random_range(0..=32)),
        _ => rng.random_range(-(1i64 << 32)..=0),
    }
}

pub(super) fn fill(vectors: &mut Vectors, _side: Option<usize>) -> Result<(), OpError> {
    stream(vectors, EXP_LATENCY, 4000, |rng| {
        let mut k = constants(rng)?;
        let mut x = operand(rng, &k);
        let mut m16 = match rng.random_range(0..6) {
            0 => [1 << 31, 0][rng.random_range(0..2)],
            1 => rng.random_range(0..=1 << 31),
            _ => rng.random_range(1 << 30..=1i64 << 31),
        };
        let mut e16 = rng.random_range(0..=127);
        match rng.random_range(0..4) {
            // A tie, or next to it: t = c at x = 0.
            0 => {
                let e = rng.random_range(1..16);
                let quotient =
                    if rng.random() { rng.random_range(0i64..1 << 15) } else { rng.random_range(32766..=32767) };
                let c = ((2 * quotient + 1) << (e - 1)) + rng.random_range(-1..=1);
                k = ExpConstants::new(k.x0(), k.b(), c.min((1 << 31) - 1), k.n())?;
                (x, m16, e16) = if rng.random() { (0, 1, e) } else { (0, 1 << 31, e + 31) };
            }
            // An exponent that neither clears nor saturates the result.
            1 | 2 => {
                let t = iexp(x, &k)?;
                let length = 128 - (i128::from(t.t.max(0)) * i128::from(m16)).leading_zeros() as i64;
                e16 = (length - 15 - i64::from(t.z) + rng.random_range(-1..4)).clamp(0, 127);
            }
            _ => {}
        }
        let steps = iexp(x, &k)?;
        let product = i128::from(steps.t.max(0)) * i128::from(m16);
        let exp16 = round_half_even_shift(product, e16 as u32 + steps.z).min(32767);
        Ok(Element {
            operands: vec![
                ("x", x),
                ("x0", k.x0()),
                ("b", k.b()),
                ("c", k.c()),
                ("n", k.n().into()),
                ("m16", m16),
                ("e16", e16),
            ],
            results: vec![("exp16", exp16), ("z", steps.z.into()), ("t", steps.t.into())],
        })
    })
}
