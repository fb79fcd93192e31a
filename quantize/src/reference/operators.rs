//! The three nonlinear operators in floating point.

use super::matrix::Matrix;
use crate::checkpoint::LayerNormWeights;

/// GELU with the Gaussian distribution function itself, `x · Φ(x)`, not an approximation of it.
pub fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + libm::erff(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// Softmax of `row` over the columns where `mask` is `true`; the others become 0. A row without any such column becomes
/// 0.
pub fn softmax(row: &mut [f32], mask: &[bool]) {
    let max = row.iter().zip(mask).filter(|(_, keep)| **keep).map(|(v, _)| *v).fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for (value, keep) in row.iter_mut().zip(mask) {
        *value = if *keep { (*value - max).exp() } else { 0.0 };
        sum += *value;
    }
    if sum > 0.0 {
        row.iter_mut().for_each(|value| *value /= sum);
    }
}

/// Normalizes each row of `x` to mean 0 and variance 1 and applies gamma and beta. Mean and variance are summed in f64.
pub fn layer_norm(x: &Matrix, weights: &LayerNormWeights, eps: f64) -> Matrix {
    let mut out = x.clone();
    let count = x.columns as f64;
    for row in out.data.chunks_exact_mut(x.columns) {
        let mean = row.iter().map(|v| f64::from(*v)).sum::<f64>() / count;
        let variance = row.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / count;
        let scale = 1.0 / (variance + eps).sqrt();
        for ((v, gamma), beta) in row.iter_mut().zip(&weights.gamma).zip(&weights.beta) {
            *v = ((f64::from(*v) - mean) * scale) as f32 * gamma + beta;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of x·Φ(x) from tables of the normal distribution.
    #[test]
    fn gelu_of_tabulated_points() {
        for (x, y) in [(0.0, 0.0), (1.0, 0.841_345), (-1.0, -0.158_655), (2.0, 1.954_5), (-3.0, -0.004_049_7)] {
            assert!((gelu(x) - y).abs() < 1e-6, "gelu({x}) = {}, expected {y}", gelu(x));
        }
    }

    #[test]
    fn softmax_gives_masked_columns_nothing() {
        let mut row = [0.0, 2f32.ln(), 1e30];
        softmax(&mut row, &[true, true, false]);
        assert!((row[0] - 1.0 / 3.0).abs() < 1e-6 && (row[1] - 2.0 / 3.0).abs() < 1e-6 && row[2] == 0.0, "{row:?}");
        let mut none = [1.0, 2.0];
        softmax(&mut none, &[false, false]);
        assert_eq!(none, [0.0, 0.0]);
    }

    #[test]
    fn layer_norm_keeps_epsilon() {
        let weights = LayerNormWeights { gamma: vec![2.0, 2.0], beta: vec![1.0, -1.0] };
        let x = Matrix { rows: 1, columns: 2, data: vec![1.0, 3.0] };
        assert_eq!(layer_norm(&x, &weights, 0.0).data, [-1.0, 1.0]);
        assert_eq!(layer_norm(&x, &weights, 3.0).data, [0.0, 0.0]);
    }
}
