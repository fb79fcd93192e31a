//! The divider in Verilator against the division of integers.

use crate::handshake;
use crate::options;

use handshake::{after_reset, random_at_start};
use ibert_cosim::units::divider::DivideUnit;
use ibert_cosim::units::handshake::{Transfer, started, transfer};
use ibert_cosim::units::{Pace, source};
use ibert_hdl::units::Divider;
use ibert_hdl::verilog::generate;
use ibert_sim::Library;
use proptest::prelude::*;
use std::sync::LazyLock;

static UNIT: LazyLock<DivideUnit> = LazyLock::new(|| DivideUnit::build(&options::shared()).unwrap());

/// What the unit's documentation says, of a dividend of `width` bits and a divisor of `divisor_width`.
fn division(dividend: u64, divisor: u64, width: u32, divisor_width: u32) -> [u64; 2] {
    match divisor {
        0 => [(1 << width) - 1, dividend & ((1 << divisor_width) - 1)],
        _ => [dividend / divisor, dividend % divisor],
    }
}

/// Divides at `pace` and compares quotient, remainder and latency.
fn check(pairs: &[(u64, u32)], pace: Pace) -> Result<(), TestCaseError> {
    let (dividends, divisors): (Vec<u64>, Vec<u32>) = pairs.iter().copied().unzip();
    let divided = UNIT.divide(&dividends, &divisors, pace).unwrap();
    prop_assert_eq!(divided.quotients.len(), pairs.len());
    for (index, (dividend, divisor)) in pairs.iter().enumerate() {
        let got = [divided.quotients[index], divided.remainders[index]];
        let expected = division(*dividend, (*divisor).into(), 33, 32);
        prop_assert_eq!(got, expected, "[{}] {} div {} at {:?}", index, dividend, divisor, pace);
        let Transfer { accepted, offered, .. } = divided.transfers[index];
        prop_assert_eq!(offered - accepted, 33, "latency of [{}] {} div {}", index, dividend, divisor);
    }
    Ok(())
}

/// A divider of these widths on all of its inputs.
fn exhaust<const W: usize, const D: usize>() {
    let top = "divider_under_test";
    let design = generate(&Divider::<W, D>::default(), top).unwrap();
    let library = Library::build(&source(&design), &options::shared()).unwrap();
    let pairs: Vec<[u64; 2]> = (0..1 << W).flat_map(|a| (0..1 << D).map(move |b| [a, b])).collect();
    let requests = pairs.iter().map(|pair| pair.to_vec());
    let (inputs, outputs) = (["dividend", "divisor"], ["quotient", "remainder"]);
    let mut instance = started(&library).unwrap();
    let results = transfer(top, &mut instance, &inputs, &outputs, requests, Pace::Full).unwrap();
    for ([dividend, divisor], result) in pairs.iter().zip(&results) {
        let expected = division(*dividend, *divisor, W as u32, D as u32);
        assert_eq!(result.values, expected, "{dividend} div {divisor}, {W} by {D} bits");
        assert_eq!(result.offered - result.accepted, W as u64, "{dividend} div {divisor}, {W} by {D} bits");
    }
}

#[test]
fn all_pairs_of_small_operands_divide_exactly_zero_divisors_included() {
    exhaust::<7, 7>();
    exhaust::<9, 5>();
    exhaust::<5, 9>();
    exhaust::<2, 1>();
}

#[test]
fn factors_of_every_standard_deviation_and_of_softmax_sums_are_exact() {
    let std = (1..=65_535).step_by(7).flat_map(|root: u32| [(1 << 31, root), (1 << 31, root << 6)]);
    let sums = (1..40_000).step_by(9).chain([32_767, 1 << 24, 512 * 32_767, u32::MAX]).map(|sum| (1 << 32, sum));
    check(&std.chain(sums).collect::<Vec<_>>(), Pace::Full).unwrap();
}

#[test]
fn divisions_follow_each_other_every_34_cycles() {
    let divided = UNIT.divide(&[1 << 32; 20], &[3; 20], Pace::Full).unwrap();
    let accepted: Vec<u64> = divided.transfers.iter().map(|transfer| transfer.accepted).collect();
    assert_eq!(accepted, (0..20).map(|index| 34 * index).collect::<Vec<_>>());
}

#[test]
fn operands_that_the_ports_do_not_carry_are_refused_by_name() {
    let error = UNIT.divide(&[1, 1 << 33], &[1, 1], Pace::Full).unwrap_err().to_string();
    assert_eq!(error, "divider: `dividend`[1] = 8589934592 is not in 0..2^33, the range of the hardware's port");
    let error = UNIT.divide(&[1, 2], &[1], Pace::Full).unwrap_err().to_string();
    assert_eq!(error, "divider: tensor `divisor` has 1 values, expected 2");
}

#[test]
fn reset_in_mid_division_drops_it_and_the_next_one_is_right() {
    let library = random_at_start("divider");
    for (seed, dirty) in [(1, 0), (2, 1), (3, 17), (4, 33), (5, 34), (6, 100), (7, 101)] {
        let requests = vec![vec![1 << 32, 7], vec![1 << 31, 65_535]];
        let (inputs, outputs) = (["dividend", "divisor"], ["quotient", "remainder"]);
        let results = after_reset(&library, &inputs, &outputs, requests, dirty, seed);
        let found: Vec<_> = results.iter().map(|r| (r.values.as_slice(), r.accepted, r.offered)).collect();
        let (first, second) = ([(1 << 32) / 7, (1 << 32) % 7], [(1 << 31) / 65_535, (1 << 31) % 65_535]);
        assert_eq!(found, [(&first[..], 0, 33), (&second[..], 34, 67)], "reset after {dirty} cycles, seed {seed}");
    }
}

/// Integers of `width` bits: any, around powers of two, the limits.
fn operand(width: u32) -> impl Strategy<Value = u64> {
    let limit = (1u64 << width) - 1;
    prop_oneof![
        4 => 0..=limit,
        3 => (0..width, 0u64..3).prop_map(move |(power, near)| ((1 << power) + near).saturating_sub(1).min(limit)),
        1 => prop_oneof![Just(0), Just(1), Just(limit), Just(limit - 1)],
        2 => 0u64..300,
    ]
}

/// Operands, and multiples of the divisor give or take one.
fn pair() -> impl Strategy<Value = (u64, u32)> {
    let near_a_multiple = (operand(16), operand(17), 0u64..3)
        .prop_map(|(quotient, divisor, near)| ((quotient * divisor + near).saturating_sub(1), divisor as u32));
    prop_oneof![(operand(33), operand(32).prop_map(|divisor| divisor as u32)), near_a_multiple]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn stalls_on_either_side_change_nothing(pairs in prop::collection::vec(pair(), 1..60), seed: u64) {
        check(&pairs, Pace::Full)?;
        check(&pairs, Pace::Random { seed })?;
    }
}
