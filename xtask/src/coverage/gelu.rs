//! Gelu, alone and requantized: saturation of the polynomial, signs, and widths of the result.

use super::cycles::{Cycle, Cycles};
use super::{Coverage, handshake, rounding};

const MANTISSA: [&str; 4] = ["m negative", "m = 2^31", "m = -2^31", "m = ±2^30"];
const ROUNDING: [&str; 4] = ["tie rounded up", "tie rounded down", "just above a tie", "just below a tie"];

/// Bins of i-GELU itself; returns the result.
fn gelu(coverage: &mut Coverage, cycle: Cycle<'_>) -> i128 {
    let [q, b, c, shift, n] = ["q", "b", "c", "shift", "n"].map(|port| i128::from(cycle.get(port)));
    coverage.hit("q = 0", q == 0);
    coverage.hit("q negative", q < 0);
    coverage.hit("q = -2^31", q == -(1 << 31));
    coverage.hit("q = 2^31 - 1", q == (1 << 31) - 1);
    coverage.hit("|q| below -b: the polynomial counts", q.abs() < -b);
    coverage.hit("|q| = -b", q.abs() == -b);
    coverage.hit("|q| above -b: the polynomial saturates", q.abs() > -b);
    coverage.hit("b = 0", b == 0);
    coverage.hit("b = -2^17", b == -(1 << 17));
    coverage.hit("c at its upper limit", c == (1 << 35) - 1);
    coverage.hit("c at its lower limit", c == -(1 << 35));
    coverage.hit_value("n", 0..=62, n as i64);
    let a = q.abs().min(-b);
    let polynomial = (a + b) * (a + b) + c;
    coverage.hit("polynomial beyond 36 bits", polynomial >= 1 << 35);
    coverage.hit("polynomial below 36 bits", polynomial < -(1 << 35));
    let y = q.signum() * polynomial;
    coverage.hit("shift of a negative value rounds down", y < 0 && y & ((1 << n) - 1) != 0);
    let factor = (y >> n) + shift;
    coverage.hit("factor negative", factor < 0);
    coverage.hit("factor 0", factor == 0);
    coverage.hit("factor beyond 37 bits", factor >= 1 << 36);
    coverage.hit("factor below 37 bits", factor < -(1 << 36));
    let out = q * factor;
    coverage.hit("result within 32 bits", (-(1 << 31)..1 << 31).contains(&out));
    coverage.hit("result beyond 32 bits, within 40", out.abs() > 1 << 31 && out.abs() < 1 << 39);
    out
}

pub(super) fn count(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    for cycle in cycles.offers("valid") {
        let out = gelu(coverage, cycle);
        coverage.hit("result saturates high", out >= 1 << 39);
        coverage.hit("result saturates low", out < -(1 << 39));
    }
    coverage.excuse("polynomial below 36 bits", None, "a square is added to c, which has 36 bits");
    handshake::stream(coverage, cycles);
}

pub(super) fn count_requantized(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    for cycle in cycles.offers("valid") {
        let out = gelu(coverage, cycle);
        let [m, e, zero_point] = ["m", "e", "zero_point"].map(|port| cycle.get(port));
        coverage.hit("i-GELU saturates high", out >= 1 << 39);
        coverage.hit("i-GELU saturates low", out < -(1 << 39));
        rounding::mantissa(coverage, MANTISSA, m);
        coverage.hit_value("e", 0..=61, e);
        let product = out * i128::from(m);
        rounding::count(coverage, ROUNDING, product, e);
        coverage.hit("zero point positive", zero_point > 0);
        coverage.hit("zero point negative", zero_point < 0);
        coverage.hit("zero point 0", zero_point == 0);
        let scaled = ibert_golden::ops::round_half_even_shift(product, e as u32);
        coverage.hit(
            "only the zero point saturates",
            (-128..128).contains(&scaled) && !(-128..128).contains(&(scaled + i128::from(zero_point))),
        );
        rounding::saturation(coverage, scaled + i128::from(zero_point), 8);
    }
    coverage.excuse("polynomial below 36 bits", None, "a square is added to c, which has 36 bits");
    handshake::stream(coverage, cycles);
}
