//! Sentence embeddings: pooled, L2-normalized hidden states.

/// Mean of the hidden states over the tokens that `mask` keeps, divided by its L2 norm.
///
/// `hidden` is `[tokens, channels]`, row-major. Sums run in f64 and in token order, so the result is reproducible. A
/// zero vector, which has no direction, stays zero.
pub fn mean_pooled(hidden: &[f32], channels: usize, mask: &[bool]) -> Vec<f32> {
    let mut sum = vec![0f64; channels];
    for (row, _) in hidden.chunks_exact(channels).zip(mask).filter(|(_, keep)| **keep) {
        for (total, value) in sum.iter_mut().zip(row) {
            *total += f64::from(*value);
        }
    }
    // The number of tokens cancels in the normalization.
    let norm = sum.iter().map(|v| v * v).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    sum.iter().map(|v| (v / norm) as f32).collect()
}

/// Cosine of the angle between two vectors of equal length; 0 when one of them is zero.
pub fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let (mut dot, mut aa, mut bb) = (0f64, 0f64, 0f64);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (f64::from(*x), f64::from(*y));
        dot += x * y;
        aa += x * x;
        bb += y * y;
    }
    if aa == 0.0 || bb == 0.0 { 0.0 } else { dot / (aa.sqrt() * bb.sqrt()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_pooling_ignores_masked_tokens_and_has_unit_norm() {
        let hidden = [3.0, 0.0, 0.0, 4.0, 100.0, 100.0];
        assert_eq!(mean_pooled(&hidden, 2, &[true, true, false]), [0.6, 0.8]);
        assert_eq!(mean_pooled(&hidden, 2, &[false; 3]), [0.0, 0.0]);
    }

    #[test]
    fn cosine_of_known_angles() {
        assert_eq!(cosine(&[1.0, 0.0], &[0.0, 2.0]), 0.0);
        assert!((cosine(&[1.0, 1.0], &[1.0, 0.0]) - 0.5f64.sqrt()).abs() < 1e-12);
        assert!((cosine(&[1.0, 2.0], &[-2.0, -4.0]) + 1.0).abs() < 1e-12);
        assert_eq!(cosine(&[0.0], &[1.0]), 0.0);
    }
}
