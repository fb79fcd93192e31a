//! i-LayerNorm over tokens.

use ibert_golden::ops::{LayerNormSteps, OpError, VarianceShift};
use num_bigint::BigInt;
use proptest::prelude::*;

use super::{
    exact::{big, floor, nearest_even, power, to_i64},
    operands::{of_width, wide},
};

/// The operator, with a shift that is legal.
fn layernorm_row(x: &[i64], bias: &[i64], shift: u32, out: &mut [i64]) -> Result<LayerNormSteps, OpError> {
    ibert_golden::ops::layernorm_row(x, bias, VarianceShift::new(shift).unwrap(), out)
}

/// The token in big integers: `(mean, var, std, factor, out, saturated)`.
type Exact = (BigInt, BigInt, BigInt, BigInt, Vec<BigInt>, bool);

fn exact(x: &[i64], bias: &[i64], shift: u32) -> Exact {
    let mean = nearest_even(&x.iter().map(|&x| big(x)).sum(), &big(x.len()));
    let y: Vec<BigInt> = x.iter().map(|&x| big(x) - &mean).collect();
    let shifted = y.iter().map(|y| floor(y, &power(shift)));
    let unlimited: BigInt = shifted.map(|y| &y * &y).sum();
    let var = unlimited.clone().min(power(32) - 1);
    let std = (var.sqrt() * power(shift)).max(big(1));
    let factor = floor(&power(31), &std);
    let out = y.iter().zip(bias).map(|(y, &bias)| floor(&(y * &factor), &big(2)) + bias).collect();
    (mean, var.clone(), std, factor, out, unlimited != var)
}

fn check(x: &[i64], bias: &[i64], shift: u32) -> Result<(), TestCaseError> {
    let mut out = vec![-7; x.len()];
    let (mean, var, std, factor, expected, saturated) = exact(x, bias, shift);
    match layernorm_row(x, bias, shift, &mut out) {
        Ok(steps) => {
            let LayerNormSteps { mean: m, var: v, std: s, factor: f, saturated: flag } = steps;
            let got = (big(m), big(v), big(s), big(f), flag);
            prop_assert_eq!(got, (mean, var, std, factor, saturated), "{:?} shift {}", x, shift);
            prop_assert_eq!(out.into_iter().map(big).collect::<Vec<_>>(), expected, "{:?} shift {}", x, shift);
        }
        Err(refused) => {
            prop_assert_eq!(refused, OpError::Overflow { op: "layernorm", name: "out", bits: 64 });
            prop_assert!(expected.iter().any(|out| to_i64(out).is_none()), "{:?} {:?} shift {}", x, bias, shift);
        }
    }
    Ok(())
}

/// A token and its bias; `x` from `element`.
fn token(element: impl Strategy<Value = i64> + Clone + 'static) -> impl Strategy<Value = (Vec<i64>, Vec<i64>)> {
    prop_oneof![1_usize..=9, 10_usize..80]
        .prop_flat_map(move |n| (prop::collection::vec(element.clone(), n), prop::collection::vec(of_width(40), n)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn layernorm_equals_the_formula((x, bias) in token(of_width(22).boxed()), shift in 0_u32..=22) {
        check(&x, &bias, shift)?;
    }

    /// Differences of a few units: small variances, roots of 0, 1, 2, means that tie.
    #[test]
    fn layernorm_equals_the_formula_on_nearly_constant_rows(
        (x, bias) in token((-2_i64..=2).boxed()),
        offset in of_width(21),
        shift in 0_u32..=3,
    ) {
        let x: Vec<i64> = x.iter().map(|x| x + offset).collect();
        check(&x, &bias, shift)?;
    }

    #[test]
    fn layernorm_is_exact_or_refused_for_any_operand((x, bias) in token(wide().boxed()), shift in 0_u32..=30) {
        check(&x, &bias, shift)?;
    }

    #[test]
    fn a_constant_row_gives_the_bias(x in wide(), bias in prop::collection::vec(wide(), 1..50), shift in 0_u32..=30) {
        let mut out = vec![0; bias.len()];
        let steps = layernorm_row(&vec![x; bias.len()], &bias, shift, &mut out).unwrap();
        prop_assert_eq!(out, bias);
        prop_assert_eq!(steps, LayerNormSteps { mean: x, var: 0, std: 1, factor: 1 << 31, saturated: false });
    }

    /// Two channels, one up and one down, around the squares that just fit 32 bits.
    #[test]
    fn variance_saturates_exactly_above_32_bits(off in -3_i64..=3, shift in 0_u32..=8) {
        let y = (46340 + off) << shift; // 2 * 46340^2 < 2^32 <= 2 * 46341^2
        check(&[y, -y], &[0, 0], shift)?;
    }
}

#[test]
fn variance_saturates_at_its_limit_and_says_so() {
    let mut out = [0; 2];
    let inside = layernorm_row(&[46340, -46340], &[0; 2], 0, &mut out).unwrap();
    assert_eq!((inside.var, inside.saturated), (2 * 46340 * 46340, false));
    let outside = layernorm_row(&[46341, -46341], &[0; 2], 0, &mut out).unwrap();
    assert_eq!((outside.var, outside.saturated, outside.std), (u32::MAX, true, 65535));
}

/// 2^32 - 1 as a sum of squares whose roots nearly cancel: the largest variance that is not saturated.
#[test]
fn the_largest_variance_is_not_called_saturated() {
    let row: Vec<i64> = [46340, 296, 20, 5, 2, 1, 1].iter().flat_map(|&y| [y, -y]).chain([1]).collect();
    let steps = layernorm_row(&row, &[0; 15], 0, &mut [0; 15]).unwrap();
    assert_eq!((steps.mean, steps.var, steps.saturated), (0, u32::MAX, false));
}

#[test]
fn mean_ties_go_to_even() {
    for (x, mean) in [([0, 1], 0), ([1, 2], 2), ([-1, 0], 0), ([-2, -1], -2), ([2, 3], 2)] {
        assert_eq!(layernorm_row(&x, &[0; 2], 0, &mut [0; 2]).unwrap().mean, mean, "{x:?}");
    }
}

/// The result floors `y * factor / 2`, and uses the unshifted `y`.
#[test]
fn result_is_floored_and_uses_the_unshifted_difference() {
    let mut out = [0; 4];
    let steps = layernorm_row(&[9, -9, 3, -3], &[0; 4], 1, &mut out).unwrap();
    // y >> 1 = 4, -5, 1, -2: var 46, std 6 << 1 = 12
    assert_eq!((steps.var, steps.std, steps.factor), (46, 12, 178_956_970));
    assert_eq!(out, [805_306_365, -805_306_365, 268_435_455, -268_435_455]);
    let odd = layernorm_row(&[3, -3], &[0; 2], 0, &mut out[..2]).unwrap();
    assert_eq!((odd.std, odd.factor % 2), (4, 0));
    layernorm_row(&[1, -2, 3, -2], &[0; 4], 0, &mut out).unwrap();
    assert_eq!(out, [268_435_456, -536_870_912, 805_306_368, -536_870_912]);
    // factor 715827882 is even, 429496729 (std 5) odd: -1 * 429496729 / 2 floors to -214748365
    let steps = layernorm_row(&[-1, 1, 3, -3, 0, 0, 2, -2], &[0; 8], 0, &mut [0; 8]).unwrap();
    assert_eq!((steps.std, steps.factor), (5, 429_496_729));
    let mut floored = [0; 8];
    layernorm_row(&[-1, 1, 3, -3, 0, 0, 2, -2], &[0; 8], 0, &mut floored).unwrap();
    assert_eq!(floored[..2], [-214_748_365, 214_748_364]);
}

#[test]
fn layernorm_refuses_what_it_is_not_defined_for() {
    let shape = |name, expected, found| Err(OpError::Shape { op: "layernorm", name, expected, found });
    assert_eq!(layernorm_row(&[1, 2], &[0], 0, &mut [0; 2]), shape("bias", 2, 1));
    assert_eq!(layernorm_row(&[1, 2], &[0; 2], 0, &mut [0; 3]), shape("out", 2, 3));
    assert!(matches!(VarianceShift::new(31), Err(OpError::Constant { name: "shift", value: 31, .. })));
    assert!(matches!(layernorm_row(&[], &[], 0, &mut []), Err(OpError::Operand { name: "channels", .. })));
    let overflow = OpError::Overflow { op: "layernorm", name: "out", bits: 64 };
    assert_eq!(layernorm_row(&[1, 0], &[i64::MAX, 0], 0, &mut [0; 2]), Err(overflow));
}
