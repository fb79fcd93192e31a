//! Divider: remainders at their limits, and the divisors and dividends of i-softmax and i-LayerNorm.

use super::cycles::Cycles;
use super::{Coverage, handshake};

pub(super) fn count(coverage: &mut Coverage, cycles: &Cycles<'_>) {
    for cycle in cycles.offers("valid") {
        let [dividend, divisor] = ["dividend", "divisor"].map(|port| cycle.get(port));
        coverage.hit("divisor 0", divisor == 0);
        coverage.hit("divisor 1", divisor == 1);
        coverage.hit("divisor 2^32 - 1", divisor == (1 << 32) - 1);
        coverage.hit("dividend 0", dividend == 0);
        coverage.hit("dividend 2^33 - 1", dividend == (1 << 33) - 1);
        coverage.hit("dividend 2^32, as in i-softmax", dividend == 1 << 32);
        coverage.hit("dividend 2^31, as in i-LayerNorm", dividend == 1 << 31);
        if divisor > 0 {
            let (quotient, remainder) = (dividend / divisor, dividend % divisor);
            coverage.hit("quotient 0", quotient == 0 && dividend > 0);
            coverage.hit("quotient 1", quotient == 1);
            coverage.hit("quotient of 33 bits", quotient >= 1 << 32);
            coverage.hit("remainder 0", remainder == 0 && divisor > 1);
            coverage.hit("remainder one below the divisor", remainder + 1 == divisor && divisor > 1);
            coverage.hit("remainder between", remainder > 0 && remainder + 1 < divisor);
        }
    }
    handshake::one_at_a_time(coverage, cycles);
}
