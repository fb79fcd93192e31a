//! i-poly and i-GELU.

use ibert_golden::ops::{GeluConstants, OpError, igelu, ipoly};
use num_bigint::BigInt;
use proptest::prelude::*;

use super::{
    exact::{big, floor, magnitude, power, to_i64},
    operands::{of_width, wide},
};

/// Alg. 2 in big integers.
fn exact(q: i64, b: &BigInt, c: i64, shift: i64, n: u32) -> BigInt {
    let a = magnitude(&big(q)).min(-b);
    let poly = (&a + b) * (&a + b) + c;
    let y = if q > 0 { poly } else { -poly };
    let l = if q == 0 { big(0) } else { floor(&y, &power(n)) };
    big(q) * (l + shift)
}

fn check(q: i64, b: i64, c: i64, shift: i64, n: u32) -> Result<(), TestCaseError> {
    let constants = GeluConstants::new(b, c, shift, n).unwrap();
    let expected = to_i64(&exact(q, &big(b), c, shift, n));
    let overflow = OpError::Overflow { op: "gelu", name: "out", bits: 64 };
    prop_assert_eq!(igelu(q, &constants), expected.ok_or(overflow), "q {}, {:?}", q, constants);
    Ok(())
}

/// Constants as scales from 2e-5 to 2e-2 give them, and their shift.
fn constants() -> impl Strategy<Value = (i64, i64, i64, u32)> {
    let n = prop::sample::select(vec![0_u32, 4, 8, 14]);
    (prop_oneof![-65536..=0_i64, Just(0), Just(-1), Just(-65536)], -(1_i64 << 33)..=0, -(1_i64 << 20)..1 << 20, n)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn gelu_equals_the_formula((b, c, shift, n) in constants(), q in of_width(32)) {
        check(q, b, c, shift, n)?;
    }

    /// Where erf saturates, where its argument is smallest, and one beside.
    #[test]
    fn gelu_equals_the_formula_around_its_corners((b, c, shift, n) in constants(), off in -2_i64..=2) {
        for q in [off, b + off, -b + off, i64::from(i32::MIN) - off.min(0), i64::from(i32::MAX) - off.max(0)] {
            check(q, b, c, shift, n)?;
        }
    }

    #[test]
    fn gelu_is_exact_or_refused_for_any_constants(
        q in wide(),
        b in wide().prop_map(|b| (-b.saturating_abs()).max(-i64::MAX)),
        (c, shift) in (wide(), wide()),
        n in 0_u32..=62,
    ) {
        check(q, b, c, shift, n)?;
    }

    #[test]
    fn poly_is_exact_where_it_fits(q in wide(), b in wide(), c in wide()) {
        let exact = (big(q) + b) * (big(q) + b) + c;
        prop_assert_eq!(ipoly(q, b, c).map(big), i128::try_from(&exact).ok().map(big));
    }
}

/// The constants of S = 5e-3 with n = 4, over every operand that does not saturate and as many that do.
#[test]
fn gelu_equals_the_formula_for_every_operand_of_a_coarse_scale() {
    let k = GeluConstants::derive(5e-3, 4).unwrap();
    let b = big(k.b());
    for q in 2 * k.b()..=-2 * k.b() {
        assert_eq!(igelu(q, &k).map(big), Ok(exact(q, &b, k.c(), k.shift(), 4)), "q {q}");
    }
}

#[test]
fn gelu_shifts_after_the_sign() {
    // y = -3, n = 1: floor(-3/2) = -2, whereas -(3 >> 1) would be -1
    let k = GeluConstants::new(0, 3, 0, 1).unwrap();
    assert_eq!((igelu(-1, &k), igelu(1, &k)), (Ok(2), Ok(1)));
}

#[test]
fn gelu_of_zero_is_zero_whatever_the_constants() {
    for n in [0, 8, 14] {
        assert_eq!(igelu(0, &GeluConstants::new(-9, 77, 5, n).unwrap()), Ok(0));
    }
}

#[test]
fn gelu_refuses_constants_it_is_not_defined_for() {
    for (b, n, name) in [(1, 14, "b"), (i64::MIN, 14, "b"), (-1, 63, "n"), (-1, u32::MAX, "n")] {
        assert!(
            matches!(GeluConstants::new(b, 0, 0, n), Err(OpError::Constant { name: refused, .. }) if refused == name)
        );
    }
    assert!(GeluConstants::new(-i64::MAX, i64::MIN, i64::MAX, 62).is_ok());
}
