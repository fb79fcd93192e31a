//! Hardware saturates the requant operand to 40 bits. For every constant that an integer model may have, no result
//! shows it.

use ibert_golden::{
    model::limits,
    ops::{Dyadic, Width, requant, requant_zero_point},
};
use proptest::prelude::*;

const MANTISSAS: [i64; 4] = [1 << 30, (1 << 30) + 1, (1 << 31) - 1, 1 << 31];

fn operand() -> Width {
    Width::new(limits::REQUANT_OPERAND.bits).unwrap()
}

/// The ends of the operand already clamp, for every legal constant. A result is monotone in its operand, so everything
/// beyond the ends clamps to the same.
fn ends_clamp(exponents: std::ops::RangeInclusive<i32>, width: Width, zero_points: &[i32]) {
    for e in exponents {
        for m in MANTISSAS.iter().flat_map(|&m| [m, -m]) {
            let k = Dyadic::new(m, e).unwrap();
            for &zero_point in zero_points {
                let ends = [operand().min(), operand().max()].map(|q| requant_zero_point(q, k, zero_point, width));
                let clamped = if m > 0 { [width.min(), width.max()] } else { [width.max(), width.min()] };
                assert_eq!(ends, clamped, "m {m}, e {e}, zero point {zero_point}");
            }
        }
    }
}

#[test]
fn a_saturated_operand_clamps_to_int8() {
    ends_clamp(limits::EXPONENTS, Width::INT8, &[0]);
}

#[test]
fn a_saturated_operand_clamps_to_int8_with_any_zero_point() {
    ends_clamp(limits::EXPONENTS_ZERO_POINT, Width::INT8, &(-128..=127).collect::<Vec<_>>());
}

#[test]
fn a_saturated_operand_clamps_to_int16() {
    ends_clamp(limits::EXPONENTS_INT16, Width::INT16, &[0]);
}

/// One more and it shows: the limits are not cautious, they are the truth.
#[test]
fn beyond_the_limits_saturation_shows() {
    let beyond = 1_i64 << 46;
    for (e, width, zero_point) in [
        (limits::EXPONENTS.end() + 1, Width::INT8, 0),
        (limits::EXPONENTS_ZERO_POINT.end() + 1, Width::INT8, -128),
        (limits::EXPONENTS_INT16.end() + 1, Width::INT16, 0),
    ] {
        let k = Dyadic::new(1 << 30, e).unwrap();
        let exact = requant_zero_point(beyond, k, zero_point, width);
        let saturated = requant_zero_point(operand().saturate(beyond.into()), k, zero_point, width);
        assert_eq!(exact, width.max());
        assert!(saturated < exact, "e {e}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn saturation_is_invisible(
        q in (any::<i64>(), 0_u32..40).prop_map(|(q, shift)| q >> shift),
        m in 1_i64 << 30..=1 << 31,
        negative: bool,
        (e, e_zero_point, e_int16) in (limits::EXPONENTS, limits::EXPONENTS_ZERO_POINT, limits::EXPONENTS_INT16),
        zero_point in -128..=127_i32,
    ) {
        let saturated = operand().saturate(q.into());
        let k = |e| Dyadic::new(if negative { -m } else { m }, e).unwrap();
        prop_assert_eq!(requant(q, k(e), Width::INT8), requant(saturated, k(e), Width::INT8));
        prop_assert_eq!(requant(q, k(e_int16), Width::INT16), requant(saturated, k(e_int16), Width::INT16));
        let with_zero_point = |q| requant_zero_point(q, k(e_zero_point), zero_point, Width::INT8);
        prop_assert_eq!(with_zero_point(q), with_zero_point(saturated));
    }
}
