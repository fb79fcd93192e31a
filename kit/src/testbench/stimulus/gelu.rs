//! Gelu, alone and requantized: constants of networks and of every magnitude, accumulators around where the polynomial
//! saturates.

use super::requantizer::unclamped_exponent;
use super::streaming::{Element, fill as stream};
use crate::testbench::Vectors;
use crate::testbench::edges::{mantissa, signed};
use ibert_golden::ops::{Dyadic, GeluConstants, OpError, Width, igelu};
use ibert_isa::timing::units::{GELU_LATENCY, GELU_REQUANTIZER_LATENCY};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

fn constants(rng: &mut ChaCha8Rng) -> Result<GeluConstants, OpError> {
    if rng.random() {
        let scale = [2e-5, 2e-4, 1.3e-3, 1e-2, 0.1][rng.random_range(0..5)];
        return GeluConstants::derive(scale, if rng.random() { 14 } else { rng.random_range(0..=14) });
    }
    if rng.random_ratio(1, 8) {
        return extreme(rng);
    }
    let b = match rng.random_range(0..3) {
        0 => -(1 << rng.random_range(0..=17)),
        1 => 0,
        _ => rng.random_range(-(1 << 17)..=0),
    };
    GeluConstants::new(b, signed(rng, 36), signed(rng, 36), rng.random_range(0..=62))
}

/// Constants of the largest factors of either sign.
fn extreme(rng: &mut ChaCha8Rng) -> Result<GeluConstants, OpError> {
    let [c, shift] = [rng.random::<bool>(), rng.random()].map(|high| if high { (1 << 35) - 1 } else { -(1 << 35) });
    GeluConstants::new(-(1 << 17), c, shift, rng.random_range(0..2))
}

fn accumulator(rng: &mut ChaCha8Rng, k: &GeluConstants) -> i64 {
    match rng.random_range(0..5) {
        4 => rng.random_range(-2..=2),
        0 => (k.b() + rng.random_range(-2..=2)) * if rng.random() { 1 } else { -1 },
        1 => rng.random_range(k.b()..=-k.b()),
        _ => signed(rng, 32),
    }
}

/// The operator where its 64 bits hold the result; beyond, for constants that no scale has, its formula.
fn golden(q: i64, k: &GeluConstants) -> i128 {
    igelu(q, k).map_or_else(
        |_| {
            let a = i128::from(q.abs().min(-k.b())) + i128::from(k.b());
            let y = i128::from(q.signum()) * (a * a + i128::from(k.c()));
            i128::from(q) * ((y >> k.n()) + i128::from(k.shift()))
        },
        i128::from,
    )
}

fn operands(q: i64, k: &GeluConstants) -> Vec<(&'static str, i64)> {
    vec![("q", q), ("b", k.b()), ("c", k.c()), ("shift", k.shift()), ("n", k.n().into())]
}

pub(super) fn fill(vectors: &mut Vectors, _side: Option<usize>) -> Result<(), OpError> {
    stream(vectors, GELU_LATENCY, 4000, |rng| {
        let k = constants(rng)?;
        let q = accumulator(rng, &k);
        let exact = golden(q, &k);
        let out = Width::new(40)?.saturate(exact);
        Ok(Element { operands: operands(q, &k), results: vec![("out", out.into()), ("exact", exact)] })
    })
}

pub(super) fn fill_requantized(vectors: &mut Vectors, _side: Option<usize>) -> Result<(), OpError> {
    stream(vectors, GELU_REQUANTIZER_LATENCY, 4000, |rng| {
        // Now and then results around where 40 bits end, with the largest exponent: the least that a saturation could
        // show.
        let wide = rng.random_ratio(1, 8);
        let (k, q, exact) = loop {
            let (k, q) = if wide {
                (extreme(rng)?, rng.random_range(-16..=16))
            } else {
                let k = constants(rng)?;
                (k, accumulator(rng, &k))
            };
            // What the requantizer's golden operator takes.
            if let Ok(exact) = igelu(q, &k) {
                break (k, q, exact);
            }
        };
        // With these constants i-GELU is the identity: a tie, or beside it.
        let tie = !wide && rng.random_ratio(1, 16);
        let (k, q, exact) = if tie {
            let q = rng.random_range(0..2) * 2 - 1;
            (GeluConstants::new(0, 0, 1, rng.random_range(0..=62))?, q, q)
        } else {
            (k, q, exact)
        };
        let m = loop {
            let m = if tie { (1 << 30) + rng.random_range(0..=1) } else { mantissa(rng) };
            if m == 0 || m.abs() >= 1 << 30 {
                break m;
            }
        };
        let e = match rng.random_range(0..4) {
            _ if wide => 61,
            _ if tie => 31,
            0 => rng.random_range(0..62),
            _ => unclamped_exponent(rng, exact, m, 8).min(61),
        };
        let zero_point = if rng.random() { 0 } else { signed(rng, 8) };
        let sum = Dyadic::new(m, e as i32)?.scale(exact) + i128::from(zero_point);
        let mut operands = operands(q, &k);
        operands.extend([("m", m), ("e", e), ("zero_point", zero_point)]);
        Ok(Element { operands, results: vec![("out", Width::INT8.saturate(sum).into())] })
    })
}
