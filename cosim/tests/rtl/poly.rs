//! The i-poly datapath in Verilator against the golden polynomial and against the formula in wide integers.

use crate::options;
use ibert_cosim::units::Pace;
use ibert_cosim::units::poly::{PolyOperands, PolyUnit};
use ibert_golden::ops::{ExpConstants, iexp, ipoly};
use proptest::prelude::*;
use std::sync::LazyLock;

static UNIT: LazyLock<PolyUnit> = LazyLock::new(|| PolyUnit::build(&options::shared()).unwrap());

const LIMIT: i64 = 1 << 17;

/// i-poly has a golden operator; what i-exp needs has only its formula.
fn expected(k: &PolyOperands) -> i128 {
    match k.square {
        true => ipoly(k.q, k.b, k.c).unwrap(),
        false => i128::from(k.q + k.b) * i128::from(k.q) + i128::from(k.c),
    }
}

fn check(operands: &[PolyOperands], pace: Pace) -> Result<(), TestCaseError> {
    let result = UNIT.poly(operands, pace).unwrap();
    for (index, (operand, got)) in operands.iter().zip(&result.values).enumerate() {
        prop_assert_eq!(i128::from(*got), expected(operand), "[{}] {:?}, {:?}", index, operand, pace);
    }
    if pace == Pace::Full {
        prop_assert_eq!(result.cycles, operands.len() as u64 + 4, "one result a cycle, latency 4");
    }
    Ok(())
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

/// `q` and the sum `q + b` are drawn, so that all three are in range whenever `b` is.
fn operands() -> impl Strategy<Value = PolyOperands> {
    let in_range = |(q, sum): &(i64, i64)| (-LIMIT..LIMIT).contains(&(sum - q));
    let factors = (signed(18), signed(18)).prop_filter("b fits", in_range);
    (factors, signed(36), any::<bool>()).prop_map(|((q, sum), c, square)| PolyOperands { q, b: sum - q, c, square })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_input_that_the_ports_carry_gives_the_polynomial(operands in prop::collection::vec(operands(), 1..400)) {
        check(&operands, Pace::Full)?;
    }

    #[test]
    fn gaps_between_operands_change_nothing(operands in prop::collection::vec(operands(), 1..100), seed: u64) {
        check(&operands, Pace::Random { seed })?;
    }
}

#[test]
fn the_polynomial_of_a_whole_octave_is_that_of_the_golden_exponential() {
    for scale in [5e-5, 1e-3, 2e-2] {
        let k = ExpConstants::derive(scale).unwrap();
        let octave =
            (k.x0() + 1..=0).map(|q| PolyOperands { q, b: k.b(), c: k.c(), square: false }).collect::<Vec<_>>();
        let result = UNIT.poly(&octave, Pace::Full).unwrap();
        for (operand, got) in octave.iter().zip(result.values) {
            assert_eq!(got, iexp(operand.q, &k).unwrap().t, "{operand:?}");
        }
    }
}

#[test]
fn values_beyond_the_ports_are_refused_by_name() {
    let good = PolyOperands { q: 1, b: 2, c: 3, square: true };
    let refused = |operand| UNIT.poly(&[good, operand], Pace::Full).unwrap_err().to_string();
    assert!(refused(PolyOperands { q: LIMIT, ..good }).contains("`q`[1] = 131072 is not in -2^17..2^17"));
    assert!(refused(PolyOperands { b: -LIMIT - 1, ..good }).contains("`b`[1] = -131073"));
    assert!(refused(PolyOperands { q: LIMIT - 2, ..good }).contains("`q + b`[1] = 131072"));
    assert!(refused(PolyOperands { c: 1 << 35, ..good }).contains("`c`[1] = 34359738368 is not in -2^35..2^35"));
}
