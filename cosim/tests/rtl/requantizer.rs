//! The requantizer in Verilator against the reference cases and the golden operator.

use crate::options;
use ibert_cosim::check::check_file;
use ibert_cosim::units::engine::Rtl;
use ibert_cosim::units::requantizer::{RequantUnit, Term};
use ibert_golden::ops::{Dyadic, Width};
use proptest::prelude::*;
use std::sync::LazyLock;

static UNIT: LazyLock<RequantUnit> = LazyLock::new(|| RequantUnit::build(&options::shared()).unwrap());

/// One element with its own constants.
#[derive(Debug, Clone, Copy)]
struct Element {
    q: i64,
    m: i64,
    e: i32,
    q2: i64,
    m2: i64,
    e2: i32,
}

impl Element {
    fn golden(&self, zero_point: i8, bits: u32) -> i64 {
        let scaled = |q, m, e| Dyadic::new(m, e).unwrap().scale(q);
        let sum = scaled(self.q, self.m, self.e) + scaled(self.q2, self.m2, self.e2) + i128::from(zero_point);
        Width::new(bits).unwrap().saturate(sum)
    }
}

/// Runs elements through the unit, one a cycle, and compares.
fn check(elements: &[Element], zero_point: i8, bits: u32) -> Result<(), TestCaseError> {
    let column = |of: fn(&Element) -> i64| elements.iter().map(of).collect::<Vec<_>>();
    let exponents = |of: fn(&Element) -> i32| elements.iter().map(of).collect::<Vec<_>>();
    let (q, m, e) = (column(|x| x.q), column(|x| x.m), exponents(|x| x.e));
    let (q2, m2, e2) = (column(|x| x.q2), column(|x| x.m2), exponents(|x| x.e2));
    let first = Term { q: &q, m: &m, e: &e };
    let second = Term { q: &q2, m: &m2, e: &e2 };
    let result = UNIT.requant(first, Some(second), zero_point, bits).unwrap();
    for (index, (element, got)) in elements.iter().zip(&result.values).enumerate() {
        let expected = element.golden(zero_point, bits);
        prop_assert_eq!(
            i64::from(*got),
            expected,
            "[{}] {:?}, zero point {}, {} bits",
            index,
            element,
            zero_point,
            bits
        );
    }
    prop_assert_eq!(result.cycles, elements.len() as u64 + 9, "one result a cycle, latency 9");
    Ok(())
}

/// Integers of `width` bits with the edges over-represented: zero, ±1, powers of two and their neighbours, the limits.
fn signed(width: u32) -> impl Strategy<Value = i64> {
    let limit = 1i64 << (width - 1);
    prop_oneof![
        4 => -limit..limit,
        2 => (0..width - 1, -1i64..=1, any::<bool>()).prop_map(|(power, near, negative)| {
            let value = (1i64 << power) + near;
            if negative { -value } else { value }
        }),
        1 => prop_oneof![Just(0), Just(-limit), Just(limit - 1)],
        2 => -300i64..300,
    ]
}

fn mantissa() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => (1i64 << 30..=1 << 31, any::<bool>()).prop_map(|(m, negative)| if negative { -m } else { m }),
        1 => prop_oneof![Just(1i64 << 31), Just(-(1i64 << 31)), Just(1 << 30), Just(-(1 << 30)), Just(0), Just(1), Just(-1)],
        1 => -(1i64 << 31)..=1 << 31,
    ]
}

fn element() -> impl Strategy<Value = Element> {
    (signed(40), mantissa(), 0..64, signed(24), mantissa(), 0..64).prop_map(|(q, m, e, q2, m2, e2)| Element {
        q,
        m,
        e,
        q2,
        m2,
        e2,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_input_that_the_ports_carry_gives_the_golden_result(
        elements in prop::collection::vec(element(), 400),
        zero_point: i8,
        bits in prop_oneof![3 => prop_oneof![Just(8u32), Just(16), Just(22)], 1 => 2..=22u32],
    ) {
        check(&elements, zero_point, bits)?;
    }

    /// Products that are odd multiples of half the divisor, give or take one: where rounding half to even decides.
    #[test]
    fn ties_round_to_even_and_their_neighbours_do_not(
        quotients in prop::collection::vec((-(1i64 << 21)..1 << 21, -1i64..=1, 1..17i32), 400),
    ) {
        let element = |(quotient, near, e): &(i64, i64, i32)| {
            // m = 1, so that q itself is the product: (2·quotient + 1)·2^(e-1) + near, and m = 2^31 scaled back by
            // 2^31.
            let q = ((2 * quotient + 1) << (e - 1)) + near;
            let by_one = Element { q, m: 1, e: *e, q2: 0, m2: 0, e2: 0 };
            [by_one, Element { m: 1 << 31, e: e + 31, ..by_one }, Element { m: -1, ..by_one }]
        };
        let elements: Vec<Element> = quotients.iter().flat_map(element).collect();
        check(&elements, 0, 22)?;
    }
}

#[test]
fn reference_cases_have_no_difference() {
    let path = ibert_golden::vectors::case_file("requant");
    let mut engine = Rtl::new(4, options::shared()).unwrap();
    let checked = check_file(&path, &mut engine, |_| {}).unwrap();
    let different: Vec<_> =
        checked.cases.iter().filter(|case| case.not_computed.is_some() || case.comparison.different > 0).collect();
    assert!(different.is_empty(), "{different:#?}");
    assert_eq!(checked.cases.iter().map(|case| case.comparison.values).sum::<usize>(), 4208);
}

#[test]
fn values_beyond_the_ports_are_refused_by_name() {
    let good = Term { q: &[1, 2], m: &[1], e: &[0] };
    let refused = |first, second, bits| UNIT.requant(first, second, 0, bits).unwrap_err().to_string();
    assert!(
        refused(Term { q: &[0, 1 << 39], ..good }, None, 8).contains("`q`[1] = 549755813888 is not in -2^39..2^39")
    );
    assert!(refused(Term { m: &[1 << 32], ..good }, None, 8).contains("`m`[0] = 4294967296 is not in -2^31..=2^31"));
    assert!(refused(Term { e: &[-1], ..good }, None, 8).contains("`e`[0] = -1 is not in 0..=63"));
    assert!(refused(good, Some(Term { q: &[0, -(1 << 23) - 1], ..good }), 8).contains("`id.q`[1]"));
    assert!(refused(good, Some(Term { q: &[0], ..good }), 8).contains("`id.q` has 1 values, expected 2"));
    assert!(refused(good, None, 23).contains("`bits`[0] = 23"));
}
