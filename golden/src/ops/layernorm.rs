//! i-LayerNorm over one token (docs/numerics.md, "i-LayerNorm").

use super::{OpError, isqrt, round_half_even_div};

const OP: &str = "layernorm";

/// Right shift of each `y = x - mean` before the variance's squares, 0..=30.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VarianceShift(u32);

impl VarianceShift {
    /// The largest shift.
    pub const MAX: u32 = 30;

    /// A shift of `bits`.
    ///
    /// # Errors
    /// [`OpError::Constant`] for `bits` above 30.
    pub const fn new(bits: u32) -> Result<Self, OpError> {
        match bits {
            0..=Self::MAX => Ok(VarianceShift(bits)),
            _ => Err(OpError::Constant { op: OP, name: "shift", value: bits as i128, legal: "0..=30" }),
        }
    }

    /// The number of bits.
    pub const fn bits(self) -> u32 {
        self.0
    }
}

/// Per-token results in addition to the normalized channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerNormSteps {
    /// `RNE(sum(x) / N)`.
    pub mean: i64,
    /// `sum((y >> shift)^2)`, saturated to `2^32 - 1`.
    pub var: u32,
    /// `max(isqrt(var) << shift, 1)`.
    pub std: i64,
    /// `2^31 div std`.
    pub factor: i64,
    /// The variance left 32 bits and was saturated: the exporter's shift is too small for this input.
    pub saturated: bool,
}

/// i-LayerNorm of one token of `N` channels: `out[c] = ((y * factor) >> 1) + bias[c]` with `y = x - mean`.
///
/// Defined for every `x` of at least one channel; an error where a result does not fit 64 bits.
///
/// The result uses the unshifted `y`; only the variance is taken of `y >> shift`, so that it fits 32 unsigned bits. A
/// variance that does not fit saturates, as the hardware does, and says so in [`LayerNormSteps::saturated`].
pub fn layernorm_row(
    x: &[i64],
    bias: &[i64],
    shift: VarianceShift,
    out: &mut [i64],
) -> Result<LayerNormSteps, OpError> {
    for (name, found) in [("bias", bias.len()), ("out", out.len())] {
        if found != x.len() {
            return Err(OpError::Shape { op: OP, name, expected: x.len(), found });
        }
    }
    let shift = shift.bits();
    let sum: i128 = x.iter().map(|&x| i128::from(x)).sum();
    let mean = round_half_even_div(sum, x.len() as u64).ok_or(OpError::Operand {
        op: OP,
        name: "channels",
        value: 0,
        legal: "positive",
    })?;
    let mut var = 0_u128;
    for &x in x {
        let y = (i128::from(x) - mean) >> shift;
        var = var.saturating_add(y.unsigned_abs().saturating_mul(y.unsigned_abs()));
    }
    let saturated = var > u128::from(u32::MAX);
    let var = var.min(u32::MAX.into()) as u32;
    let std = (i64::from(isqrt(var).root) << shift).max(1);
    let factor = (1_i64 << 31) / std;
    for ((&x, &bias), out) in x.iter().zip(bias).zip(out.iter_mut()) {
        let y = i128::from(x) - mean;
        let scaled = ((y * i128::from(factor)) >> 1) + i128::from(bias);
        *out = i64::try_from(scaled).map_err(|_| OpError::Overflow { op: OP, name: "out", bits: 64 })?;
    }
    Ok(LayerNormSteps { mean: mean as i64, var, std, factor, saturated })
}

// ---------------------------------------------------------------------------------------------------- off-line

/// `S_n = f32(sqrt N) / 2^30`, the scale of the normalized value before gamma.
fn normalized_scale(channels: usize) -> f64 {
    f64::from((channels as f32).sqrt()) / f64::from(1 << 30)
}

/// The integer bias of one channel: `floor((beta / gamma) / S_n)`.
pub fn layernorm_bias(beta: f64, gamma: f64, channels: usize) -> Result<i64, OpError> {
    let bias = ((beta / gamma) / normalized_scale(channels)).floor();
    if bias.abs() < 9.0e18 {
        Ok(bias as i64)
    } else {
        Err(OpError::Derivation {
            op: OP,
            name: "gamma",
            value: gamma,
            legal: "not zero, and large enough beside beta",
        })
    }
}

/// The output scale of one channel, `S_n * gamma`: negative where gamma is.
pub fn layernorm_output_scale(gamma: f64, channels: usize) -> f64 {
    normalized_scale(channels) * gamma
}
