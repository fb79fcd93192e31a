//! Dyadic numbers `m / 2^e`: a positive or negative real scale ratio as one integer multiplication and one shift.

use super::{OpError, round_half_even_shift};

const OP: &str = "dyadic";

/// The ratio `m / 2^e` with `|m| <= 2^31` (docs/numerics.md, "Dyadic constants").
///
/// `m` is negative after i-GELU, whose output scale is negative, and where a LayerNorm gamma is. `m` is 2^31 itself
/// when the mantissa rounds up to 1, so a signed 33-bit field holds every case. `e <= 0` is a left shift, legal down to
/// [`Dyadic::MIN_EXPONENT`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Dyadic {
    m: i64,
    e: i32,
}

impl Dyadic {
    /// Largest legal magnitude of `m`.
    pub const MAX_MANTISSA: i64 = 1 << 31;
    /// Smallest legal `e`. Further left, the product of a 64-bit operand would leave 127 bits; no ratio of scales comes
    /// near 2^62.
    pub const MIN_EXPONENT: i32 = -32;

    /// The dyadic number `m / 2^e`.
    ///
    /// # Errors
    /// [`OpError::Constant`] for `m` outside -2^31..=2^31 or `e` below -32.
    pub const fn new(m: i64, e: i32) -> Result<Self, OpError> {
        if m.unsigned_abs() > Self::MAX_MANTISSA as u64 {
            return Err(OpError::Constant { op: OP, name: "m", value: m as i128, legal: "-2^31..=2^31" });
        }
        if e < Self::MIN_EXPONENT {
            return Err(OpError::Constant { op: OP, name: "e", value: e as i128, legal: "at least -32" });
        }
        Ok(Dyadic { m, e })
    }

    /// The mantissa `m`.
    pub const fn m(self) -> i64 {
        self.m
    }

    /// The exponent `e`: the product is shifted right by it.
    pub const fn e(self) -> i32 {
        self.e
    }

    /// `RNE(q * m / 2^e)`, exact for every `q`.
    #[inline]
    pub fn scale(self, q: i64) -> i128 {
        let product = i128::from(q) * i128::from(self.m);
        match u32::try_from(self.e) {
            Ok(right) => round_half_even_shift(product, right),
            // |product| <= 2^94, and e >= -32.
            Err(_) => product << self.e.unsigned_abs(),
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
    let e = 31 - exponent;
    if e < Dyadic::MIN_EXPONENT {
        return Err(derivation("scale ratio", ratio, "below 2^63 in magnitude"));
    }
    // mantissa * 2^31 is exact; `round` is half away from zero.
    Ok(Dyadic { m: (mantissa * (1_u64 << 31) as f64).round() as i64, e })
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
    OpError::Derivation { op: OP, name, value, legal }
}
