//! Polynomial unit: both forms, signs and limits.

use super::cycles::Cycles;
use super::{Coverage, handshake};

pub(super) fn count(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    for cycle in cycles.offers("valid") {
        let [q, b, c] = ["q", "b", "c"].map(|port| cycle.get(port));
        let square = cycle.flag("square");
        let product = (q + b) * if square { q + b } else { q };
        coverage.hit("squared", square);
        coverage.hit("not squared", !square);
        coverage.hit("not squared, product negative", !square && product < 0);
        coverage.hit("not squared, two negative factors", !square && q < 0 && q + b < 0);
        coverage.hit("square of a negative number", square && q + b < 0);
        coverage.hit("q + b = 0", q + b == 0);
        coverage.hit("q at its upper limit", q == (1 << 17) - 1);
        coverage.hit("q at its lower limit", q == -(1 << 17));
        coverage.hit("q + b at its upper limit", q + b == (1 << 17) - 1);
        coverage.hit("q + b at its lower limit", q + b == -(1 << 17));
        coverage.hit("c at its upper limit", c == (1 << 35) - 1);
        coverage.hit("c at its lower limit", c == -(1 << 35));
        coverage.hit("result positive", product + c > 0);
        coverage.hit("result negative", product + c < 0);
        coverage.hit("result beyond 36 bits", product + c >= 1 << 35);
        coverage.hit("result below 36 bits", product + c < -(1 << 35));
    }
    handshake::stream(coverage, cycles);
}
