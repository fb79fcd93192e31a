//! Linear layers.

use ibert_golden::ops::{OpError, linear, linear_bias};
use proptest::prelude::*;

use super::{
    exact::{big, to_i64},
    operands::{of_width, wide},
};

type Operands = (usize, Vec<i64>, Vec<i64>, Vec<i64>);

fn operands(element: impl Strategy<Value = i64> + Clone + 'static) -> impl Strategy<Value = Operands> {
    (0_usize..4, 1_usize..20, 0_usize..5).prop_flat_map(move |(tokens, inputs, outputs)| {
        let values = |count| prop::collection::vec(element.clone(), count);
        (Just(inputs), values(tokens * inputs), values(outputs * inputs), values(outputs))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn linear_equals_the_sum((inputs, x, w, bias) in operands(of_width(9).boxed())) {
        let acc = linear(&x, &w, &bias, inputs).unwrap();
        let mut sums = Vec::new();
        for t in 0..x.len() / inputs {
            for o in 0..bias.len() {
                sums.push((0..inputs).fold(big(bias[o]), |sum, k| sum + big(x[t * inputs + k]) * w[o * inputs + k]));
            }
        }
        prop_assert_eq!(acc.into_iter().map(big).collect::<Vec<_>>(), sums);
    }

    /// Products of 2^126 stay inside `i128` one at a time, so a single input is refused exactly where `i64` ends.
    #[test]
    fn linear_is_exact_or_refused(x in wide(), w in wide(), bias in wide()) {
        let exact = to_i64(&(big(x) * w + bias));
        let overflow = OpError::Overflow { op: "linear", name: "acc", bits: 64 };
        prop_assert_eq!(linear(&[x], &[w], &[bias], 1), exact.map(|acc| vec![acc]).ok_or(overflow));
    }
}

#[test]
fn linear_refuses_sums_beyond_128_bits() {
    let (x, w) = ([i64::MIN; 3], [i64::MIN; 3]);
    assert_eq!(linear(&x, &w, &[0], 3), Err(OpError::Overflow { op: "linear", name: "acc", bits: 64 }));
}

#[test]
fn linear_refuses_shapes_that_do_not_go_together() {
    let shape = |name, expected, found| Err(OpError::Shape { op: "linear", name, expected, found });
    assert_eq!(linear(&[1, 2], &[1, 2, 3], &[0], 2), shape("w", 2, 3));
    assert_eq!(linear(&[1, 2, 3], &[1, 2], &[0], 2), shape("x", 4, 3));
    assert_eq!(linear(&[], &[], &[0], 0), shape("x", 0, 0));
    assert_eq!(linear(&[1, 2], &[], &[], 2), Ok(vec![]));
}

#[test]
fn linear_bias_is_rounded_to_even_and_clamped_as_hugging_face_does() {
    for (bias, scale, expected) in [
        (0.5, 1.0, 0),
        (1.5, 1.0, 2),
        (-2.5, 1.0, -2),
        (3.0, 0.25, 12),
        (1e30, 1.0, i32::MAX - 1),
        (-1e30, 1.0, -i32::MAX),
    ] {
        assert_eq!(linear_bias(bias, scale), Ok(expected), "{bias} at {scale}");
    }
    for (bias, scale) in [(f64::NAN, 1.0), (f64::INFINITY, 1.0), (1.0, 0.0), (0.0, 0.0)] {
        assert!(matches!(linear_bias(bias, scale), Err(OpError::Derivation { op: "linear", .. })), "{bias} at {scale}");
    }
}
