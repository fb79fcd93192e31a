//! Round half to even (RNE), the only rounding on the integer path.

/// `RNE(value / 2^shift)` for every value and every shift.
#[inline]
pub fn round_half_even_shift(value: i128, shift: u32) -> i128 {
    match shift {
        0 => value,
        1..=126 => {
            let floor = value >> shift;
            let remainder = value - (floor << shift);
            let half = 1_i128 << (shift - 1);
            let up = remainder > half || (remainder == half && floor & 1 == 1);
            floor + i128::from(up)
        }
        // |value| <= 2^127 is one unit at the most, and more than half of it only above 2^126.
        127 if value.unsigned_abs() > 1 << 126 => value.signum(),
        // Below one half, or a tie that goes to the even 0.
        _ => 0,
    }
}

/// `RNE(numerator / denominator)` for a positive denominator, `None` for 0.
pub fn round_half_even_div(numerator: i128, denominator: u64) -> Option<i128> {
    let denominator = i128::from(denominator);
    if denominator == 0 {
        return None;
    }
    let floor = numerator.div_euclid(denominator);
    let twice = 2 * numerator.rem_euclid(denominator);
    let up = twice > denominator || (twice == denominator && floor & 1 == 1);
    Some(floor + i128::from(up))
}
