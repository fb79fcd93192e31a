//! Rounding, dyadic numbers and widths.

use ibert_golden::ops::{Dyadic, OpError, Width, frexp31, round_half_even_div, round_half_even_shift};
use num_bigint::BigInt;
use proptest::prelude::*;

use super::{
    exact::{big, clamp, magnitude, nearest_even, power, scaled},
    operands::{exponent, mantissa, tie, wide},
};

fn i128_edges() -> impl Strategy<Value = i128> {
    prop_oneof![
        (0_u32..127, -2_i128..=2, any::<bool>()).prop_map(|(bit, off, negative)| {
            let edge = 1_i128 << bit;
            if negative { -edge + off } else { edge + off }
        }),
        prop_oneof![Just(i128::MIN), Just(i128::MAX), Just(i128::MIN + 1), Just(3 << 125)],
        (any::<i128>(), 0_u32..128).prop_map(|(value, shift)| value >> shift),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn shift_rounds_to_the_nearest_and_ties_to_even(value in i128_edges(), shift in 0_u32..=200) {
        prop_assert_eq!(big(round_half_even_shift(value, shift)), nearest_even(&big(value), &power(shift)));
    }

    #[test]
    fn shift_resolves_every_tie_to_even(floor in -(1_i128 << 60)..1 << 60, shift in 1_u32..=64) {
        let halfway = (2 * floor + 1) << (shift - 1);
        let rounded = round_half_even_shift(halfway, shift);
        prop_assert_eq!(rounded & 1, 0);
        prop_assert_eq!((2 * rounded - (2 * floor + 1)).abs(), 1);
    }

    #[test]
    fn division_rounds_to_the_nearest_and_ties_to_even(
        value in i128_edges(),
        divisor in prop_oneof![1_u64..=20, Just(u64::MAX), any::<u64>(), Just(768), Just(1 << 63)],
    ) {
        match round_half_even_div(value, divisor) {
            Some(rounded) => prop_assert_eq!(big(rounded), nearest_even(&big(value), &big(divisor))),
            None => prop_assert_eq!(divisor, 0),
        }
    }

    #[test]
    fn scale_is_exact_for_every_operand(q in wide(), m in mantissa(), e in exponent()) {
        // Beyond 200 the result is 0 for every 64-bit operand; a shift by 2^31 would need a 2^31-bit number.
        prop_assert_eq!(big(Dyadic::new(m, e).unwrap().scale(q)), scaled(q, m, e.min(200)));
    }

    #[test]
    fn scale_resolves_ties_to_even((q, m, e) in tie()) {
        let rounded = Dyadic::new(m, e).unwrap().scale(q);
        prop_assert_eq!(rounded & 1, 0);
        prop_assert_eq!(big(rounded), scaled(q, m, e));
    }

    #[test]
    fn saturation_is_a_clamp(value in i128_edges(), bits in 2_u32..=63) {
        prop_assert_eq!(big(Width::new(bits).unwrap().saturate(value)), clamp(big(value), bits));
    }

    /// `|ratio - m / 2^e| <= 2^-e / 2`, and the mantissa is normalized. All three are rationals, compared as such.
    #[test]
    fn frexp31_is_the_nearest_normalized_dyadic(
        negative: bool,
        exponent in 0_u64..1023 + 63,
        fraction in 1_u64..1 << 52,
    ) {
        let ratio = f64::from_bits(u64::from(negative) << 63 | exponent << 52 | fraction);
        let k = frexp31(ratio).unwrap();
        prop_assert!((1 << 30..=1 << 31).contains(&k.m().abs()), "{k:?}");
        // ratio = n / 2^1074 exactly
        let n = numerator(ratio);
        let (m, e) = (big(k.m()), k.e());
        let (left, right) = ((1074 - e).max(0) as u32, (e - 1074).max(0) as u32);
        // 2 |n / 2^1074 - m / 2^e| <= 1 / 2^e
        let twice_error = magnitude(&(2 * (n * power(right) - m * power(left))));
        prop_assert!(twice_error <= power(left), "{ratio:e}: {k:?}");
    }
}

/// `value * 2^1074`, an integer for every finite float.
fn numerator(value: f64) -> BigInt {
    let bits = value.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as u32, bits & ((1 << 52) - 1));
    let unsigned = if exponent == 0 { big(fraction) } else { big(fraction | 1 << 52) * power(exponent - 1) };
    if value < 0.0 { -unsigned } else { unsigned }
}

#[test]
fn division_by_zero_has_no_value() {
    assert_eq!(round_half_even_div(5, 0), None);
}

#[test]
fn shift_beyond_the_width_of_the_value_rounds_to_zero_or_one() {
    let tie = 1_i128 << 126;
    for (value, shift, rounded) in [
        (tie, 127, 0),
        (tie + 1, 127, 1),
        (-tie, 127, 0),
        (-tie - 1, 127, -1),
        (i128::MIN, 127, -1),
        (i128::MIN, 128, 0),
        (i128::MIN, 129, 0),
        (i128::MAX, 128, 0),
        (i128::MAX, u32::MAX, 0),
    ] {
        assert_eq!(round_half_even_shift(value, shift), rounded, "{value} >> {shift}");
    }
}

#[test]
fn frexp31_has_a_mantissa_of_2_to_31_where_it_rounds_up_to_one() {
    let below_one = 1.0 - f64::EPSILON / 2.0;
    assert_eq!((frexp31(below_one).unwrap().m(), frexp31(below_one).unwrap().e()), (1 << 31, 31));
    assert_eq!((frexp31(-below_one).unwrap().m(), frexp31(-below_one).unwrap().e()), (-1 << 31, 31));
    assert_eq!((frexp31(1.0).unwrap().m(), frexp31(1.0).unwrap().e()), (1 << 30, 30));
    assert_eq!((frexp31(0.0).unwrap().m(), frexp31(-0.0).unwrap().m()), (0, 0));
}

#[test]
fn frexp31_rounds_a_half_away_from_zero() {
    // mant * 2^31 = 2^30 + 1/2
    let half = (f64::from(1 << 30) + 0.5) / 2_f64.powi(31);
    assert_eq!(frexp31(half).unwrap().m(), (1 << 30) + 1);
    assert_eq!(frexp31(-half).unwrap().m(), -(1 << 30) - 1);
}

#[test]
fn frexp31_keeps_subnormal_ratios() {
    let smallest = f64::from_bits(1); // 2^-1074 = 0.5 * 2^-1073
    assert_eq!((frexp31(smallest).unwrap().m(), frexp31(smallest).unwrap().e()), (1 << 30, 31 + 1073));
    let three = f64::from_bits(3); // 0.75 * 2^-1072
    assert_eq!((frexp31(-three).unwrap().m(), frexp31(-three).unwrap().e()), (-3 << 29, 31 + 1072));
}

#[test]
fn dyadic_returns_the_float_it_was_made_of_where_31_bits_hold_it() {
    for ratio in [1.0, -1.0, 0.75, 1.0 / 1024.0, -2_f64.powi(-40), 1234.5, 0.0, 2_f64.powi(62)] {
        assert_eq!(frexp31(ratio).unwrap().to_f64(), ratio);
    }
}

#[test]
fn frexp31_refuses_what_is_no_ratio() {
    for ratio in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 2_f64.powi(63), -1e300] {
        let refused = frexp31(ratio).unwrap_err();
        assert!(matches!(refused, OpError::Derivation { op: "dyadic", name: "scale ratio", .. }), "{ratio}: {refused}");
    }
    assert_eq!(frexp31(2_f64.powi(62)).unwrap().e(), Dyadic::MIN_EXPONENT);
}

#[test]
fn scale_ratio_divides_by_the_output_scale_in_f32() {
    let (s_in, s_out) = (0.003, 0.1);
    let expected = frexp31(s_in / f64::from(s_out as f32)).unwrap();
    assert_eq!(Dyadic::from_scales(s_in, s_out), Ok(expected));
    assert_ne!(frexp31(s_in / s_out), Ok(expected), "the f32 step must be visible in this example");
    assert_eq!(Dyadic::from_scales(-s_in, s_out).unwrap().m(), -expected.m());
}

#[test]
fn scale_ratio_refuses_output_scales_that_f32_cannot_hold() {
    for s_out in [0.0, -0.0, f64::NAN, f64::INFINITY, 1e-60, 1e60] {
        let refused = Dyadic::from_scales(1.0, s_out).unwrap_err();
        assert!(matches!(refused, OpError::Derivation { name: "output scale", .. }), "{s_out}: {refused}");
    }
    for s_in in [f64::NAN, f64::INFINITY] {
        let refused = Dyadic::from_scales(s_in, 1.0).unwrap_err();
        assert!(matches!(refused, OpError::Derivation { name: "scale ratio", .. }), "{s_in}: {refused}");
    }
}

#[test]
fn constructors_refuse_what_is_out_of_range() {
    for m in [(1_i64 << 31) + 1, -(1 << 31) - 1, i64::MIN, i64::MAX] {
        assert!(matches!(Dyadic::new(m, 31), Err(OpError::Constant { name: "m", value, .. }) if value == m.into()));
    }
    for e in [-33, i32::MIN] {
        assert!(matches!(Dyadic::new(1, e), Err(OpError::Constant { name: "e", value, .. }) if value == e.into()));
    }
    for bits in [0, 1, 64, u32::MAX] {
        assert!(matches!(Width::new(bits), Err(OpError::Constant { op: "width", .. })));
    }
    assert_eq!(
        [Width::INT8, Width::INT16, Width::INT22].map(|w| (w.bits(), w.min(), w.max())),
        [(8, -128, 127), (16, -32768, 32767), (22, -2097152, 2097151)]
    );
}
