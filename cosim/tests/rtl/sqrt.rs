//! Both square roots in Verilator against the golden i-sqrt, values and cycles. More radicands: `make exhaustive`.

use crate::handshake;
use crate::options;
use crate::roots;

use handshake::{after_reset, random_at_start};
use ibert_cosim::check::check_file;
use ibert_cosim::units::Pace;
use ibert_cosim::units::engine::Rtl;
use ibert_golden::case::{CaseFile, CaseOperation};
use ibert_golden::ops::isqrt;
use ibert_golden::vectors::case_file;
use proptest::prelude::*;
use roots::{DIGIT, NEWTON, check, newton_latency, squares_and_neighbours};

/// Bounds of the radicands that accept five updates: they lie in four ranges, one for each of these numbers of bits
/// (found by trying all 2^32).
const FIVE_UPDATES: [(u32, u32); 4] =
    [(16_785_408, 17_497_488), (67_125_245, 79_798_488), (268_468_209, 357_852_888), (1_073_807_280, 1_585_074_968)];

#[test]
fn reference_cases_have_no_difference_in_either_unit() {
    let mut engine = Rtl::new(4, options::shared()).unwrap();
    let checked = check_file(&case_file("isqrt"), &mut engine, |_| {}).unwrap();
    let different: Vec<_> =
        checked.cases.iter().filter(|case| case.not_computed.is_some() || case.comparison.different > 0).collect();
    assert!(different.is_empty(), "{different:#?}");
    let values = checked.cases.iter().map(|case| case.comparison.values).sum::<usize>();

    let mut radicands = 0;
    for case in &CaseFile::read(case_file("isqrt")).unwrap().cases {
        let CaseOperation::Isqrt(case) = CaseOperation::decode(case).unwrap() else { panic!("not a square root") };
        check(&case.n, Pace::Full).unwrap();
        radicands += case.n.len();
    }
    assert_eq!(values, 2 * radicands, "a root and a number of updates each");
    assert!(radicands > 0);
}

#[test]
fn every_square_and_its_neighbours_have_the_golden_root() {
    // Newton's iteration needs ten times as many cycles: every seventh here, all of them in `make exhaustive`.
    let all: Vec<u32> = squares_and_neighbours().collect();
    roots::check_digit(&all, Pace::Full).unwrap();
    let some: Vec<u32> = all.iter().copied().step_by(7).chain(all.iter().rev().copied().take(100)).collect();
    roots::check_newton(&some, Pace::Full).unwrap();
}

#[test]
fn radicands_of_five_updates_take_six_divisions() {
    const WINDOW: u32 = 1 << 17;
    for (first, last) in FIVE_UPDATES {
        let five = |n: &u32| isqrt(*n).updates == 5;
        let ends = (first - 100..first + WINDOW).chain(last - WINDOW..last + 100);
        let radicands: Vec<u32> = ends.filter(five).collect();
        assert_eq!((radicands.first(), radicands.last()), (Some(&first), Some(&last)));
        check(&radicands, Pace::Full).unwrap();
        let roots = NEWTON.isqrt(&radicands, Pace::Full).unwrap();
        assert!(roots.transfers.iter().all(|transfer| transfer.offered - transfer.accepted == 200));
    }
}

#[test]
fn small_radicands_and_the_largest_have_the_golden_root() {
    check(&(0..2000).chain(u32::MAX - 2000..=u32::MAX).collect::<Vec<_>>(), Pace::Full).unwrap();
}

#[test]
fn roots_follow_each_other_every_17_cycles_digit_by_digit() {
    let accepted = |transfers: Vec<ibert_cosim::units::handshake::Transfer>| -> Vec<u64> {
        transfers.iter().map(|transfer| transfer.accepted).collect()
    };
    let digit = accepted(DIGIT.isqrt(&[99; 5], Pace::Full).unwrap().transfers);
    assert_eq!(digit, [0, 17, 34, 51, 68]);
    // isqrt(1) accepts one update, after 2 divisions.
    let newton = accepted(NEWTON.isqrt(&[0, 0, 1, 0], Pace::Full).unwrap().transfers);
    assert_eq!((newton_latency(0), newton_latency(1)), (2, 68));
    assert_eq!(newton, [0, 3, 6, 75]);
}

#[test]
fn reset_in_mid_root_drops_it_and_the_next_one_is_right() {
    let library = random_at_start("sqrt_digit");
    for (seed, dirty) in [(1, 0), (2, 1), (3, 8), (4, 16), (5, 17), (6, 40)] {
        let results = after_reset(&library, &["radicand"], &["root"], vec![vec![1_000_000], vec![0]], dirty, seed);
        let found: Vec<_> = results.iter().map(|r| (r.values[0], r.accepted, r.offered)).collect();
        assert_eq!(found, [(1000, 0, 16), (0, 17, 33)], "digit, reset after {dirty} cycles, seed {seed}");
    }
    let library = random_at_start("sqrt_newton");
    for (seed, dirty) in [(1, 0), (2, 1), (3, 2), (4, 3), (5, 34), (6, 35), (7, 36), (8, 100), (9, 500)] {
        let outputs = ["root", "updates"];
        let results = after_reset(&library, &["radicand"], &outputs, vec![vec![16_785_408], vec![4]], dirty, seed);
        let found: Vec<_> = results.iter().map(|r| (r.values.clone(), r.offered - r.accepted)).collect();
        let four = isqrt(4);
        let expected = [(vec![4096, 5], 200), (vec![2, four.updates.into()], newton_latency(4))];
        assert_eq!(found, expected, "Newton, reset after {dirty} cycles, seed {seed}");
    }
}

/// Radicands: any, around powers of two, around squares, small.
fn radicand() -> impl Strategy<Value = u32> {
    prop_oneof![
        3 => any::<u32>(),
        3 => (0..32u32, -1i64..=1).prop_map(|(power, near)| ((1i64 << power) + near).clamp(0, u32::MAX.into()) as u32),
        3 => (any::<u16>(), -1i64..=1).prop_map(|(root, near)| (i64::from(root).pow(2) + near).max(0) as u32),
        1 => 0u32..300,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn stalls_on_either_side_change_nothing(radicands in prop::collection::vec(radicand(), 1..60), seed: u64) {
        check(&radicands, Pace::Full)?;
        check(&radicands, Pace::Random { seed })?;
    }
}
