//! Square roots: radicands of every bit length, squares and their neighbours, number of Newton updates.

use super::cycles::Cycles;
use super::{Coverage, handshake};
use ibert_golden::ops::isqrt;

fn radicands(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    for cycle in cycles.offers("valid") {
        let n = cycle.get("radicand");
        let root = n.isqrt();
        coverage.hit_value("bits of the radicand", 0..=32, 64 - i64::from(n.leading_zeros()));
        coverage.hit("a square", root * root == n && n > 1);
        coverage.hit("one above a square", root * root + 1 == n && n > 2);
        coverage.hit("one below a square", (root + 1) * (root + 1) - 1 == n && n > 3);
        coverage.hit("radicand 2^32 - 1", n == (1 << 32) - 1);
        coverage.hit("root 65535", root == 65535);
        coverage.hit("root a power of two", root.count_ones() == 1 && root > 2);
    }
}

pub(super) fn count_digit(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    radicands(coverage, cycles);
    handshake::one_at_a_time(coverage, cycles);
}

pub(super) fn count_newton(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    radicands(coverage, cycles);
    for cycle in cycles.offers("valid") {
        coverage.hit_value("updates", 0..=6, isqrt(cycle.get("radicand") as u32).updates);
    }
    coverage.excuse("updates", Some(6), "no radicand of 32 bits takes more than five (`make exhaustive` looks at all)");
    handshake::one_at_a_time(coverage, cycles);
}
