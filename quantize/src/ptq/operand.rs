//! Quantized operands and the linear layers that read them.

use ibert_golden::model::Linear;
use ibert_golden::ops::{OpError, linear_bias};

use crate::checkpoint::LinearWeights;

/// What the integers of an int8 operand stand for: `real[c] = scale · factors[c] · (q − zero_point) + center[c]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Operand {
    /// One scale for all channels, as the product needs it.
    pub scale: f64,
    /// Smoothing factors, folded in the operand's requantization and in the columns of its readers' weights.
    pub factors: Vec<f64>,
    /// Offset subtracted from each channel, folded into the bias of its readers.
    pub center: Vec<f64>,
    /// Folded in its readers' bias.
    pub zero_point: i32,
}

impl Operand {
    /// Scale of each channel's integers, exactly representable in f32, as requantization requires.
    pub(super) fn channel_scales(&self) -> Vec<f64> {
        self.factors.iter().map(|factor| in_f32(self.scale * factor)).collect()
    }
}

/// The nearest f32: dyadic constants are derived from output scales of that precision.
pub(super) fn in_f32(scale: f64) -> f64 {
    f64::from(scale as f32)
}

/// A linear layer in integers and the scale of each accumulator.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct QuantizedLinear {
    pub linear: Linear,
    /// `[outputs]`: `real = scale · accumulator`.
    pub scale: Vec<f64>,
}

/// Quantizes `weights` to int8 per output channel for `operand`. `center` is taken off the result, per output channel.
///
/// No accumulator scale gets smaller than `finest`, because the constants of i-GELU grow with `1 / scale²`; rows that
/// would need a finer one use fewer of the 8 bits.
pub(super) fn quantize_linear(
    weights: &LinearWeights,
    operand: &Operand,
    center: &[f64],
    finest: f64,
) -> Result<QuantizedLinear, OpError> {
    let (inputs, outputs) = (weights.inputs(), weights.outputs());
    let mut linear = Linear { weight: Vec::with_capacity(inputs * outputs), bias: Vec::new() };
    let mut scale = Vec::with_capacity(outputs);
    // The operand's channel scales are rounded to f32, so the columns carry exactly what the operand lacks.
    let columns: Vec<f64> = operand.channel_scales().iter().map(|s| s / operand.scale).collect();
    let least = least_step(weights, &columns);
    for (output, row) in weights.weight.chunks_exact(inputs).enumerate() {
        let smoothed: Vec<f64> = row.iter().zip(&columns).map(|(w, column)| f64::from(*w) * column).collect();
        let step = weight_step(&smoothed).max(least).max(finest / operand.scale);
        let quantized: Vec<i8> =
            smoothed.iter().map(|w| (w / step).round_ties_even().clamp(-127.0, 127.0) as i8).collect();
        let offset: f64 = row.iter().zip(&operand.center).map(|(w, c)| f64::from(*w) * c).sum();
        let accumulator = step * operand.scale;
        let real_bias = f64::from(weights.bias[output]) + offset - center[output];
        let sum: i32 = quantized.iter().map(|w| i32::from(*w)).sum();
        linear.bias.push(linear_bias(real_bias, accumulator)?.saturating_sub(operand.zero_point * sum));
        linear.weight.extend(quantized);
        scale.push(accumulator);
    }
    Ok(QuantizedLinear { linear, scale })
}

/// Least step of a row, so that the bias of a row of zeros, as pruning makes them, fits its accumulator: that of a row
/// whose weights are 10 000 times smaller than the largest of the matrix, or for a matrix of zeros any.
fn least_step(weights: &LinearWeights, columns: &[f64]) -> f64 {
    let rows = weights.weight.chunks_exact(weights.inputs());
    let smoothed = rows.flat_map(|row| row.iter().zip(columns).map(|(w, column)| (f64::from(*w) * column).abs()));
    match smoothed.fold(0.0, f64::max) {
        0.0 => 1e-3,
        largest => largest * 1e-4 / 127.0,
    }
}

/// The int8 step of one row of weights.
fn weight_step(row: &[f64]) -> f64 {
    row.iter().fold(1e-8, |m: f64, w| m.max(w.abs())) / 127.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The integer layer, read back at its scale, is the fp32 layer within the rounding of weights and bias, whatever
    /// the operand's zero point, center and factors.
    #[test]
    fn zero_point_center_and_factors_are_folded_in_weights_and_bias() {
        let weights = LinearWeights { weight: vec![0.5, -0.25, 0.125, 0.03, 1.0, -1.0], bias: vec![0.75, -2.0] };
        let operand =
            Operand { scale: 0.01, factors: vec![1.0, 2.0, 0.5], center: vec![3.0, -1.0, 0.25], zero_point: -7 };
        let center = [0.5, -4.0];
        let quantized = quantize_linear(&weights, &operand, &center, 0.0).unwrap();
        let q = [100i32, -50, -128];
        let x: Vec<f64> = (0..3)
            .map(|c| operand.scale * operand.factors[c] * f64::from(q[c] - operand.zero_point) + operand.center[c])
            .collect();
        for (o, center) in center.into_iter().enumerate() {
            let exact: f64 = (0..3).map(|k| f64::from(weights.weight[o * 3 + k]) * x[k]).sum::<f64>()
                + f64::from(weights.bias[o])
                - center;
            let row = &quantized.linear.weight[o * 3..][..3];
            let acc: i32 = row.iter().zip(q).map(|(w, q)| i32::from(*w) * q).sum::<i32>() + quantized.linear.bias[o];
            let bound = quantized.scale[o] * (0.5 * (107.0 + 43.0 + 121.0) + 1.0);
            assert!((f64::from(acc) * quantized.scale[o] - exact).abs() <= bound, "output {o}");
        }
    }

    #[test]
    fn a_scale_floor_coarsens_small_rows_only() {
        let weights = LinearWeights { weight: vec![1e-6, 1.0], bias: vec![0.0, 0.0] };
        let operand = Operand { scale: 0.1, factors: vec![1.0], center: vec![0.0], zero_point: 0 };
        let quantized = quantize_linear(&weights, &operand, &[0.0, 0.0], 1e-5).unwrap();
        assert_eq!(quantized.linear.weight, [0, 127]);
        assert!((quantized.scale[0] - 1e-5).abs() < 1e-18 && quantized.scale[1] > 7e-4);
    }
}
