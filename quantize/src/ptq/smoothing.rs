//! Smoothing: channels of an operand are divided by factors, and the columns of the weights that read it multiplied.
//!
//! The product is unchanged in real arithmetic; quantization gets easier, because one scale then fits all channels of
//! the operand (SmoothQuant, Xiao et al. 2023). The division costs nothing: it is part of the operand's requantization.

use super::recipe::Smoothing;
use crate::checkpoint::LinearWeights;

/// Factors for an operand with channel maxima `magnitude`, read by `readers`. All positive.
pub(super) fn factors(magnitude: &[f64], readers: &[&LinearWeights], smoothing: Smoothing) -> Vec<f64> {
    let floor = (smoothing.floor * median(magnitude)).max(dead(magnitude));
    let columns = column_magnitudes(readers, magnitude.len());
    let weight_floor = (median(&columns) * 1e-3).max(dead(&columns));
    magnitude
        .iter()
        .zip(&columns)
        .map(|(a, w)| a.max(floor).powf(smoothing.alpha) / w.max(weight_floor).powf(1.0 - smoothing.alpha))
        .collect()
}

/// Largest magnitude in each input column over all readers.
fn column_magnitudes(readers: &[&LinearWeights], inputs: usize) -> Vec<f64> {
    let mut columns = vec![0f64; inputs];
    for row in readers.iter().flat_map(|reader| reader.weight.chunks_exact(inputs)) {
        for (column, w) in columns.iter_mut().zip(row) {
            *column = column.max(f64::from(w.abs()));
        }
    }
    columns
}

/// What counts as the magnitude of a channel that is always zero, as pruning makes them, where most are.
fn dead(magnitude: &[f64]) -> f64 {
    (magnitude.iter().copied().fold(0.0, f64::max) * 1e-5).max(f64::from(f32::MIN_POSITIVE))
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader() -> LinearWeights {
        LinearWeights { weight: vec![1.0, -0.5, 0.25, 0.5, 2.0, 0.125], bias: vec![0.0, 1.0] }
    }

    #[test]
    fn alpha_divides_the_range_between_activations_and_weights() {
        let magnitude = [8.0, 2.0, 1.0];
        let half = factors(&magnitude, &[&reader()], Smoothing { alpha: 0.5, floor: 0.0 });
        for ((s, a), w) in half.iter().zip(magnitude).zip([1.0, 2.0, 0.25]) {
            assert!((a / s - w * s).abs() < 1e-12, "with alpha 1/2 both sides have the same maximum");
        }
        assert_eq!(factors(&magnitude, &[&reader()], Smoothing { alpha: 1.0, floor: 0.0 }), magnitude);
        assert_eq!(factors(&magnitude, &[&reader()], Smoothing { alpha: 1.0, floor: 1.0 }), [8.0, 2.0, 2.0]);
    }

    #[test]
    fn dead_channels_and_columns_have_finite_positive_factors() {
        let reader = LinearWeights { weight: vec![0.0, 1.0], bias: vec![0.0] };
        for s in factors(&[0.0, 0.0], &[&reader], Smoothing { alpha: 0.5, floor: 0.5 }) {
            assert!(s.is_finite() && s > 0.0);
        }
    }

    /// Smoothing folded into operand and weights leaves an fp32 product as it was.
    #[test]
    fn a_smoothed_product_is_the_unsmoothed_one() {
        let (x, reader) = ([3.0, -7.0, 0.5], reader());
        let s = factors(&[3.0, 7.0, 0.5], &[&reader], Smoothing { alpha: 0.8, floor: 0.5 });
        for row in reader.weight.chunks_exact(3) {
            let plain: f64 = row.iter().zip(x).map(|(w, x)| f64::from(*w) * x).sum();
            let smooth: f64 = row.iter().zip(x).zip(&s).map(|((w, x), s)| f64::from(*w) * s * (x / s)).sum();
            assert!((plain - smooth).abs() < 1e-12);
        }
    }
}
