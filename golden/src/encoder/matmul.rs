//! Integer matrix multiplication in the form that the compiler vectorizes.
//!
//! This is the fast path of [`crate::ops::linear`], tested equal to it. Operands are widened to 16 bits, because the
//! product of two 16-bit vectors summed in pairs to 32 bits is one instruction on every common CPU.

/// `out[t,o] = sum_k a[t,k] * b[o,k]`, with `a` `[tokens, depth]`, `b` `[outputs, depth]`, `out` `[tokens, outputs]`.
///
/// A's values have 9 bits and B's 8 (the array's operands), so any depth below 2^15 fits the 32-bit accumulator.
pub(super) fn matmul(a: &[i16], b: &[i16], depth: usize, out: &mut [i32]) {
    let outputs = b.len() / depth;
    multiply_panel(a, b, depth, out, outputs, 0);
}

/// [`matmul`] with int8 weights and a bias.
pub(super) fn linear(a: &[i16], weight: &[i8], bias: &[i32], depth: usize, out: &mut [i32]) {
    // A panel of widened weights stays in the first-level cache while every token passes it.
    const PANEL: usize = 16;
    let outputs = bias.len();
    let mut panel = Vec::with_capacity(PANEL * depth);
    for (index, rows) in weight.chunks(PANEL * depth).enumerate() {
        panel.clear();
        panel.extend(rows.iter().map(|&w| i16::from(w)));
        multiply_panel(a, &panel, depth, out, outputs, index * PANEL);
    }
    for token in out.chunks_exact_mut(outputs) {
        for (acc, &bias) in token.iter_mut().zip(bias) {
            *acc += bias;
        }
    }
}

/// Multiplies every row of `a` with the rows of `b`, which are outputs `first..` of `outputs`.
fn multiply_panel(a: &[i16], b: &[i16], depth: usize, out: &mut [i32], outputs: usize, first: usize) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the CPU has the feature that the function is compiled for.
        #[expect(unsafe_code, reason = "the only way to call a function compiled for a wider vector unit")]
        return unsafe { multiply_panel_avx2(a, b, depth, out, outputs, first) };
    }
    multiply_panel_portable(a, b, depth, out, outputs, first);
}

/// The same code, compiled for 256-bit vectors.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn multiply_panel_avx2(a: &[i16], b: &[i16], depth: usize, out: &mut [i32], outputs: usize, first: usize) {
    multiply_panel_portable(a, b, depth, out, outputs, first);
}

#[inline(always)]
fn multiply_panel_portable(a: &[i16], b: &[i16], depth: usize, out: &mut [i32], outputs: usize, first: usize) {
    for (token, out) in a.chunks_exact(depth).zip(out.chunks_exact_mut(outputs)) {
        for (row, out) in b.chunks_exact(depth).zip(&mut out[first..]) {
            // This form of a dot product becomes multiply-add-pairs instructions; blocking it by hand does not.
            // Nothing wraps (see above); saying so keeps it in builds that check for overflow.
            let products = token.iter().zip(row).map(|(&a, &b)| i32::from(a) * i32::from(b));
            *out = products.fold(0, i32::wrapping_add);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ops;

    /// Shapes around the block and panel sizes, values at the operands' limits as often as inside.
    fn operands() -> impl Strategy<Value = (usize, Vec<i16>, Vec<i8>, Vec<i32>)> {
        (1_usize..5, 1_usize..70, 1_usize..40).prop_flat_map(|(tokens, depth, outputs)| {
            let a = prop_oneof![Just(-128_i16), Just(255), -128_i16..=255];
            let w = prop_oneof![Just(-128_i8), Just(127), any::<i8>()];
            (
                Just(depth),
                prop::collection::vec(a, tokens * depth),
                prop::collection::vec(w, outputs * depth),
                prop::collection::vec(-(1 << 24)..1 << 24, outputs),
            )
        })
    }

    fn wide<T: Copy + Into<i64>>(values: &[T]) -> Vec<i64> {
        values.iter().map(|&v| v.into()).collect()
    }

    proptest! {
        #[test]
        fn linear_equals_the_operator((depth, a, w, bias) in operands()) {
            let mut out = vec![0; a.len() / depth * bias.len()];
            linear(&a, &w, &bias, depth, &mut out);
            prop_assert_eq!(wide(&out), ops::linear(&wide(&a), &wide(&w), &wide(&bias), depth).unwrap());
        }

        #[test]
        fn matmul_equals_the_operator((depth, a, w, bias) in operands()) {
            let b: Vec<i16> = w.iter().map(|&w| w.into()).collect();
            let mut out = vec![0; a.len() / depth * bias.len()];
            matmul(&a, &b, depth, &mut out);
            let zero = vec![0; bias.len()];
            prop_assert_eq!(wide(&out), ops::linear(&wide(&a), &wide(&w), &zero, depth).unwrap());
        }
    }
}
