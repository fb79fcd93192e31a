//! Arithmetic on integers without a width: the vocabulary in which the tests restate the specification.

use num_bigint::{BigInt, Sign};

pub(crate) fn big(value: impl Into<BigInt>) -> BigInt {
    value.into()
}

/// `2^exponent`.
pub(crate) fn power(exponent: u32) -> BigInt {
    big(1) << exponent
}

/// `floor(n / d)` for `d > 0`.
pub(crate) fn floor(n: &BigInt, d: &BigInt) -> BigInt {
    assert_eq!(d.sign(), Sign::Plus);
    let quotient = n / d; // towards zero
    if (n - &quotient * d).sign() == Sign::Minus { quotient - 1 } else { quotient }
}

/// The integer nearest to `n / d`, of two equally near ones the even one, for `d > 0`.
///
/// Half is added and floored; only an exact tie that came out odd steps back. The result is checked against the
/// definition of nearest, so a mistake here cannot agree with a mistake there.
pub(crate) fn nearest_even(n: &BigInt, d: &BigInt) -> BigInt {
    let two = big(2);
    let candidate = floor(&(&two * n + d), &(&two * d));
    let tie = &two * n + d == &candidate * &two * d;
    let odd = (&candidate % &two) != big(0);
    let nearest = if tie && odd { candidate - 1 } else { candidate };
    let distance = magnitude(&(&two * (n - &nearest * d)));
    assert!(distance <= *d, "{nearest} is not nearest to {n} / {d}");
    nearest
}

pub(crate) fn magnitude(value: &BigInt) -> BigInt {
    if value.sign() == Sign::Minus { -value } else { value.clone() }
}

/// `value` clamped to `bits` two's-complement bits.
pub(crate) fn clamp(value: BigInt, bits: u32) -> BigInt {
    value.clamp(-power(bits - 1), power(bits - 1) - 1)
}

/// `RNE(q * m / 2^e)`, a left shift where `e` is negative.
pub(crate) fn scaled(q: i64, m: i64, e: i32) -> BigInt {
    scaled_big(&big(q), m, e)
}

pub(crate) fn scaled_big(q: &BigInt, m: i64, e: i32) -> BigInt {
    let (up, down) = if e < 0 { (e.unsigned_abs(), 0) } else { (0, e as u32) };
    nearest_even(&(q * m * power(up)), &power(down))
}

/// `value` where it fits 64 bits.
pub(crate) fn to_i64(value: &BigInt) -> Option<i64> {
    i64::try_from(value).ok()
}
