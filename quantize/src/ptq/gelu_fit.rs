//! Fit of i-GELU's polynomial to the values of each channel.
//!
//! I-BERT's coefficients have the least largest error of erf. A channel's values occupy a part of the axis, and there
//! other coefficients have half of its error. They are constants of the channel, so the hardware stays as it is.

use ibert_golden::ops::ErfPolynomial;

use crate::reference::{Matrix, gelu};

/// Values are counted from `-SPAN` to `SPAN`, in steps of `2·SPAN / BINS`.
const SPAN: f32 = 6.0;
const BINS: usize = 96;

/// Weight of all bins together beside the values, so that values that were not seen have a sensible result.
const EVERYWHERE: f64 = 0.02;

/// Offsets to choose from. i-GELU's `b` and `c` fit the hardware for these and for the [`CURVATURES`] at all scales.
const OFFSETS: std::ops::RangeInclusive<i32> = 90..=185;

/// Curvatures that are used; others are limited to them.
const CURVATURES: std::ops::RangeInclusive<f64> = -1.0..=-0.16;

/// How often the values before a GELU lie in each interval, per channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Histogram {
    counts: Vec<[u32; BINS]>,
}

impl Histogram {
    /// Counts the values of a tensor.
    pub(super) fn add(&mut self, tensor: &Matrix) {
        self.counts.resize(tensor.columns, [0; BINS]);
        for row in tensor.data.chunks_exact(tensor.columns) {
            for (counts, value) in self.counts.iter_mut().zip(row) {
                let bin = (value + SPAN) * (BINS as f32 / (2.0 * SPAN));
                counts[bin.clamp(0.0, BINS as f32 - 1.0) as usize] += 1;
            }
        }
    }

    /// Adds the counts of other values of the same channels.
    pub(super) fn merge(&mut self, other: &Self) {
        self.counts.resize(other.counts.len(), [0; BINS]);
        for (mine, others) in self.counts.iter_mut().zip(&other.counts) {
            mine.iter_mut().zip(others).for_each(|(mine, other)| *mine += other);
        }
    }

    /// The polynomial of each channel: the least squared error of GELU over its values, apart from their mean error,
    /// which the bias of the next layer takes.
    pub(super) fn polynomials(&self) -> Vec<ErfPolynomial> {
        let bins = bins();
        self.counts.iter().map(|counts| fit(&bins, counts)).collect()
    }
}

/// Middle of a bin.
struct Bin {
    x: f64,
    /// What GELU has beyond i-GELU without its polynomial.
    rest: f64,
}

fn bins() -> Vec<Bin> {
    let middle = |bin: usize| (bin as f64 + 0.5) * 2.0 * f64::from(SPAN) / BINS as f64 - f64::from(SPAN);
    (0..BINS).map(middle).map(|x| Bin { x, rest: f64::from(gelu(x as f32)) - x.max(0.0) }).collect()
}

/// Least squares over the curvature, for each offset.
fn fit(bins: &[Bin], counts: &[u32; BINS]) -> ErfPolynomial {
    let total: f64 = counts.iter().map(|count| f64::from(*count)).sum::<f64>().max(1.0);
    let weight = |count: &u32| f64::from(*count) / total + EVERYWHERE / BINS as f64;
    let mut best = (f64::INFINITY, ErfPolynomial::PAPER);
    for offset in OFFSETS.step_by(5) {
        let b = -f64::from(offset) / 100.0;
        // i-GELU is max(x, 0) + curvature · shape(x).
        let [mut sum, mut shapes, mut rests, mut square, mut product, mut rest_square] = [0.0; 6];
        for (bin, count) in bins.iter().zip(counts) {
            let w = weight(count);
            let shape = bin.x.abs() / 2.0 * ((bin.x.abs() / std::f64::consts::SQRT_2).min(-b) + b).powi(2);
            sum += w;
            shapes += w * shape;
            rests += w * bin.rest;
            square += w * shape * shape;
            product += w * shape * bin.rest;
            rest_square += w * bin.rest * bin.rest;
        }
        let (variance, covariance) = (square - shapes * shapes / sum, product - shapes * rests / sum);
        let a = (covariance / variance.max(1e-12)).clamp(*CURVATURES.start(), *CURVATURES.end());
        let error = rest_square - rests * rests / sum - 2.0 * a * covariance + a * a * variance;
        if error < best.0 {
            best = (error, ErfPolynomial::new(a, b));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibert_golden::ops::{GeluConstants, gelu_output_scale_with, igelu};

    /// Root of the mean squared error of i-GELU, apart from the mean, over `values`.
    fn error(polynomial: ErfPolynomial, values: &[f32]) -> f64 {
        let (scale, n) = (1e-4, 8);
        let (k, out) =
            (GeluConstants::derive_with(polynomial, scale, n).unwrap(), gelu_output_scale_with(polynomial, scale, n));
        let errors = values.iter().map(|x| {
            let q = (f64::from(*x) / scale).round() as i64;
            igelu(q, &k).unwrap() as f64 * out - f64::from(gelu(*x))
        });
        let errors: Vec<f64> = errors.collect();
        let mean = errors.iter().sum::<f64>() / errors.len() as f64;
        (errors.iter().map(|error| (error - mean).powi(2)).sum::<f64>() / errors.len() as f64).sqrt()
    }

    /// Values around several middles, with a spread of their own: triangular distributions.
    #[test]
    fn a_fitted_channel_has_less_error_than_with_the_papers_coefficients() {
        for (middle, spread) in [(0.0, 2.5), (-1.0, 1.5), (-0.4, 0.8), (-2.0, 2.0), (0.5, 2.0)] {
            let values: Vec<f32> = (-100..=100)
                .flat_map(|step: i32| {
                    std::iter::repeat_n(middle + spread * step as f32 / 100.0, 101 - step.unsigned_abs() as usize)
                })
                .collect();
            let mut histogram = Histogram::default();
            histogram.add(&Matrix { rows: values.len(), columns: 1, data: values.clone() });
            let fitted = histogram.polynomials()[0];
            let (before, after) = (error(ErfPolynomial::PAPER, &values), error(fitted, &values));
            assert!(after < 0.85 * before, "{middle} ± {spread}: {before} to {after} with {fitted:?}");
        }
    }
}
