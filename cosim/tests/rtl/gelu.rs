//! i-GELU in Verilator, alone and requantized, against the reference cases and the golden operators.

use crate::options;
use ibert_cosim::check::check_file;
use ibert_cosim::units::Pace;
use ibert_cosim::units::engine::Rtl;
use ibert_cosim::units::gelu::{GeluChannel, GeluRequantUnit, GeluUnit};
use ibert_golden::ops::{
    Dyadic, GeluConstants, Width, gelu_output_scale, igelu, requant_zero_point, round_half_even_shift,
};
use proptest::prelude::*;
use std::sync::LazyLock;

static UNIT: LazyLock<GeluUnit> = LazyLock::new(|| GeluUnit::build(&options::shared()).unwrap());
static FUSED: LazyLock<GeluRequantUnit> = LazyLock::new(|| GeluRequantUnit::build(&options::shared()).unwrap());

/// The operator where its 64 bits hold the result, else the formula, which only the ports' full range needs.
fn golden(q: i64, k: &GeluConstants) -> i128 {
    let formula = || {
        let a = i128::from(q.abs().min(-k.b()));
        let poly = (a + i128::from(k.b())).pow(2) + i128::from(k.c());
        i128::from(q) * (((i128::from(q.signum()) * poly) >> k.n()) + i128::from(k.shift()))
    };
    igelu(q, k).map_or_else(|_| formula(), i128::from)
}

/// Runs accumulators through the unit, one a cycle, each with the constants of its channel, and compares.
fn check(q: &[i64], channels: &[GeluConstants], pace: Pace) -> Result<(), TestCaseError> {
    let result = UNIT.gelu(q, channels, pace).unwrap();
    for (index, (q, k)) in q.iter().zip(channels.iter().cycle()).enumerate() {
        let exact = golden(*q, k);
        prop_assert_eq!(result.exact[index], exact, "[{}] q {}, {:?}, {:?}", index, q, k, pace);
        let saturated = Width::new(40).unwrap().saturate(exact);
        prop_assert_eq!(result.values[index], saturated, "[{}] q {}, {:?}, {:?}", index, q, k, pace);
    }
    if pace == Pace::Full {
        prop_assert_eq!(result.cycles, q.len() as u64 + 14, "one result a cycle, latency 14");
    }
    Ok(())
}

/// Accumulators requantized on the fused unit, against the golden operators one after the other.
fn check_fused(q: &[i64], channels: &[GeluChannel], zero_point: i8, pace: Pace) -> Result<(), TestCaseError> {
    let result = FUSED.gelu_requant(q, channels, zero_point, pace).unwrap();
    for (index, (q, k)) in q.iter().zip(channels.iter().cycle()).enumerate() {
        let expected = match igelu(*q, &k.gelu) {
            Ok(activation) => requant_zero_point(activation, k.scale, zero_point.into(), Width::INT8),
            Err(_) => {
                let product = golden(*q, &k.gelu) * i128::from(k.scale.m());
                let rounded = round_half_even_shift(product, k.scale.e() as u32);
                Width::INT8.saturate(rounded + i128::from(zero_point))
            }
        };
        prop_assert_eq!(i64::from(result.values[index]), expected, "[{}] q {}, {:?}, {}", index, q, k, zero_point);
    }
    if pace == Pace::Full {
        prop_assert_eq!(result.cycles, q.len() as u64 + 23, "one result a cycle, latency 23");
    }
    Ok(())
}

/// Both signs well past where the function is linear, and the ends of the port.
fn every_accumulator(k: &GeluConstants) -> Vec<i64> {
    let last = (-k.b() * 5 / 4 + 8).min(150_000);
    (-last..=last).chain([i32::MIN, i32::MIN + 1, i32::MAX - 1, i32::MAX].map(i64::from)).collect()
}

#[test]
fn every_accumulator_of_the_curve_at_several_scales_gives_the_golden_result() {
    for (scale, n) in [(2e-5, 14), (2e-5, 0), (2e-4, 14), (1.3e-3, 14), (1.3e-3, 5), (1e-2, 8), (1e-1, 0)] {
        let k = GeluConstants::derive(scale, n).unwrap();
        check(&every_accumulator(&k), &[k], Pace::Full).unwrap();
    }
}

#[test]
fn every_accumulator_of_the_curve_requantized_gives_the_golden_int8() {
    for (scale, n, out, zero_point) in
        [(2e-5, 14, 0.02, 0), (2e-4, 14, 0.04, -100), (1.3e-3, 14, 0.3, -128), (1e-2, 8, 0.05, 127)]
    {
        let gelu = GeluConstants::derive(scale, n).unwrap();
        let scale = Dyadic::from_scales(gelu_output_scale(scale, n), out).unwrap();
        assert!(scale.m() < 0, "the scale of i-GELU is negative");
        check_fused(&every_accumulator(&gelu), &[GeluChannel { gelu, scale }], zero_point, Pace::Full).unwrap();
    }
}

/// Values of `width` bits with the edges over-represented.
fn signed(width: u32) -> impl Strategy<Value = i64> {
    let limit = 1i64 << (width - 1);
    prop_oneof![
        4 => -limit..limit,
        2 => (0..width - 1, -1i64..=1, any::<bool>()).prop_map(|(power, near, negative)| {
            let value = (1i64 << power) + near;
            if negative { -value } else { value }
        }),
        1 => prop_oneof![Just(0), Just(-limit), Just(limit - 1)],
    ]
}

/// Derived from a scale, or anything that the ports carry.
fn constants() -> impl Strategy<Value = GeluConstants> {
    let b = prop_oneof![3 => -(1i64 << 17)..=0, 1 => (0..=17u32).prop_map(|power| -(1 << power)), 1 => Just(0)];
    let any = (b, signed(36), signed(36), 0..=62u32);
    prop_oneof![
        1 => (1e-4..1e-1, 0..=14u32).prop_map(|(scale, n)| GeluConstants::derive(scale, n).unwrap()),
        2 => any.prop_map(|(b, c, shift, n)| GeluConstants::new(b, c, shift, n).unwrap()),
    ]
}

/// An accumulator and its channel: anywhere, or where the polynomial begins to saturate.
fn element() -> impl Strategy<Value = (i64, GeluConstants)> {
    constants().prop_flat_map(|k| {
        let near_b =
            (-2..=2i64, any::<bool>()).prop_map(move |(near, negative)| (near - k.b()) * if negative { -1 } else { 1 });
        (prop_oneof![2 => signed(32), 1 => near_b, 1 => k.b()..=-k.b()], Just(k))
    })
}

/// The same with a dyadic constant that a model may have.
fn fused_element() -> impl Strategy<Value = (i64, GeluChannel)> {
    let mantissa = (prop_oneof![3 => 1i64 << 30..=1 << 31, 1 => Just(1 << 30), 1 => Just(1 << 31)], any::<bool>());
    (element(), mantissa, prop_oneof![0..=61, 40..=61]).prop_map(|((q, gelu), (m, negative), e)| {
        (q, GeluChannel { gelu, scale: Dyadic::new(if negative { -m } else { m }, e).unwrap() })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_input_that_the_ports_carry_gives_the_golden_result(elements in prop::collection::vec(element(), 1..300)) {
        let (q, channels): (Vec<_>, Vec<_>) = elements.into_iter().unzip();
        check(&q, &channels, Pace::Full)?;
    }

    #[test]
    fn gaps_between_accumulators_change_nothing(elements in prop::collection::vec(element(), 1..80), seed: u64) {
        let (q, channels): (Vec<_>, Vec<_>) = elements.into_iter().unzip();
        check(&q, &channels, Pace::Random { seed })?;
    }

    #[test]
    fn saturation_never_shows_in_int8(elements in prop::collection::vec(fused_element(), 1..300), zero_point: i8) {
        let (q, channels): (Vec<_>, Vec<_>) = elements.into_iter().unzip();
        check_fused(&q, &channels, zero_point, Pace::Full)?;
    }

    #[test]
    fn gaps_between_requantized_accumulators_change_nothing(
        elements in prop::collection::vec(fused_element(), 1..80),
        zero_point: i8,
        seed: u64,
    ) {
        let (q, channels): (Vec<_>, Vec<_>) = elements.into_iter().unzip();
        check_fused(&q, &channels, zero_point, Pace::Random { seed })?;
    }
}

#[test]
fn reference_cases_have_no_difference() {
    let path = ibert_golden::vectors::case_file("gelu");
    let mut engine = Rtl::new(4, options::shared()).unwrap();
    let checked = check_file(&path, &mut engine, |_| {}).unwrap();
    let different: Vec<_> =
        checked.cases.iter().filter(|case| case.not_computed.is_some() || case.comparison.different > 0).collect();
    assert!(different.is_empty(), "{different:#?}");
    assert_eq!((checked.cases.len(), checked.cases.iter().map(|case| case.comparison.values).sum()), (43, 3560));
}

#[test]
fn values_beyond_the_ports_are_refused_by_name() {
    let constants = |b, c, shift| GeluConstants::new(b, c, shift, 3).unwrap();
    let good = constants(-100, -5000, -10);
    let refused = |q: &[i64], k: &[GeluConstants]| UNIT.gelu(q, k, Pace::Full).unwrap_err().to_string();
    assert!(refused(&[0, 1 << 31], &[good]).contains("`q`[1] = 2147483648 is not in -2^31..2^31"));
    let beyond = |b, c, shift| refused(&[0], &[constants(b, c, shift)]);
    assert!(beyond(-(1 << 17) - 1, -5000, -10).contains("`b`[0] = -131073 is not in -2^17..=0"));
    assert!(beyond(-100, 1 << 35, -10).contains("`c`[0] = 34359738368"));
    assert!(beyond(-100, -5000, -(1 << 35) - 1).contains("`shift`[0] = -34359738369"));
    assert!(refused(&[0, 0, 0], &[good, good]).contains("`b` has 2 values"));

    let fused = |m, e, zero_point| {
        let channel = GeluChannel { gelu: good, scale: Dyadic::new(m, e).unwrap() };
        FUSED.gelu_requant(&[0], &[channel], zero_point, Pace::Full).map_err(|error| error.to_string())
    };
    assert!(fused((1 << 30) - 1, 40, 0).unwrap_err().contains("`|m|`[0] = 1073741823 is not in 0 or 2^30..=2^31"));
    assert!(fused(1 << 30, 63, 0).unwrap_err().contains("`e`[0] = 63 is not in 0..=62"));
    assert!(fused(1 << 30, 62, 1).unwrap_err().contains("`e`[0] = 62 is not in 0..=61"));
    assert!(fused(0, 62, 0).is_ok());
}
