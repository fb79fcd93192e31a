//! Requantizer: every width, exponent and sign; ties and their neighbours; gaps and reset within the stream.

use super::streaming::{self, fill as stream};
use crate::testbench::Vectors;
use crate::testbench::edges::{mantissa, signed};
use ibert_golden::ops::{Dyadic, OpError, Width};
use ibert_isa::timing::units::REQUANTIZER_LATENCY;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// One element: two terms `[q, m, e]`.
struct Element {
    terms: [[i64; 3]; 2],
    zero_point: i8,
    bits: u32,
}

impl Element {
    fn random(rng: &mut ChaCha8Rng) -> Self {
        let bits = match rng.random_range(0..4) {
            0 => rng.random_range(2..=22),
            _ => [8, 16, 22][rng.random_range(0..3)],
        };
        let zero_point = if rng.random() { 0 } else { signed(rng, 8) as i8 };
        let second = match rng.random_range(0..3) {
            0 => [signed(rng, 24), 0, 0],
            1 => Self::unclamped(rng, 24, bits),
            _ => [signed(rng, 24), mantissa(rng), rng.random_range(0..64)],
        };
        let first = match rng.random_range(0..4) {
            0 => Self::tie(rng, bits),
            1 | 2 => Self::unclamped(rng, 40, bits),
            _ => [signed(rng, 40), mantissa(rng), rng.random_range(0..64)],
        };
        Element { terms: [first, second], zero_point, bits }
    }

    fn unclamped(rng: &mut ChaCha8Rng, width: u32, bits: u32) -> [i64; 3] {
        let (q, m) = (signed(rng, width), mantissa(rng));
        [q, m, unclamped_exponent(rng, q, m, bits)]
    }

    /// A product at an odd multiple of half the divisor, or next to it: where rounding half to even decides.
    fn tie(rng: &mut ChaCha8Rng, bits: u32) -> [i64; 3] {
        let e = rng.random_range(1..17);
        let near = rng.random_range(-1..=1);
        let quotient = rng.random_range(-1i64 << (bits - 1)..1 << (bits - 1));
        let q = ((2 * quotient + 1) << (e - 1)) + near;
        [[q, 1, e], [q, -1, e], [q, 1 << 31, e + 31]][rng.random_range(0..3)]
    }

    fn golden(&self) -> Result<i64, OpError> {
        let mut sum = i128::from(self.zero_point);
        for [q, m, e] in self.terms {
            sum += Dyadic::new(m, e as i32)?.scale(q);
        }
        Ok(Width::new(self.bits)?.saturate(sum))
    }
}

/// An exponent that brings `q·m` near the range of a result of `bits` bits: it is neither 0 nor clamped.
pub(super) fn unclamped_exponent(rng: &mut ChaCha8Rng, q: i64, m: i64, bits: u32) -> i64 {
    let product = i128::from(q) * i128::from(m);
    let length = 128 - i64::from(product.unsigned_abs().leading_zeros());
    (length - i64::from(bits) + rng.random_range(0..6)).clamp(0, 63)
}

pub(super) fn fill(vectors: &mut Vectors, _side: Option<usize>) -> Result<(), OpError> {
    stream(vectors, REQUANTIZER_LATENCY, 4000, |rng| {
        let element = Element::random(rng);
        let ports = [["q", "m", "e"], ["q2", "m2", "e2"]];
        let terms = ports.iter().flatten().copied().zip(element.terms.into_iter().flatten());
        let rest = [("zero_point", i64::from(element.zero_point)), ("bits", i64::from(element.bits))];
        Ok(streaming::Element {
            operands: terms.chain(rest).collect(),
            results: vec![("out", element.golden()?.into())],
        })
    })
}
