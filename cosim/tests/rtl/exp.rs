//! The exponential in Verilator against the reference cases and the golden operators.

use crate::options;
use ibert_cosim::check::check_file;
use ibert_cosim::units::Pace;
use ibert_cosim::units::engine::Rtl;
use ibert_cosim::units::exp::ExpUnit;
use ibert_golden::ops::{Dyadic, ExpConstants, SoftmaxConstants, frexp31, iexp, round_half_even_shift};
use proptest::prelude::*;
use std::sync::LazyLock;

static UNIT: LazyLock<ExpUnit> = LazyLock::new(|| ExpUnit::build(&options::shared()).unwrap());

/// Runs operands through the unit, one a cycle, and compares all that it gives.
fn check(x: &[i64], k: &ExpConstants, requant16: Dyadic, pace: Pace) -> Result<(), TestCaseError> {
    let result = UNIT.exp(x, k, requant16, pace).unwrap();
    for (index, x) in x.iter().enumerate() {
        let steps = iexp(*x, k).unwrap();
        prop_assert_eq!(result.steps[index], steps, "[{}] x {}, {:?}, {:?}", index, x, k, pace);
        let product = i128::from(steps.t.max(0)) * i128::from(requant16.m());
        let exp16 = round_half_even_shift(product, requant16.e() as u32 + steps.z).min(32767);
        prop_assert_eq!(i128::from(result.exp16[index]), exp16, "[{}] x {}, {:?}, {:?}", index, x, k, requant16);
    }
    if pace == Pace::Full {
        prop_assert_eq!(result.cycles, x.len() as u64 + 21, "one result a cycle, latency 21");
    }
    Ok(())
}

/// Every operand down to two octaves below the last, then some down to the end of the port.
fn every_operand(k: &ExpConstants) -> Vec<i64> {
    let last = (i64::from(k.n()) + 2) * k.x0();
    let beyond = (0..32).flat_map(|power| (-1..=1).map(move |near| (last - (1 << power) + near).max(-(1 << 32) + 1)));
    (last..=0).rev().chain(beyond).collect()
}

/// Scales of the reference cases and of a RoBERTa layer, coarse ones, and 5e-5, the finest that the widths allow
/// (docs/numerics.md, "Widths").
#[test]
fn every_operand_at_several_scales_gives_the_golden_steps_and_exponential() {
    for scale in [5e-5, 1.4142e-3, 0.01, 0.05, 0.2, 0.6] {
        let k = ExpConstants::derive(scale).unwrap();
        let full_range = SoftmaxConstants::full_range_exp_scale(scale).unwrap();
        for exp_scale in [full_range, full_range * 1.37] {
            let requant16 = frexp31(f64::from(1 << 30) / exp_scale).unwrap();
            check(&every_operand(&k), &k, requant16, Pace::Full).unwrap();
        }
    }
}

/// The smallest octaves, where a whole octave is one to a few operands, for every number of octaves.
#[test]
fn every_operand_with_tiny_octaves_and_every_n_gives_the_golden_result() {
    for x0 in -5..=-1 {
        for n in 0..=30 {
            let k = ExpConstants::new(x0, 2 - x0, 40 + i64::from(n), n).unwrap();
            check(&every_operand(&k), &k, Dyadic::new(1 << 30, 25).unwrap(), Pace::Full).unwrap();
        }
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

fn constants() -> impl Strategy<Value = ExpConstants> {
    let x0 = prop_oneof![-(1i64 << 14)..=-1, (0..=14u32).prop_map(|power| -(1 << power)), Just(-16383)];
    let n = prop_oneof![2 => Just(30), 1 => 0..=30u32];
    (x0, signed(17), signed(32), n).prop_map(|(x0, b, c, n)| ExpConstants::new(x0, b, c, n).unwrap())
}

/// Operands around whole octaves, and anywhere.
fn operand(k: ExpConstants) -> impl Strategy<Value = i64> {
    prop_oneof![
        3 => (0..=34i64, -2..=2i64).prop_map(move |(octaves, near)| (octaves * k.x0() + near).min(0)),
        2 => (34 * k.x0())..=0,
        1 => (0..32u32).prop_map(|power| -(1 << power)),
        1 => -(1i64 << 32) + 1..=0,
    ]
}

fn stimulus() -> impl Strategy<Value = (ExpConstants, Dyadic, Vec<i64>)> {
    let mantissa = prop_oneof![4 => 1i64 << 30..=1 << 31, 1 => 1i64..=1 << 31, 1 => Just(1 << 31)];
    let dyadic = (mantissa, 0..=96).prop_map(|(m, e)| Dyadic::new(m, e).unwrap());
    (constants(), dyadic)
        .prop_flat_map(|(k, requant16)| (Just(k), Just(requant16), prop::collection::vec(operand(k), 1..100)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_input_that_the_ports_carry_gives_the_golden_result((k, requant16, x) in stimulus()) {
        check(&x, &k, requant16, Pace::Full)?;
    }

    #[test]
    fn gaps_between_operands_change_nothing((k, requant16, x) in stimulus(), seed: u64) {
        check(&x, &k, requant16, Pace::Random { seed })?;
    }

    /// `t` = `c` at `x` = 0: products that are odd multiples of half the divisor, give or take one.
    #[test]
    fn ties_round_to_even_and_their_neighbours_do_not(quotient in 0i64..1 << 15, near in -1i64..=1, e in 1..16i32) {
        let c = (((2 * quotient + 1) << (e - 1)) + near).min((1 << 31) - 1);
        let k = ExpConstants::new(-100, 400, c, 30).unwrap();
        check(&[0], &k, Dyadic::new(1, e).unwrap(), Pace::Full)?;
        check(&[0], &k, Dyadic::new(1 << 31, e + 31).unwrap(), Pace::Full)?;
    }
}

#[test]
fn from_an_exponent_of_64_on_nothing_is_left() {
    let k = ExpConstants::new(-16384, -65536, (1 << 31) - 1, 30).unwrap();
    for e in 60..=96 {
        check(&every_operand(&k)[..20_000], &k, Dyadic::new(1 << 31, e).unwrap(), Pace::Full).unwrap();
    }
}

#[test]
fn reference_cases_have_no_difference() {
    let path = ibert_golden::vectors::case_file("exp");
    let mut engine = Rtl::new(4, options::shared()).unwrap();
    let checked = check_file(&path, &mut engine, |_| {}).unwrap();
    let different: Vec<_> =
        checked.cases.iter().filter(|case| case.not_computed.is_some() || case.comparison.different > 0).collect();
    assert!(different.is_empty(), "{different:#?}");
    assert_eq!((checked.cases.len(), checked.cases.iter().map(|case| case.comparison.values).sum()), (11, 5400));
}

#[test]
fn values_beyond_the_ports_are_refused_by_name() {
    let constants = |x0, b, c| ExpConstants::new(x0, b, c, 30).unwrap();
    let good = constants(-100, 400, 5000);
    let one = Dyadic::new(1 << 30, 30).unwrap();
    let refused = |x: &[i64], k, requant16| UNIT.exp(x, &k, requant16, Pace::Full).unwrap_err().to_string();
    assert!(refused(&[0, 1], good, one).contains("`q`[1] = 1 is not in -2^32+1..=0"));
    assert!(refused(&[-(1 << 32)], good, one).contains("`q`[0] = -4294967296"));
    let beyond = |x0, b, c| refused(&[0], constants(x0, b, c), one);
    assert!(beyond(-16385, 400, 5000).contains("`x0`[0] = -16385 is not in -16384..=-1"));
    assert!(beyond(-100, 1 << 16, 5000).contains("`b`[0] = 65536"));
    assert!(beyond(-100, 400, 1 << 31).contains("`c`[0] = 2147483648"));
    assert!(refused(&[0], good, Dyadic::new(-1, 30).unwrap()).contains("`m16`[0] = -1 is not in 0..=2^31"));
    assert!(refused(&[0], good, Dyadic::new(1, 128).unwrap()).contains("`e16`[0] = 128"));
}
