//! i-exp.

use ibert_golden::ops::{ExpConstants, OpError, iexp};
use num_bigint::BigInt;
use proptest::prelude::*;

use super::{
    exact::{big, floor, power, to_i64},
    operands::wide,
};

/// Alg. 3 in big integers: `(z, t, exp)`.
pub(crate) fn exact(x: &BigInt, x0: i64, b: i64, c: i64, n: u32) -> (BigInt, BigInt, BigInt) {
    let x = x.clone().max(big(n) * x0);
    let z = floor(&-&x, &-big(x0));
    let r = &x - big(x0) * &z;
    let t = (&r + b) * &r + c;
    let shift = n - u32::try_from(&z).unwrap();
    let exp = t.clone().max(big(0)) * power(shift);
    (z, t, exp)
}

pub(crate) fn constants() -> impl Strategy<Value = (i64, i64, i64, u32)> {
    prop_oneof![
        // as scales from 5e-5 to 1e-1 give them, and at the fields' limits
        3 => (-16384_i64..=-1, 0_i64..=65535, 0_i64..1 << 31, prop_oneof![Just(30_u32), 0_u32..=30]),
        1 => Just((-16384, 65535, (1 << 31) - 1, 30)),
        1 => Just((-1, 0, 0, 30)),
    ]
}

/// Anything that the constructor accepts.
fn any_constants() -> impl Strategy<Value = (i64, i64, i64, u32)> {
    let field = |bits: u32| wide().prop_map(move |v| v % (1 << bits));
    (field(31).prop_map(|x0| -x0.abs().max(1)), field(31), field(62), 0_u32..=30)
}

fn check(x: i64, (x0, b, c, n): (i64, i64, i64, u32)) -> Result<(), TestCaseError> {
    let k = ExpConstants::new(x0, b, c, n).unwrap();
    let (z, t, exp) = exact(&big(x), x0, b, c, n);
    match iexp(x, &k) {
        Ok(steps) => {
            prop_assert_eq!((big(steps.z), big(steps.t)), (z, t), "x {}, {:?}", x, k);
            prop_assert_eq!(big(steps.value(&k)), exp, "x {}, {:?}", x, k);
        }
        Err(refused) => {
            prop_assert_eq!(refused, OpError::Overflow { op: "exp", name: "t", bits: 64 });
            prop_assert_eq!(to_i64(&t), None);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn exp_equals_the_formula(k in constants(), x in wide().prop_map(|x| -x.saturating_abs())) {
        check(x, k)?;
    }

    #[test]
    fn exp_equals_the_formula_inside_the_octaves(k in constants(), fraction in 0_i64..=1 << 20) {
        check(((i64::from(k.3) + 1) * k.0 * fraction) >> 20, k)?;
    }

    /// Every octave's border, one before, one behind, and beyond the last.
    #[test]
    fn exp_equals_the_formula_at_the_borders_of_octaves(k in constants(), octave in 0_i64..=32, off in -1_i64..=1) {
        check((octave * k.0 + off).min(0), k)?;
    }

    #[test]
    fn exp_is_exact_or_refused_for_any_constants(
        k in any_constants(),
        x in wide().prop_map(|x| -x.saturating_abs()),
        octave in 0_i64..=31,
    ) {
        check(x, k)?;
        check(octave * k.0, k)?;
        check(octave * k.0 + 1 + k.0, k)?;
    }
}

#[test]
fn exp_equals_the_formula_for_every_operand_of_a_coarse_scale() {
    let k = ExpConstants::derive(1e-2).unwrap();
    for x in 32 * k.x0()..=0 {
        let (z, t, exp) = exact(&big(x), k.x0(), k.b(), k.c(), k.n());
        let steps = iexp(x, &k).unwrap();
        assert_eq!((big(steps.z), big(steps.t), big(steps.value(&k))), (z, t, exp), "x {x}");
    }
}

#[test]
fn exp_is_the_smallest_octave_beyond_the_range_and_zero_where_the_polynomial_is_negative() {
    let k = ExpConstants::new(-10, 0, -1, 30).unwrap();
    let steps = iexp(i64::MIN, &k).unwrap();
    assert_eq!((steps.z, steps.t, steps.value(&k)), (30, -1, 0));
}

#[test]
fn exp_refuses_positive_operands() {
    let k = ExpConstants::new(-10, 3, 100, 30).unwrap();
    for x in [1, i64::MAX] {
        assert!(matches!(iexp(x, &k), Err(OpError::Operand { op: "exp", name: "q", value, .. }) if value == x.into()));
    }
}

#[test]
fn exp_refuses_constants_it_is_not_defined_for() {
    for (x0, b, c, n, name) in [
        (0, 1, 1, 30, "x0"),
        (1, 1, 1, 30, "x0"),
        (-(1 << 31), 1, 1, 30, "x0"),
        (i64::MIN, 1, 1, 30, "x0"),
        (-1, 1 << 31, 1, 30, "b"),
        (-1, i64::MIN, 1, 30, "b"),
        (-1, 1, 1 << 62, 30, "c"),
        (-1, 1, i64::MIN, 30, "c"),
        (-1, 1, 1, 31, "n"),
    ] {
        let refused = ExpConstants::new(x0, b, c, n).unwrap_err();
        assert!(matches!(refused, OpError::Constant { name: refused, .. } if refused == name), "{refused}");
    }
}
