//! Divider: operands of every magnitude, zero divisors among them, and multiples of the divisor give or take one.

use super::iterating::fill as iterate;
use super::streaming::Element;
use crate::testbench::Vectors;
use crate::testbench::edges::unsigned;
use ibert_golden::ops::OpError;
use ibert_isa::timing::units::DIVIDER_LATENCY;
use rand::Rng;

/// Widths of the operands.
const DIVIDEND: u32 = 33;
const DIVISOR: u32 = 32;

pub(super) fn fill(vectors: &mut Vectors, _side: Option<usize>) -> Result<(), OpError> {
    iterate(vectors, 1500, |rng| {
        let (dividend, divisor) = match rng.random_range(0..4) {
            0 => {
                let (quotient, divisor) = (unsigned(rng, 16), unsigned(rng, 17));
                ((quotient * divisor + rng.random_range(0..3)).saturating_sub(1), divisor)
            }
            // The factors of i-softmax and i-LayerNorm.
            1 => (1 << rng.random_range(31..33), unsigned(rng, 24)),
            _ => (unsigned(rng, DIVIDEND), unsigned(rng, DIVISOR)),
        };
        let by_zero = ((1 << DIVIDEND) - 1, dividend & ((1 << DIVISOR) - 1));
        let (quotient, remainder) =
            dividend.checked_div(divisor).map_or(by_zero, |quotient| (quotient, dividend % divisor));
        let element = Element {
            operands: vec![("dividend", dividend as i64), ("divisor", divisor as i64)],
            results: vec![("quotient", quotient.into()), ("remainder", remainder.into())],
        };
        Ok((element, DIVIDER_LATENCY))
    })
}
