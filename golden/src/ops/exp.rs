//! i-exp: `exp(x)` for `x <= 0` as a power of two and a second-order polynomial on (-ln 2, 0] (paper Alg. 3).

use super::OpError;

const OP: &str = "exp";

/// Integer constants of i-exp for one input scale. [`iexp`] is defined for every value of this type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExpConstants {
    x0: i64,
    b: i64,
    c: i64,
    n: u32,
}

/// The steps of one i-exp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpSteps {
    /// Whole octaves, `0..=n`.
    pub z: u32,
    /// The polynomial on the remainder, before `max(t, 0)`; may be slightly negative for coarse scales.
    pub t: i64,
}

impl ExpConstants {
    /// Constants as given.
    ///
    /// # Errors
    /// [`OpError::Constant`] for `x0` outside -2^31 < x0 < 0, `b` or `c` of a magnitude of 2^31 or 2^62 and more, or
    /// `n` above 30.
    pub const fn new(x0: i64, b: i64, c: i64, n: u32) -> Result<Self, OpError> {
        if x0 >= 0 || x0 <= -(1 << 31) {
            return Err(OpError::Constant { op: OP, name: "x0", value: x0 as i128, legal: "-2^31 < x0 < 0" });
        }
        if b.unsigned_abs() >= 1 << 31 {
            return Err(OpError::Constant { op: OP, name: "b", value: b as i128, legal: "-2^31 < b < 2^31" });
        }
        if c.unsigned_abs() >= 1 << 62 {
            return Err(OpError::Constant { op: OP, name: "c", value: c as i128, legal: "-2^62 < c < 2^62" });
        }
        if n > 30 {
            return Err(OpError::Constant { op: OP, name: "n", value: n as i128, legal: "0..=30" });
        }
        Ok(ExpConstants { x0, b, c, n })
    }

    /// `floor(-0.6931 / S)`, negative: one octave.
    pub const fn x0(&self) -> i64 {
        self.x0
    }

    /// `floor((0.96963238 / 0.35815147) / S)`.
    pub const fn b(&self) -> i64 {
        self.b
    }

    /// `floor((1 / 0.35815147) / S^2)`: also the value of the polynomial at 0, its maximum.
    pub const fn c(&self) -> i64 {
        self.c
    }

    /// Number of octaves after which exp is 0, 30 in I-BERT.
    pub const fn n(&self) -> u32 {
        self.n
    }
}

/// i-exp without its final shift: `x = max(x, n*x0)`, `z = (-x) div (-x0)`, `r = x - x0*z`, `t = (r + b)*r + c`.
///
/// Defined for every `x <= 0`; an error for `x > 0`, and where `t` does not fit 64 bits.
///
/// The exponential is `max(t, 0) << (n - z)` ([`ExpSteps::value`]); i-softmax fuses that shift with its 16-bit requant.
#[inline]
pub fn iexp(x: i64, k: &ExpConstants) -> Result<ExpSteps, OpError> {
    if x > 0 {
        return Err(OpError::Operand { op: OP, name: "q", value: x.into(), legal: "not positive" });
    }
    let x = x.max(i64::from(k.n) * k.x0);
    let z = x / k.x0; // both <= 0: the floor of a non-negative quotient
    let r = x - k.x0 * z;
    // |r| < |x0| < 2^31 and |b| < 2^31: the product stays below 2^63 in magnitude, and |c| < 2^62 keeps i128 small.
    let t = i128::from(r + k.b) * i128::from(r) + i128::from(k.c);
    let t = i64::try_from(t).map_err(|_| OpError::Overflow { op: OP, name: "t", bits: 64 })?;
    Ok(ExpSteps { z: z as u32, t })
}

impl ExpSteps {
    /// `max(t, 0) << (n - z)`. A `z` above `n`, which [`iexp`] never returns, counts as `n`.
    pub fn value(self, k: &ExpConstants) -> i128 {
        i128::from(self.t.max(0)) << k.n.saturating_sub(self.z)
    }
}

// ---------------------------------------------------------------------------------------------------- off-line

#[expect(clippy::approx_constant, reason = "the four digits of the paper, not ln 2")]
const LN2: f64 = 0.6931;
const A: f64 = 0.35815147;
const B: f64 = 0.96963238;

impl ExpConstants {
    /// Derives the constants for input scale `scale` with I-BERT's `n = 30`.
    ///
    /// # Errors
    /// [`OpError::Derivation`] for a scale that is not finite and positive, [`OpError::Constant`] for one so fine that
    /// [`ExpConstants::new`] refuses what it gives.
    pub fn derive(scale: f64) -> Result<Self, OpError> {
        if !(scale.is_finite() && scale > 0.0) {
            return Err(OpError::Derivation {
                op: OP,
                name: "input scale",
                value: scale,
                legal: "finite and positive",
            });
        }
        let x0 = (-LN2 / scale).floor();
        let b = ((B / A) / scale).floor();
        let c = ((1.0 / A) / (scale * scale)).floor();
        // A float too large for i64 saturates in the cast, and the limits of `new` refuse it.
        ExpConstants::new(x0 as i64, b as i64, c as i64, 30)
    }
}
