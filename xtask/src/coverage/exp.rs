//! Exp: octaves, remainders, sign of the polynomial, rounding and saturation of the 16-bit result.

use super::cycles::Cycles;
use super::{Coverage, handshake, rounding};
use ibert_golden::ops::{ExpConstants, iexp, round_half_even_shift};

const ROUNDING: [&str; 4] = ["tie rounded up", "tie rounded down", "just above a tie", "just below a tie"];

pub(super) fn count(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    for cycle in cycles.offers("valid") {
        let [x, x0, b, c, n] = ["x", "x0", "b", "c", "n"].map(|port| cycle.get(port));
        let [m16, e16] = ["m16", "e16"].map(|port| cycle.get(port));
        let Ok(constants) = ExpConstants::new(x0, b, c, n as u32) else { continue };
        let Ok(steps) = iexp(x, &constants) else { continue };
        one(coverage, x, &constants, m16, e16);
        coverage.hit_value("n", 0..=30, n);
        coverage.hit("x = -2^32", x == -(1 << 32));
        coverage.hit("x0 = -1", x0 == -1);
        coverage.hit("x0 = -2^14", x0 == -(1 << 14));
        coverage.hit("b negative", b < 0);
        coverage.hit("remainder plus b needs 18 bits", x.max(n * x0) - x0 * i64::from(steps.z) + b < -(1 << 16));
        coverage.hit("t needs 33 bits", steps.t >= 1 << 31);
        coverage.hit("t = 0", steps.t == 0);
        coverage.hit("m16 = 2^31", m16 == 1 << 31);
        coverage.hit("m16 = 0", m16 == 0);
        coverage.hit("e16 at its limit, 127", e16 == 127);
        coverage.hit("e16 + z beyond 127", e16 + i64::from(steps.z) > 127);
    }
    handshake::stream(coverage, cycles);
}

/// Bins of one exponential, from the exp unit or from a softmax row.
pub(super) fn one(coverage: &mut Coverage, x: i64, constants: &ExpConstants, m16: i64, e16: i64) {
    let Ok(steps) = iexp(x, constants) else { return };
    let (z, t) = (i64::from(steps.z), steps.t);
    coverage.hit_value("z", 0..=30, z);
    coverage.hit("x = 0", x == 0);
    coverage.hit("x a whole number of octaves", x < 0 && x % constants.x0() == 0 && z < i64::from(constants.n()));
    coverage.hit("x beyond n octaves", x < i64::from(constants.n()) * constants.x0());
    coverage.hit("x beyond 32 octaves", x <= 32 * constants.x0());
    coverage.hit("t negative: exponential 0", t < 0);
    coverage.hit("e16 + z from 64 on: exponential 0", t > 0 && e16 + z >= 64);
    let product = i128::from(t.max(0)) * i128::from(m16);
    let exponent = e16 + z;
    if product > 0 && exponent < 64 {
        rounding::count(coverage, ROUNDING, product, exponent);
    }
    let rounded = round_half_even_shift(product, exponent as u32);
    coverage.hit("exp16 saturates", rounded > 32767);
    coverage.hit("exp16 = 32767, not saturated", rounded == 32767);
    coverage.hit("exp16 rounded down to 0", product > 0 && rounded == 0);
    coverage.hit("exp16 between", (1..32767).contains(&rounded));
}
