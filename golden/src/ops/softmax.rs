//! i-softmax over one row of attention scores (docs/numerics.md, "i-softmax").

use super::{Dyadic, ExpConstants, OpError, frexp31, iexp, round_half_even_shift};

const OP: &str = "softmax";

/// Largest value of the 16-bit exponential.
const EXP16_MAX: i128 = 32767;

/// Integer constants of i-softmax for one score scale. [`softmax_row`] is defined for every value of this type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SoftmaxConstants {
    exp: ExpConstants,
    requant16: Dyadic,
    out_bits: u32,
}

/// Per-row results in addition to the exponentials and the probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoftmaxSteps {
    /// Sum of the 16-bit exponentials.
    pub sum: i64,
    /// `2^32 div sum`.
    pub factor: i64,
}

impl SoftmaxConstants {
    /// Constants as given.
    ///
    /// # Errors
    /// [`OpError::Constant`] for `m16` that is not positive, `e16` outside 0..=96, or `out_bits` outside 1..=16.
    pub const fn new(exp: ExpConstants, requant16: Dyadic, out_bits: u32) -> Result<Self, OpError> {
        if requant16.m() <= 0 {
            return Err(OpError::Constant { op: OP, name: "m16", value: requant16.m() as i128, legal: "1..=2^31" });
        }
        if requant16.e() < 0 || requant16.e() > 96 {
            return Err(OpError::Constant { op: OP, name: "e16", value: requant16.e() as i128, legal: "0..=96" });
        }
        if out_bits < 1 || out_bits > 16 {
            return Err(OpError::Constant { op: OP, name: "out_bits", value: out_bits as i128, legal: "1..=16" });
        }
        Ok(SoftmaxConstants { exp, requant16, out_bits })
    }

    /// Constants of i-exp.
    pub const fn exp(&self) -> ExpConstants {
        self.exp
    }

    /// The fused 16-bit requant `m16 / 2^e16` of the exponential: `exp16 = RNE(max(t,0) * m16 / 2^(e16 + z))`.
    pub const fn requant16(&self) -> Dyadic {
        self.requant16
    }

    /// Width of the unsigned result, 1 to 16; probability 1 is `2^out_bits`, saturated to `2^out_bits - 1`.
    pub const fn out_bits(&self) -> u32 {
        self.out_bits
    }
}

/// i-softmax of one row: maximum over the kept columns, i-exp, sum, reciprocal, product.
///
/// `keep` is empty (keep all) or has one flag a column; a masked column has `exp16 = 0` and probability 0.
/// `exp16` and `out` are overwritten; `out` is unsigned at scale `2^-out_bits`.
///
/// ```
/// use ibert_golden::ops::{SoftmaxConstants, softmax_row};
///
/// // Scores of scale 0.01: 3.0, 2.0, 1.0, and one that a mask hides.
/// let constants = SoftmaxConstants::derive(0.01, SoftmaxConstants::full_range_exp_scale(0.01)?, 8)?;
/// let (mut exponentials, mut out) = ([0; 4], [0; 4]);
/// softmax_row(&[300, 200, 100, 900], &[true, true, true, false], &constants, &mut exponentials, &mut out)?;
/// // In 256ths, rounded down; in floats they would be 170.3, 62.6, 23.0.
/// assert_eq!(out, [169, 62, 23, 0]);
/// # Ok::<(), ibert_golden::ops::OpError>(())
/// ```
pub fn softmax_row(
    q: &[i64],
    keep: &[bool],
    k: &SoftmaxConstants,
    exp16: &mut [i64],
    out: &mut [i64],
) -> Result<SoftmaxSteps, OpError> {
    for (name, found) in [("exp16", exp16.len()), ("out", out.len())] {
        if found != q.len() {
            return Err(OpError::Shape { op: OP, name, expected: q.len(), found });
        }
    }
    if !keep.is_empty() && keep.len() != q.len() {
        return Err(OpError::Shape { op: OP, name: "mask", expected: q.len(), found: keep.len() });
    }
    let kept = |column: usize| keep.is_empty() || keep[column];

    let max = (0..q.len()).filter(|&column| kept(column)).map(|column| q[column]).max();
    let max = max.ok_or(OpError::NothingToAttend)?;

    let mut sum = 0_i64;
    for (column, (&q, exp16)) in q.iter().zip(exp16.iter_mut()).enumerate() {
        *exp16 = if kept(column) { exponential16(q.saturating_sub(max), k)? } else { 0 };
        sum += *exp16;
    }
    if sum == 0 {
        return Err(OpError::Operand { op: OP, name: "sum of exponentials", value: 0, legal: "positive" });
    }

    let factor = (1_i64 << 32) / sum;
    let one = (1_i64 << k.out_bits) - 1;
    for (&exp16, out) in exp16.iter().zip(out) {
        // exp16 <= sum, so the product is at most 2^32.
        *out = ((exp16 * factor) >> (32 - k.out_bits)).min(one);
    }
    Ok(SoftmaxSteps { sum, factor })
}

/// `min(RNE(max(t,0) * m16 / 2^(e16 + z)), 32767)`.
fn exponential16(x: i64, k: &SoftmaxConstants) -> Result<i64, OpError> {
    let exp = iexp(x, &k.exp)?;
    let product = i128::from(exp.t.max(0)) * i128::from(k.requant16.m());
    let rounded = round_half_even_shift(product, k.requant16.e() as u32 + exp.z);
    Ok(rounded.min(EXP16_MAX) as i64)
}

// ---------------------------------------------------------------------------------------------------- off-line

impl SoftmaxConstants {
    /// Derives the constants for score scale `scale` and the scale `exp_scale` of the 16-bit exponential
    /// (`m16 / 2^e16 = frexp31(2^30 / exp_scale)`).
    ///
    /// # Errors
    /// As [`ExpConstants::derive`] and [`SoftmaxConstants::new`].
    pub fn derive(scale: f64, exp_scale: f64, out_bits: u32) -> Result<Self, OpError> {
        let exp = ExpConstants::derive(scale)?;
        SoftmaxConstants::new(exp, frexp31(f64::from(1 << 30) / exp_scale)?, out_bits)
    }

    /// The scale of the 16-bit exponential that maps the largest exponential, `c << 30`, to 32767.
    pub fn full_range_exp_scale(scale: f64) -> Result<f64, OpError> {
        let exp = ExpConstants::derive(scale)?;
        Ok(exp.c() as f64 * f64::from(1 << 30) / EXP16_MAX as f64)
    }
}
