//! Requantization: one term, two terms, zero point.

use ibert_golden::ops::{Dyadic, Width, requant, requant_residual, requant_zero_point};
use proptest::prelude::*;

use super::{
    exact::{big, clamp, scaled},
    operands::{exponent, mantissa, of_width, tie, wide},
};

fn constant(m: i64, e: i32) -> Dyadic {
    Dyadic::new(m, e).unwrap()
}

fn bits() -> impl Strategy<Value = u32> {
    prop_oneof![4 => prop::sample::select(vec![8_u32, 16, 22]), 1 => 2_u32..=63]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn requant_equals_the_fraction(
        q in prop_oneof![wide(), of_width(40)],
        m in mantissa(),
        e in exponent(),
        bits in bits(),
    ) {
        let width = Width::new(bits).unwrap();
        prop_assert_eq!(big(requant(q, constant(m, e), width)), clamp(scaled(q, m, e.min(200)), bits));
    }

    #[test]
    fn requant_equals_the_fraction_on_ties((q, m, e) in tie(), bits in bits()) {
        prop_assert_eq!(big(requant(q, constant(m, e), Width::new(bits).unwrap())), clamp(scaled(q, m, e), bits));
    }

    #[test]
    fn residual_terms_are_rounded_apart_then_added_then_clamped(
        (q, q2) in (wide(), wide()),
        (m, m2) in (mantissa(), mantissa()),
        (e, e2) in (exponent(), exponent()),
        bits in bits(),
    ) {
        let got = requant_residual(q, constant(m, e), q2, constant(m2, e2), Width::new(bits).unwrap());
        prop_assert_eq!(big(got), clamp(scaled(q, m, e.min(200)) + scaled(q2, m2, e2.min(200)), bits));
    }

    /// Two ties meet: rounding their sum instead of each of them would differ.
    #[test]
    fn residual_of_two_ties_equals_the_fractions((q, m, e) in tie(), (q2, m2, e2) in tie(), bits in bits()) {
        let got = requant_residual(q, constant(m, e), q2, constant(m2, e2), Width::new(bits).unwrap());
        prop_assert_eq!(big(got), clamp(scaled(q, m, e) + scaled(q2, m2, e2), bits));
    }

    #[test]
    fn zero_point_is_added_before_the_clamp(
        q in prop_oneof![wide(), of_width(40)],
        m in mantissa(),
        e in exponent(),
        zero_point in prop_oneof![-128..=127_i32, Just(i32::MIN), Just(i32::MAX)],
        bits in bits(),
    ) {
        let got = requant_zero_point(q, constant(m, e), zero_point, Width::new(bits).unwrap());
        prop_assert_eq!(big(got), clamp(scaled(q, m, e.min(200)) + zero_point, bits));
    }
}

/// All int8 operands with all exponents that change anything, mantissas at both ends, in the middle and negative.
#[test]
fn chained_requant_is_exact_for_every_int8() {
    let mantissas = [1_i64 << 30, (1 << 30) + 1, 3 << 29, (1 << 31) - 1, 1 << 31, 1_518_500_250];
    let mut compared = 0;
    for m in mantissas.iter().flat_map(|&m| [m, -m]) {
        for e in 20..=42 {
            for q in -128..=127 {
                let expected = clamp(scaled(q, m, e), 8);
                assert_eq!(big(requant(q, constant(m, e), Width::INT8)), expected, "q {q}, m {m}, e {e}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 12 * 23 * 256);
}

/// All int16 operands where each rounding case is met in every eighth of them.
#[test]
fn requant_is_exact_for_every_int16() {
    for (m, e) in [(1_i64 << 30, 33), (-(1 << 31), 34), (3 << 29, 36), (1_073_741_825, 38)] {
        for q in i64::from(i16::MIN)..=i16::MAX.into() {
            assert_eq!(big(requant(q, constant(m, e), Width::INT8)), clamp(scaled(q, m, e), 8), "q {q}, m {m}, e {e}");
        }
    }
}
