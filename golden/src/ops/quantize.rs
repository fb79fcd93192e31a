//! Symmetric quantization of weights and biases, off-line (docs/numerics.md, "Symmetric quantization").

use super::{OpError, Width};

const OP: &str = "quantize";

/// Symmetric scales from a range, in the two float widths that exist in practice.
pub trait SymmetricScale: Sized {
    /// `max(|min|, |max|, 1e-8) / (2^(bits-1) - 1)`.
    fn symmetric_scale(min: Self, max: Self, width: Width) -> Self;
}

/// `2^(bits-1) - 1`.
fn levels(width: Width) -> f64 {
    width.max() as f64
}

impl SymmetricScale for f32 {
    fn symmetric_scale(min: f32, max: f32, width: Width) -> f32 {
        min.abs().max(max.abs()).max(1e-8) / levels(width) as f32
    }
}

impl SymmetricScale for f64 {
    fn symmetric_scale(min: f64, max: f64, width: Width) -> f64 {
        min.abs().max(max.abs()).max(1e-8) / levels(width)
    }
}

/// `clamp(RNE(fl(1/scale) * x), -n, n-1)` with `n = 2^(bits-1) - 1`, in `f32` as Hugging Face computes it.
///
/// The clamp keeps Hugging Face's asymmetry: int8 weights lie in [-127, 126].
pub fn quantize_f32(x: f32, scale: f32, width: Width) -> Result<i64, OpError> {
    check(x.into(), scale.into())?;
    let n = levels(width) as f32;
    finite(f64::from(((1.0 / scale) * x).round_ties_even().clamp(-n, n - 1.0)), f64::from(x))
}

/// [`quantize_f32`] with every step in `f64`.
pub fn quantize_f64(x: f64, scale: f64, width: Width) -> Result<i64, OpError> {
    check(x, scale)?;
    let n = levels(width);
    finite(((1.0 / scale) * x).round_ties_even().clamp(-n, n - 1.0), x)
}

fn check(x: f64, scale: f64) -> Result<(), OpError> {
    if !x.is_finite() {
        return Err(OpError::Derivation { op: OP, name: "value", value: x, legal: "finite" });
    }
    if !(scale.is_finite() && scale > 0.0) {
        return Err(OpError::Derivation { op: OP, name: "scale", value: scale, legal: "finite and positive" });
    }
    Ok(())
}

/// A NaN is left only where the inverse of a subnormal scale is infinite and the value 0.
fn finite(quantized: f64, x: f64) -> Result<i64, OpError> {
    if quantized.is_nan() {
        let legal = "representable at a scale whose inverse is finite";
        return Err(OpError::Derivation { op: OP, name: "value", value: x, legal });
    }
    Ok(quantized as i64)
}
