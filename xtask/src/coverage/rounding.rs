//! Bins of multiplications by a dyadic number with rounding half to even.

use super::Coverage;

/// Bins of the rounding of `product / 2^e`. `names`: tie rounded up, tie rounded down, just above a tie, just below a
/// tie.
pub(super) fn count(coverage: &mut Coverage, names: [&'static str; 4], product: i128, e: i64) {
    let e = e.min(126) as u32;
    let half = if e == 0 { 0 } else { 1i128 << (e - 1) };
    let floor = product >> e;
    let rest = product - (floor << e);
    let tie = e > 0 && rest == half;
    let [up, down, above, below] = names;
    coverage.hit(up, tie && floor & 1 == 1);
    coverage.hit(down, tie && floor & 1 == 0);
    // With one discarded bit there is no value between a tie and an integer.
    coverage.hit(above, e > 1 && rest == half + 1);
    coverage.hit(below, e > 1 && rest == half - 1);
}

/// Bins of a mantissa: negative values and the limits of the legal magnitudes.
pub(super) fn mantissa(coverage: &mut Coverage, names: [&'static str; 4], m: i64) {
    let [negative, largest, most_negative, smallest] = names;
    coverage.hit(negative, m < 0);
    coverage.hit(largest, m == 1 << 31);
    coverage.hit(most_negative, m == -(1 << 31));
    coverage.hit(smallest, m.abs() == 1 << 30);
}

/// Bins of a value that saturates to `bits` bits.
pub(super) fn saturation(coverage: &mut Coverage, value: i128, bits: i64) {
    let limit = (1i128 << (bits - 1)) - 1;
    coverage.hit("result saturates high", value > limit);
    coverage.hit("result saturates low", value < !limit);
    coverage.hit("result at the upper limit, not saturated", value == limit);
    coverage.hit("result at the lower limit, not saturated", value == !limit);
    coverage.hit("result one beyond the upper limit", value == limit + 1);
    coverage.hit("result one beyond the lower limit", value == !limit - 1);
    coverage.hit("result 0", value == 0);
}
