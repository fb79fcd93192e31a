//! Dyadic numbers `m / 2^e`: a positive or negative real scale ratio as one integer multiplication and one shift.

use super::{OpError, round_half_even_shift};

/// The ratio `m / 2^e` with `|m| <= 2^31` (NUMERICS §1, "Dyadic constants").
///
/// `m` is negative after i-GELU, whose output scale is negative, and where a LayerNorm gamma is. `m` is 2^31 itself
/// when the mantissa rounds up to 1, so a signed 33-bit field holds every case. `e <= 0` is a left shift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Dyadic {
    m: i64,
    e: i32,
}

impl Dyadic {
    /// Largest legal magnitude of `m`.
    pub const MAX_MANTISSA: i64 = 1 << 31;

    /// The dyadic number `m / 2^e`.
    pub fn new(m: i64, e: i32) -> Result<Self, OpError> {
        if m.unsigned_abs() <= Self::MAX_MANTISSA as u64 {
            Ok(Dyadic { m, e })
        } else {
            Err(OpError::Constant { op: "dyadic", name: "m", value: m.into(), legal: "-2^31..=2^31" })
        }
    }

    /// The mantissa `m`.
    pub const fn m(self) -> i64 {
        self.m
    }

    /// The exponent `e`: the product is shifted right by it.
    pub const fn e(self) -> i32 {
        self.e
    }

    /// `RNE(q * m / 2^e)`, exact for every `q` unless a left shift leaves 127 bits, where it saturates.
    #[inline]
    pub fn scale(self, q: i64) -> i128 {
        let product = i128::from(q) * i128::from(self.m);
        if self.e >= 0 {
            return round_half_even_shift(product, self.e as u32);
        }
        // |product| < 2^94: a shift by up to 32 stays below 2^127; further, every non-zero product saturates.
        let left = self.e.unsigned_abs();
        match (left <= 32, product.signum()) {
            (true, _) => product << left,
            (false, 0) => 0,
            (false, 1) => i128::MAX,
            (false, _) => i128::MIN,
        }
    }
}

// ---------------------------------------------------------------------------------------------------- off-line

impl Dyadic {
    /// The constant that turns integers at scale `s_in` into integers at scale `s_out`: `frexp31(s_in / f32(s_out))`.
    pub fn from_scales(s_in: f64, s_out: f64) -> Result<Self, OpError> {
        let s_out = f64::from(s_out as f32);
        if !s_out.is_finite() || s_out == 0.0 {
            return Err(derivation("output scale", s_out, "finite and not zero in f32"));
        }
        frexp31(s_in / s_out)
    }

    /// The ratio as a float, for reports.
    pub fn to_f64(self) -> f64 {
        self.m as f64 * (-f64::from(self.e)).exp2()
    }
}

/// The dyadic number nearest to `ratio`: `ratio = mant * 2^ex` with `0.5 <= |mant| < 1`,
/// `m = round_half_away(mant * 2^31)`, `e = 31 - ex`.
pub fn frexp31(ratio: f64) -> Result<Dyadic, OpError> {
    if !ratio.is_finite() {
        return Err(derivation("scale ratio", ratio, "finite"));
    }
    if ratio == 0.0 {
        return Ok(Dyadic { m: 0, e: 31 });
    }
    let (mantissa, exponent) = frexp(ratio);
    // mantissa * 2^31 is exact; `round` is half away from zero.
    Ok(Dyadic { m: (mantissa * (1_u64 << 31) as f64).round() as i64, e: 31 - exponent })
}

/// Splits a finite non-zero float into a mantissa of magnitude in [0.5, 1) and a power of two.
fn frexp(value: f64) -> (f64, i32) {
    const FRACTION: u32 = 52;
    const EXPONENT: u64 = 0x7ff;
    const BIAS: i32 = 1022;
    let bits = value.to_bits();
    let exponent = ((bits >> FRACTION) & EXPONENT) as i32;
    if exponent == 0 {
        // Subnormal: scale into the normal range first.
        let (mantissa, scaled) = frexp(value * (1_u64 << 54) as f64);
        return (mantissa, scaled - 54);
    }
    let mantissa = f64::from_bits((bits & !(EXPONENT << FRACTION)) | ((BIAS as u64) << FRACTION));
    (mantissa, exponent - BIAS)
}

fn derivation(name: &'static str, value: f64, legal: &'static str) -> OpError {
    OpError::Derivation { op: "dyadic", name, value, legal }
}
