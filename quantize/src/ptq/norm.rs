//! Constants of i-LayerNorm and of the requantizations before and after it.

use ibert_golden::model::{Norm, Requantization, limits};
use ibert_golden::ops::{Dyadic, OpError, VarianceShift, layernorm_bias, layernorm_output_scale};

use super::operand::{Operand, in_f32};
use crate::checkpoint::LayerNormWeights;

/// Accumulated deviation `sqrt(Σ(x − mean)²)`, in integers, that the largest calibrated row is scaled to.
///
/// It balances the two roundings of i-LayerNorm: the input keeps 17 bits and `factor = 2^31 div std` keeps 15.
const TARGET_DEVIATION: f64 = 65536.0;

/// Right shift before the squares: with [`TARGET_DEVIATION`], variance fits 32 bits up to 4 times the calibrated
/// deviation.
const SHIFT: u32 = 2;

/// Scale of a LayerNorm input whose calibrated rows deviate by at most `deviation`.
pub(super) fn input_scale(deviation: f64) -> f64 {
    in_f32((deviation / TARGET_DEVIATION).max(1e-12))
}

/// Smallest shift for which rows that deviate by `deviation` (real) at `scale` keep their variance below 2^32.
pub(super) fn shift_for(deviation: f64, scale: f64) -> u32 {
    let bits = (deviation / scale).log2().ceil() - 16.0;
    (bits.max(0.0) as u32).min(limits::NORM_SHIFT_MAX)
}

/// Shift for inputs at [`input_scale`].
pub(super) fn calibrated_shift() -> u32 {
    SHIFT
}

/// The constants of one LayerNorm: bias, int8 operand per channel, 16-bit residual of scale `residual` (one for all).
pub(super) fn norm(weights: &LayerNormWeights, operand: &Operand, residual: f64, shift: u32) -> Result<Norm, OpError> {
    let channels = weights.gamma.len();
    let mut part = Norm { shift: VarianceShift::new(shift)?, ..Norm::default() };
    let (mut to_operand, mut to_residual) = (Vec::new(), Vec::new());
    let scales = operand.channel_scales();
    for (channel, target) in scales.iter().copied().enumerate() {
        let beta = f64::from(weights.beta[channel]) - operand.center[channel];
        let gamma = raised_gamma(f64::from(weights.gamma[channel]), beta, target, residual, channels);
        part.bias.push(layernorm_bias(beta, gamma, channels)?);
        let scale = layernorm_output_scale(gamma, channels);
        to_operand.push(Dyadic::from_scales(scale, target)?);
        to_residual.push(Dyadic::from_scales(scale, residual)?);
    }
    part.output = Requantization { constants: to_operand, scale: scales };
    part.residual = Some(Requantization { constants: to_residual, scale: vec![residual] });
    Ok(part)
}

/// `gamma`, raised in magnitude just far enough that `beta / gamma` fits the 40-bit bias and that the exponents of the
/// requantizations to the int8 `target` and to the 16-bit `residual` fit. A gamma of 0 becomes the smallest that does.
///
/// What it adds to the result is at most `sqrt(N)` times the raised gamma: a 512th of beta, or a quarter of a `target`
/// step, or 64 of the 65536 `residual` steps.
fn raised_gamma(gamma: f64, beta: f64, target: f64, residual: f64, channels: usize) -> f64 {
    let unit = layernorm_output_scale(1.0, channels);
    let largest_bias = ((1i64 << (limits::NORM_BIAS.bits - 1)) - 1) as f64;
    // The mantissa m is at least 2^30, so ratios down to 2^(30 - e) have an exponent of at most e.
    let smallest_for = |to: f64, largest_e: i32| (30.0 - f64::from(largest_e)).exp2() * (1.0 + 1e-6) * to / unit;
    let smallest = (beta.abs() / (unit * largest_bias))
        .max(smallest_for(target, *limits::EXPONENTS.end()))
        .max(smallest_for(residual, *limits::EXPONENTS_INT16.end()));
    if gamma.abs() >= smallest { gamma } else { smallest.copysign(gamma) }
}

#[cfg(test)]
mod tests {
    use std::ops::RangeInclusive;

    use ibert_golden::ops::layernorm_row;

    use super::*;

    /// Channels with gamma 0, with a huge beta / gamma, with negative gamma: all come out as the float LayerNorm says.
    #[test]
    fn every_gamma_gives_the_float_result() {
        let weights = LayerNormWeights { gamma: vec![1.5, 0.0, 4.8e-33, -0.7], beta: vec![0.25, 2.0, -1.0, 0.0] };
        let operand = Operand {
            scale: 0.05,
            factors: vec![1.0, 0.5, 2.0, 1.0],
            center: vec![0.5, 0.0, -0.5, 0.0],
            zero_point: 0,
        };
        let part = norm(&weights, &operand, in_f32(1e-3), 2).unwrap();
        let fit =
            |to: &Requantization, e: RangeInclusive<i32>| to.constants.iter().all(|constant| e.contains(&constant.e()));
        assert!(fit(&part.output, limits::EXPONENTS), "{part:?}");
        assert!(fit(part.residual.as_ref().unwrap(), limits::EXPONENTS_INT16), "{part:?}");
        let x = [9000i64, -4000, 12000, -17000];
        let mut out = [0i64; 4];
        layernorm_row(&x, &part.bias, part.shift, &mut out).unwrap();
        let deviation = (x.iter().map(|v| (*v as f64).powi(2)).sum::<f64>() / 4.0).sqrt();
        for (c, q) in out.into_iter().enumerate() {
            let beta = f64::from(weights.beta[c]) - operand.center[c];
            let real = x[c] as f64 / deviation * f64::from(weights.gamma[c]) + beta;
            // Largest addition by raising gamma, see `raised_gamma`.
            let steps = (part.output.scale(c) / 4.0).max(64.0 * part.residual.as_ref().unwrap().scale(c));
            let raised = (beta.abs() / 512.0).max(steps);
            for requant in [&part.output, part.residual.as_ref().unwrap()] {
                let read = requant.constant(c).scale(q) as f64 * requant.scale(c);
                let bound = 0.5 * requant.scale(c) + raised + 1e-3;
                assert!((read - real).abs() <= bound, "channel {c}: {read}, expected {real} within {bound}");
            }
        }
    }

    #[test]
    fn the_shift_keeps_the_variance_below_32_bits() {
        for deviation in [1.0, 65535.0, 65537.0, 1e6, 5e9] {
            let shift = shift_for(deviation, 1.0);
            assert!((deviation * (-f64::from(shift)).exp2()).powi(2) <= 2f64.powi(32));
            assert!(shift == 0 || (deviation * (1.0 - f64::from(shift)).exp2()).powi(2) > 2f64.powi(32));
        }
    }
}
