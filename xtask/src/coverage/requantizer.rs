//! Requantizer: constants, rounding and saturation of both terms.

use super::cycles::Cycles;
use super::{Coverage, handshake, rounding};
use ibert_golden::ops::round_half_even_shift;

const MANTISSA: [&str; 4] = ["m negative", "m = 2^31", "m = -2^31", "m = ±2^30"];
const MANTISSA2: [&str; 4] = ["m2 negative", "m2 = 2^31", "m2 = -2^31", "m2 = ±2^30"];
const ROUNDING: [&str; 4] = ["tie rounded up", "tie rounded down", "just above a tie", "just below a tie"];
const ROUNDING2: [&str; 4] = [
    "residual: tie rounded up",
    "residual: tie rounded down",
    "residual: just above a tie",
    "residual: just below a tie",
];

pub(super) fn count(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    for cycle in cycles.offers("valid") {
        let [q, m, e] = ["q", "m", "e"].map(|port| cycle.get(port));
        let [q2, m2, e2] = ["q2", "m2", "e2"].map(|port| cycle.get(port));
        let (zero_point, bits) = (cycle.get("zero_point"), cycle.get("bits"));
        let products = [(q, m), (q2, m2)].map(|(q, m)| i128::from(q) * i128::from(m));
        rounding::mantissa(coverage, MANTISSA, m);
        rounding::mantissa(coverage, MANTISSA2, m2);
        coverage.hit_value("e", 0..=63, e);
        coverage.hit_value("e2", 0..=63, e2);
        rounding::count(coverage, ROUNDING, products[0], e);
        rounding::count(coverage, ROUNDING2, products[1], e2);
        coverage.hit("tie of a negative product", products[0] < 0 && products[0].trailing_zeros() + 1 == e as u32);
        coverage.hit("q at its upper limit", q == (1 << 39) - 1);
        coverage.hit("q at its lower limit", q == -(1 << 39));
        coverage.hit("no residual", m2 == 0);
        coverage.hit("a residual", products[1] != 0);

        let terms = [round_half_even_shift(products[0], e as u32), round_half_even_shift(products[1], e2 as u32)];
        coverage.hit("terms of opposite signs", terms[0].signum() * terms[1].signum() < 0);
        let (sum, limit) = (terms[0] + terms[1] + i128::from(zero_point), (1i128 << (bits - 1)) - 1);
        let within = |value: i128| (!limit..=limit).contains(&value);
        coverage.hit("only the sum saturates, neither term", !within(sum) && terms.into_iter().all(within));
        coverage.hit("a term is out of range, the sum is not", within(sum) && !terms.into_iter().all(within));
        coverage.hit("zero point positive", zero_point > 0);
        coverage.hit("zero point -128", zero_point == -128);
        coverage.hit("zero point 127", zero_point == 127);
        coverage.hit("zero point 0", zero_point == 0);
        coverage.hit_value("bits", 2..=22, bits);
        rounding::saturation(coverage, sum, bits);
    }
    handshake::stream(coverage, cycles);
}
