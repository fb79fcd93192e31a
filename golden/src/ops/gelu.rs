//! i-GELU: `x * sigmoid-like(x)` with a second-order polynomial for erf (paper Alg. 2).

use super::{OpError, ipoly};

const OP: &str = "gelu";

/// I-BERT's right shift `n` of the erf polynomial. Coarse scales (S >= 5e-3) want 0..=8.
pub const GELU_SHIFT: u32 = 14;

/// Integer constants of i-GELU for one channel's input scale. [`igelu`] is defined for every value of this type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GeluConstants {
    b: i64,
    c: i64,
    shift: i64,
    n: u32,
}

impl GeluConstants {
    /// Constants as given.
    ///
    /// # Errors
    /// [`OpError::Constant`] for `b` outside -2^63 < b <= 0 or `n` above 62.
    pub const fn new(b: i64, c: i64, shift: i64, n: u32) -> Result<Self, OpError> {
        if b > 0 || b == i64::MIN {
            return Err(OpError::Constant { op: OP, name: "b", value: b as i128, legal: "-2^63 < b <= 0" });
        }
        if n > 62 {
            return Err(OpError::Constant { op: OP, name: "n", value: n as i128, legal: "0..=62" });
        }
        Ok(GeluConstants { b, c, shift, n })
    }

    /// Polynomial offset, `floor(-1.769 / S')`: not positive; `-b` is where erf saturates.
    pub const fn b(&self) -> i64 {
        self.b
    }

    /// Polynomial constant, `floor((1 / -0.2888) / S'^2)`.
    pub const fn c(&self) -> i64 {
        self.c
    }

    /// Integer that represents 1 at the scale of `L`, `floor(1 / S_L)`.
    pub const fn shift(&self) -> i64 {
        self.shift
    }

    /// Right shift of the polynomial, 0..=62.
    pub const fn n(&self) -> u32 {
        self.n
    }
}

/// i-GELU of an INT32 accumulator `q`: `a = min(|q|, -b)`, `y = sgn(q) * ((a + b)^2 + c)`, `L = y >> n`,
/// `q * (L + shift)`.
///
/// Defined for every `q`; an error where the result does not fit 64 bits.
///
/// The result, at the (negative) scale [`gelu_output_scale`], reaches 36 bits in a RoBERTa layer and up to 47.
#[inline]
pub fn igelu(q: i64, k: &GeluConstants) -> Result<i64, OpError> {
    let overflow = OpError::Overflow { op: OP, name: "out", bits: 64 };
    let GeluConstants { b, c, shift, n } = *k;
    let a = q.unsigned_abs().min(b.unsigned_abs()) as i64; // -b fits i64, so the minimum does
    let Some(poly) = ipoly(a, b, c) else { return Err(overflow) };
    let y = i128::from(q.signum()) * poly;
    let l = y >> n; // after the sign: an arithmetic shift of a negative y rounds down
    let out = i128::from(q).checked_mul(l + i128::from(shift));
    out.and_then(|out| i64::try_from(out).ok()).ok_or(overflow)
}

// ---------------------------------------------------------------------------------------------------- off-line

#[expect(clippy::approx_constant, reason = "the five digits of the paper, not sqrt 2")]
const K: f64 = 1.4142;

/// Coefficients of i-GELU's approximation of erf, `L(x) = sign(x)·(a·(min(|x|, -b) + b)² + 1)`. The hardware takes them as
/// integer constants, so a model is free in its choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErfPolynomial {
    a: f64,
    b: f64,
}

impl ErfPolynomial {
    /// I-BERT's coefficients: the least largest error of erf.
    pub const PAPER: ErfPolynomial = ErfPolynomial { a: -0.2888, b: -1.769 };

    /// Coefficients as given, both negative.
    pub const fn new(a: f64, b: f64) -> Self {
        ErfPolynomial { a, b }
    }
}

impl GeluConstants {
    /// Derives I-BERT's constants for input scale `scale` (positive) and right shift `n`.
    ///
    /// # Errors
    /// As [`GeluConstants::derive_with`].
    pub fn derive(scale: f64, n: u32) -> Result<Self, OpError> {
        Self::derive_with(ErfPolynomial::PAPER, scale, n)
    }

    /// Derives the constants of `polynomial` for input scale `scale` (positive) and right shift `n`.
    ///
    /// # Errors
    /// [`OpError::Derivation`] for a scale that is not finite and positive, or so fine that a constant leaves 64 bits;
    /// [`OpError::Constant`] for `n` above 62.
    pub fn derive_with(polynomial: ErfPolynomial, scale: f64, n: u32) -> Result<Self, OpError> {
        if !(scale.is_finite() && scale > 0.0) {
            return Err(OpError::Derivation {
                op: OP,
                name: "input scale",
                value: scale,
                legal: "finite and positive",
            });
        }
        let floor = |value: f64| {
            let floor = value.floor();
            let legal = "coarse enough for b, c and shift to fit 64 bits";
            let too_fine = OpError::Derivation { op: OP, name: "input scale", value: scale, legal };
            if floor.abs() < 9.0e18 { Ok(floor as i64) } else { Err(too_fine) }
        };
        let erf_scale = scale / K;
        let b = floor(polynomial.b / erf_scale)?;
        let c = floor((1.0 / polynomial.a) / (erf_scale * erf_scale))?;
        let shift = floor(1.0 / sigmoid_scale(polynomial, scale, n))?;
        GeluConstants::new(b, c, shift, n)
    }
}

/// Scale of the i-GELU output: `S * S_L / 2`. Negative, because the polynomial's leading coefficient is.
pub fn gelu_output_scale(scale: f64, n: u32) -> f64 {
    gelu_output_scale_with(ErfPolynomial::PAPER, scale, n)
}

/// [`gelu_output_scale`] of constants that were derived from `polynomial`.
pub fn gelu_output_scale_with(polynomial: ErfPolynomial, scale: f64, n: u32) -> f64 {
    scale * sigmoid_scale(polynomial, scale, n) / 2.0
}

/// `S_L = S'^2 * a * 2^n`.
fn sigmoid_scale(polynomial: ErfPolynomial, scale: f64, n: u32) -> f64 {
    let erf_scale = scale / K;
    erf_scale * erf_scale * polynomial.a * f64::from(n).exp2()
}
