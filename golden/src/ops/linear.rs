//! Linear layer: INT8 matrix multiplication with INT32 accumulation (docs/numerics.md, "Linear").

use super::OpError;

const OP: &str = "linear";

/// `acc[t,o] = sum_k x[t,k] * w[o,k] + bias[o]`.
///
/// The dot product of an encoder fits 27 bits and `acc` fits `i32`, which an integer model is checked for; a case may
/// hold a bias at the 32-bit limits, so the operator itself is exact to 64 bits.
///
/// `x` is `[tokens, inputs]`, `w` is `[outputs, inputs]`, `bias` is `[outputs]`; the result is `[tokens, outputs]`.
/// The scale of output `o` is `S_w[o] * S_x`. The same operator gives `Q * K^T` and `P * V` with a zero bias.
pub fn linear(x: &[i64], w: &[i64], bias: &[i64], inputs: usize) -> Result<Vec<i64>, OpError> {
    let outputs = bias.len();
    // A product beyond usize saturates to a length that no slice has.
    let expected = outputs.saturating_mul(inputs);
    if w.len() != expected {
        return Err(OpError::Shape { op: OP, name: "w", expected, found: w.len() });
    }
    if inputs == 0 || !x.len().is_multiple_of(inputs) {
        let expected = x.len().next_multiple_of(inputs.max(1));
        return Err(OpError::Shape { op: OP, name: "x", expected, found: x.len() });
    }
    let mut acc = Vec::with_capacity(x.len() / inputs * outputs);
    for token in x.chunks_exact(inputs) {
        for (weights, &bias) in w.chunks_exact(inputs).zip(bias) {
            let mut sum = i128::from(bias);
            for (&x, &w) in token.iter().zip(weights) {
                let product = i128::from(x) * i128::from(w);
                sum = sum.checked_add(product).ok_or(overflow())?;
            }
            acc.push(i64::try_from(sum).map_err(|_| overflow())?);
        }
    }
    Ok(acc)
}

fn overflow() -> OpError {
    OpError::Overflow { op: OP, name: "acc", bits: 64 }
}

// ---------------------------------------------------------------------------------------------------- off-line

/// The integer bias at the accumulator's scale: `RNE(fl(1/(S_w*S_x)) * bias)`, clamped to 32 bits.
pub fn linear_bias(bias: f64, accumulator_scale: f64) -> Result<i32, OpError> {
    let scaled = (1.0 / accumulator_scale) * bias;
    if !scaled.is_finite() {
        return Err(OpError::Derivation { op: OP, name: "bias", value: bias, legal: "finite at the scale S_w * S_x" });
    }
    // HF clamps to [-n, n-1] with n = 2^31 - 1.
    let n = f64::from(i32::MAX);
    Ok(scaled.round_ties_even().clamp(-n, n - 1.0) as i32)
}
