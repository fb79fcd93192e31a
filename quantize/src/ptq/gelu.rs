//! Choice of i-GELU's shift `n` and of its constants.

use ibert_golden::model::limits;
use ibert_golden::ops::{Dyadic, ErfPolynomial, GELU_SHIFT, GeluConstants, OpError, gelu_output_scale_with};

/// Finest accumulator scale for which b, c and b² fit the hardware's 17 and 34 bits.
pub(super) const FINEST_SCALE: f64 = 4.0e-5;

/// Constants of every channel and the scale (negative) of its result.
pub(super) struct QuantizedGelu {
    pub constants: Vec<GeluConstants>,
    pub scale: Vec<f64>,
}

/// Derives i-GELU with a polynomial per channel for accumulators at `scales` whose results go to int8 at `targets`.
///
/// All channels share `n`. The smallest `n` is the most precise: `L` and `shift` count steps of `2^n`. It is bounded
/// below by the width of `L + shift` and by the requantizer's largest exponent. I-BERT's own 14 is tried last; if
/// nothing fits, the model's validation says which channel does not.
pub(super) fn quantized_gelu(
    polynomials: &[ErfPolynomial],
    scales: &[f64],
    targets: &[f64],
) -> Result<QuantizedGelu, OpError> {
    let mut n = 0;
    while n < GELU_SHIFT && !fits(polynomials, scales, targets, n)? {
        n += 1;
    }
    let channels = || polynomials.iter().zip(scales);
    let constants = channels().map(|(p, s)| GeluConstants::derive_with(*p, *s, n)).collect::<Result<_, _>>()?;
    Ok(QuantizedGelu { constants, scale: channels().map(|(p, s)| gelu_output_scale_with(*p, *s, n)).collect() })
}

fn fits(polynomials: &[ErfPolynomial], scales: &[f64], targets: &[f64], n: u32) -> Result<bool, OpError> {
    for ((polynomial, scale), target) in polynomials.iter().zip(scales).zip(targets) {
        let k = GeluConstants::derive_with(*polynomial, *scale, n)?;
        // L runs from -|shift| to |shift| or a little beyond, by the floors.
        let largest = -2 * i128::from(k.shift()) + 2;
        let e = Dyadic::from_scales(gelu_output_scale_with(*polynomial, *scale, n), *target)?.e();
        if !limits::GELU_SHIFT.holds(largest) || !limits::EXPONENTS_ZERO_POINT.contains(&e) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use ibert_golden::ops::igelu;

    use super::*;
    use crate::reference::gelu;

    /// At every scale from the finest to a coarse one i-GELU stays within the error of its polynomial, 0.0182, plus the
    /// coarseness of `shift`.
    #[test]
    fn the_chosen_shift_is_precise_at_fine_and_coarse_scales() {
        for scale in [FINEST_SCALE, 1e-4, 1e-3, 5e-3, 2e-2] {
            let chosen = quantized_gelu(&[ErfPolynomial::PAPER], &[scale], &[0.02]).unwrap();
            let (k, out) = (chosen.constants[0], chosen.scale[0]);
            let worst = (-400..=400)
                .map(|step| {
                    let q = (f64::from(step) / 100.0 / scale).round();
                    let x = q * scale;
                    (igelu(q as i64, &k).unwrap() as f64 * out - f64::from(gelu(x as f32))).abs()
                })
                .fold(0.0, f64::max);
            assert!(worst < 0.025, "scale {scale}: n = {}, error {worst}", k.n());
        }
    }
}
