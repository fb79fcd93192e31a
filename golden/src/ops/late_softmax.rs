//! i-softmax that is normalized after the product with the values (docs/numerics.md, "Late i-softmax").

use super::{ExpConstants, OpError, iexp, round_half_even_shift};

const OP: &str = "late_softmax";

/// Largest weight of a column: that of the row's maximum.
const WEIGHT_MAX: i128 = 255;

/// Bits to which a sum is normalized: its reciprocal has 16 bits, and the context accumulator keeps 10 bits below one
/// unit of the values.
const SUM_BITS: u32 = 10;

/// Integer constants of late i-softmax for one score scale. [`late_softmax_row`] is defined for every value of this
/// type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LateSoftmaxConstants {
    exp: ExpConstants,
    shift: u32,
    m: u32,
    e: u32,
}

impl LateSoftmaxConstants {
    /// Largest mantissa of the weights.
    pub const MAX_M: u32 = (1 << 16) - 1;
    /// Largest exponent of the weights.
    pub const MAX_E: u32 = 31;

    /// Constants as given: i-exp, the shift that leaves its polynomial 16 bits, and the scale `m / 2^e` of the weights.
    ///
    /// # Errors
    /// [`OpError::Constant`] for a `b` below `-x0 - 1`, for which the polynomial can exceed `c`, `shift` above 31, a `c`
    /// that has more than 16 bits after it, `m` outside 1..=65535, or `e` above 31.
    pub const fn new(exp: ExpConstants, shift: u32, m: u32, e: u32) -> Result<Self, OpError> {
        if exp.b() < -exp.x0() - 1 {
            return Err(OpError::Constant { op: OP, name: "b", value: exp.b() as i128, legal: "at least -x0 - 1" });
        }
        if shift > 31 {
            return Err(OpError::Constant { op: OP, name: "shift", value: shift as i128, legal: "0..=31" });
        }
        if exp.c() >> shift > 0xffff {
            return Err(OpError::Constant {
                op: OP,
                name: "c >> shift",
                value: (exp.c() >> shift) as i128,
                legal: "at most 65535",
            });
        }
        if m < 1 || m > Self::MAX_M {
            return Err(OpError::Constant { op: OP, name: "m", value: m as i128, legal: "1..=65535" });
        }
        if e > Self::MAX_E {
            return Err(OpError::Constant { op: OP, name: "e", value: e as i128, legal: "0..=31" });
        }
        Ok(LateSoftmaxConstants { exp, shift, m, e })
    }

    /// Constants of i-exp.
    pub const fn exp(&self) -> ExpConstants {
        self.exp
    }

    /// Right shift of i-exp's polynomial.
    pub const fn shift(&self) -> u32 {
        self.shift
    }

    /// Mantissa of the weights' scale.
    pub const fn m(&self) -> u32 {
        self.m
    }

    /// Exponent of the weights' scale, a right shift.
    pub const fn e(&self) -> u32 {
        self.e
    }

    /// Weight of a column whose score is `x <= 0` below the row's maximum:
    /// `min(RNE((max(t, 0) >> shift) * m / 2^(e + z)), 255)`.
    ///
    /// # Errors
    /// As [`iexp`].
    pub fn weight(&self, x: i64) -> Result<u8, OpError> {
        let exp = iexp(x, &self.exp)?;
        let product = i128::from(exp.t.max(0) >> self.shift) * i128::from(self.m);
        Ok(round_half_even_shift(product, self.e + exp.z).min(WEIGHT_MAX) as u8)
    }
}

/// The reciprocal of a row's sum of weights, as a floating-point number: `mantissa / 2^(length + 15)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RowReciprocal {
    mantissa: u32,
    length: u32,
}

impl RowReciprocal {
    /// What the hardware computes for a row of which every weight is 0, for example because no column is kept.
    pub const NONE: RowReciprocal = RowReciprocal { mantissa: (1 << 17) - 1, length: 19 };

    /// The reciprocal of `sum`: `length` is its number of bits and `mantissa = 2^(length + 15) div sum`, which lies in
    /// 2^15 ..= 2^16.
    ///
    /// # Errors
    /// [`OpError::Operand`] for 0.
    pub fn of(sum: u32) -> Result<Self, OpError> {
        if sum == 0 {
            return Err(OpError::Operand { op: OP, name: "sum of weights", value: 0, legal: "positive" });
        }
        let length = u32::BITS - sum.leading_zeros();
        let mantissa = ((1_u64 << (length + 15)) / u64::from(sum)) as u32;
        Ok(RowReciprocal { mantissa, length })
    }

    /// 2^15 ..= 2^16.
    pub const fn mantissa(self) -> u32 {
        self.mantissa
    }

    /// Number of bits of the sum.
    pub const fn length(self) -> u32 {
        self.length
    }

    /// The accumulator of `P * V` divided by the row's sum, in 256ths: 16 bits.
    ///
    /// `a = acc * 2^(10 - length)`, rounded down where that is a right shift, then `RNE(a * mantissa / 2^17)`. For int8
    /// values `|acc| <= 128 * sum`, so the result is in -2^15 ..= 2^15 and saturates at 2^15 - 1 only for an
    /// accumulator that no values of up to 127 have.
    #[inline]
    pub fn normalize(self, acc: i32) -> i16 {
        let acc = i64::from(acc);
        let aligned =
            if self.length <= SUM_BITS { acc << (SUM_BITS - self.length) } else { acc >> (self.length - SUM_BITS) };
        let mean = round_half_even_shift(i128::from(aligned) * i128::from(self.mantissa), SUM_BITS + 7);
        mean.clamp(i16::MIN.into(), i16::MAX.into()) as i16
    }
}

/// Late i-softmax of one row: the weights relative to the maximum's, 0 to 255, and the sum of the weights.
///
/// `keep` is empty (keep all) or has one flag per column; the weight of a masked column is 0. `weights` is overwritten.
/// The sum is that of the rounded weights, so no probability mass is lost: after the product with the values,
/// [`RowReciprocal::normalize`] divides by it.
///
/// ```
/// use ibert_golden::ops::{LateSoftmaxConstants, RowReciprocal, late_softmax_row};
///
/// // Scores of scale 0.001: 3.0, 2.0, 1.0, and one that a mask hides.
/// let constants = LateSoftmaxConstants::derive(0.001)?;
/// let mut weights = [0; 4];
/// let sum = late_softmax_row(&[3000, 2000, 1000, 9000], &[true, true, true, false], &constants, &mut weights)?;
/// // In floats 255 times 1, 1/e and 1/e^2: 255, 93.8 and 34.5.
/// assert_eq!((weights, sum), ([255, 94, 34, 0], 383));
/// // Values of 100, 50 and 0 have the mean 78.85, in 256ths.
/// let mean = RowReciprocal::of(sum)?.normalize(255 * 100 + 94 * 50);
/// assert_eq!(mean, 20_186);
/// # Ok::<(), ibert_golden::ops::OpError>(())
/// ```
///
/// # Errors
/// [`OpError::Shape`] for lengths that differ, [`OpError::NothingToAttend`] where the mask keeps no column, and as
/// [`iexp`].
pub fn late_softmax_row(
    q: &[i64],
    keep: &[bool],
    k: &LateSoftmaxConstants,
    weights: &mut [u8],
) -> Result<u32, OpError> {
    if weights.len() != q.len() {
        return Err(OpError::Shape { op: OP, name: "weights", expected: q.len(), found: weights.len() });
    }
    if !keep.is_empty() && keep.len() != q.len() {
        return Err(OpError::Shape { op: OP, name: "mask", expected: q.len(), found: keep.len() });
    }
    let kept = |column: usize| keep.is_empty() || keep[column];
    let max = (0..q.len()).filter(|&column| kept(column)).map(|column| q[column]).max();
    let max = max.ok_or(OpError::NothingToAttend)?;
    let mut sum = 0;
    for (column, (&q, weight)) in q.iter().zip(weights.iter_mut()).enumerate() {
        *weight = if kept(column) { k.weight(q.saturating_sub(max))? } else { 0 };
        sum += u32::from(*weight);
    }
    Ok(sum)
}

// ---------------------------------------------------------------------------------------------------- off-line

impl LateSoftmaxConstants {
    /// Derives the constants for score scale `scale`: the polynomial's maximum `c`, shifted to 16 bits, gets weight 255.
    ///
    /// # Errors
    /// As [`ExpConstants::derive`]; [`OpError::Derivation`] for a scale so coarse that `c` is 0.
    pub fn derive(scale: f64) -> Result<Self, OpError> {
        let exp = ExpConstants::derive(scale)?;
        let bits = i64::BITS - exp.c().leading_zeros();
        let shift = bits.saturating_sub(16);
        let top = (exp.c() >> shift) as f64;
        if top < 1.0 {
            return Err(OpError::Derivation { op: OP, name: "input scale", value: scale, legal: "at most 1.67" });
        }
        // 255 / top = m / 2^e with m in 2^15 ..= 2^16 - 1: top has 1 to 16 bits.
        let e = (16.0 - (WEIGHT_MAX as f64 / top).log2()).floor() as u32;
        let m = (WEIGHT_MAX as f64 / top * f64::from(e).exp2()).round() as u32;
        if m > Self::MAX_M {
            LateSoftmaxConstants::new(exp, shift, 1 << 15, e - 1)
        } else {
            LateSoftmaxConstants::new(exp, shift, m, e)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every sum of a row of up to 1024 columns, with the extremes of its accumulator and random ones between: the
    /// quotient in f64 is never further away than the 10 bits of the accumulator and the 15 of the reciprocal allow.
    #[test]
    fn normalizing_is_a_division_for_every_sum() {
        for sum in 1..=255 * 1024_u32 {
            let reciprocal = RowReciprocal::of(sum).unwrap();
            assert!((1 << 15..=1 << 16).contains(&reciprocal.mantissa()), "{sum}");
            let extreme = 128 * sum as i32;
            for acc in [-extreme, -extreme + 1, -1, 0, 1, 127 * sum as i32, (sum as i32).wrapping_mul(77) % extreme] {
                let exact = f64::from(acc) * 256.0 / f64::from(sum);
                let error = f64::from(reciprocal.normalize(acc)) - exact;
                assert!(error.abs() <= 0.5 + 0.25 + exact.abs() / 32768.0, "{acc} / {sum}: off by {error}");
            }
        }
    }

    /// The weight against the exponential in f64, over score scales and all differences that matter.
    #[test]
    fn weights_are_exponentials() {
        for scale in [5e-5, 1e-4, 1e-3, 7e-3, 0.02] {
            let constants = LateSoftmaxConstants::derive(scale).unwrap();
            assert_eq!(constants.weight(0), Ok(255));
            let step = (0.001_f64 / scale).ceil() as i64;
            for x in (0..=(8.0 / scale) as i64).step_by(step as usize) {
                let exact = 255.0 * (-(x as f64) * scale).exp();
                let error = f64::from(constants.weight(-x).unwrap()) - exact;
                // Half a step, the polynomial's 1.9e-3 of the octave's 255, and what the scale's floor moves.
                assert!(error.abs() < 0.5 + 0.0019 * 255.0 * 2.0 + 255.0 * scale, "{scale}, {x}: off by {error}");
            }
        }
    }

    #[test]
    fn every_scale_that_has_constants_maps_the_maximum_to_255() {
        for exponent in -430..=5 {
            let scale = 10_f64.powf(f64::from(exponent) / 100.0);
            let constants = LateSoftmaxConstants::derive(scale).unwrap();
            assert_eq!(constants.weight(0), Ok(255), "scale {scale}: {constants:?}");
        }
        assert!(matches!(LateSoftmaxConstants::derive(2.0), Err(OpError::Derivation { .. })));
    }

    #[test]
    fn nothing_to_attend_is_an_error() {
        let constants = LateSoftmaxConstants::derive(0.01).unwrap();
        let mut weights = [0; 2];
        assert_eq!(late_softmax_row(&[1, 2], &[false; 2], &constants, &mut weights), Err(OpError::NothingToAttend));
        assert!(RowReciprocal::of(0).is_err());
    }
}
