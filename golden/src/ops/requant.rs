//! Requantization: an integer at one scale becomes a narrower integer at another (docs/numerics.md, "Requant").

use super::{Dyadic, Width};

/// `clamp(RNE(q * m / 2^e))` to `width`.
///
/// ```
/// use ibert_golden::ops::{Dyadic, Width, requant};
///
/// // From a scale of 0.001 to one of 0.05: a fiftieth.
/// let fiftieth = Dyadic::from_scales(0.001, 0.05)?;
/// assert_eq!(requant(1234, fiftieth, Width::new(8)?), 25);
/// assert_eq!(requant(-99_999, fiftieth, Width::new(8)?), -128);
/// # Ok::<(), ibert_golden::ops::OpError>(())
/// ```
#[inline]
pub fn requant(q: i64, scale: Dyadic, width: Width) -> i64 {
    width.saturate(scale.scale(q))
}

/// `clamp(RNE(q * m / 2^e) + RNE(q2 * m2 / 2^e2))` to `width`: each term is rounded by itself, then added, then
/// clamped.
///
/// Joins a residual to a linear layer's accumulator (`width` 22) and the embedding tables to each other (`width` 16).
#[inline]
pub fn requant_residual(q: i64, scale: Dyadic, q2: i64, scale2: Dyadic, width: Width) -> i64 {
    width.saturate(scale.scale(q).saturating_add(scale2.scale(q2)))
}

/// `clamp(RNE(q * m / 2^e) + zero_point)` to `width`: the asymmetric requant of the i-GELU output.
#[inline]
pub fn requant_zero_point(q: i64, scale: Dyadic, zero_point: i32, width: Width) -> i64 {
    width.saturate(scale.scale(q).saturating_add(zero_point.into()))
}
