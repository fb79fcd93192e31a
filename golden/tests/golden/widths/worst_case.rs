//! The largest values that each field can meet: with the constants at their limits and the worst operands.

use ibert_golden::{
    model::limits,
    ops::{ExpConstants, GeluConstants, VarianceShift, Width, iexp, igelu, layernorm_row, linear},
};
use proptest::prelude::*;

use super::signed_bits;

/// Weights reach -127 and operands -128, so K * 127 * 128: 25 bits at 768, 27 at 3072 and still at 4096.
#[test]
fn accumulators_of_known_depths() {
    for (inputs, bits) in [(384, 24), (768, 25), (1024, 25), (1536, 26), (3072, 27), (4096, 27)] {
        let acc = linear(&vec![-128; inputs], &vec![-127; inputs], &[0], inputs).unwrap();
        assert_eq!(signed_bits(acc[0].into()), bits, "K = {inputs}");
    }
}

/// 22 bits for heads of 64.
#[test]
fn scores_of_known_depths() {
    for (depth, bits) in [(32, 21), (64, 22)] {
        let score = linear(&vec![-128; depth], &vec![-128; depth], &[0], depth).unwrap();
        assert_eq!(signed_bits(score[0].into()), bits, "d = {depth}");
    }
}

fn largest(limit: u32) -> i64 {
    (1 << (limit - 1)) - 1
}

/// x0, b and c at the ends of their fields, over a whole octave.
#[test]
fn exponentials_at_the_limit_constants() {
    let (x0, b, c) = (-(1 << (limits::EXP_X0.bits - 1)), largest(limits::EXP_B.bits), largest(limits::EXP_C.bits));
    let k = ExpConstants::new(x0, b, c, 30).unwrap();
    let clamped = i128::from(30 * x0);
    assert!(signed_bits(clamped) <= 20);
    for x in 2 * x0..=0 {
        let t = iexp(x, &k).unwrap().t;
        let r = x % x0;
        assert!(signed_bits(r.into()) <= limits::EXP_X0.bits && signed_bits((r + b).into()) <= limits::EXP_B.bits);
        assert!(limits::EXP_C.holds(t.into()), "t = {t} at {x}");
        let product = i128::from(t.max(0)) << 31; // the largest mantissa
        assert!(product < 1 << 62, "t * m16 needs more than 62 unsigned bits at {x}");
    }
}

/// b, c and shift at the ends of their fields: 34 bits for the square, at most 52 for the result of any accumulator.
#[test]
fn gelu_at_the_limit_constants() {
    let b = -(1_i64 << (limits::GELU_B.bits - 1));
    let square = i128::from(b) * i128::from(b);
    assert!(limits::GELU_C.holds(square));
    // c and shift as large as L + shift allows: |L| <= 2^33 >> 14 = 2^19
    let c = -(1_i64 << (limits::GELU_C.bits - 1));
    let k = GeluConstants::new(b, c, -(1 << 19), 14).unwrap();
    let mut widest = 0;
    for q in [i64::from(i32::MIN), i32::MAX.into(), b, -b, 1, -1, 0] {
        let sum = i128::from(q.abs().min(-b) + b);
        let l = (i128::from(q.signum()) * (sum * sum + i128::from(c))) >> 14;
        assert!(limits::GELU_SHIFT.holds(l - (1 << 19)), "L + shift at {q}");
        widest = widest.max(signed_bits(igelu(q, &k).unwrap().into()));
    }
    assert_eq!(widest, 52); // (2^31 - 1) * -2^20; the requant operand saturates it to 40
}

/// Rows of any spread for a LayerNorm of `n` channels.
fn rows() -> impl Strategy<Value = (Vec<i64>, u32)> {
    let (min, max) = (Width::INT22.min(), Width::INT22.max());
    let element = (min..=max, 0_u32..22).prop_map(|(x, shift)| x >> shift);
    let lonely = (1_usize..200, 2_usize..400).prop_map(|(at, n)| {
        let mut row = vec![0; n.max(at + 1)];
        row[at] = n as i64 / 2;
        row
    });
    let two = prop::sample::select(vec![min, max, 0, 1, -1]);
    let row = prop_oneof![prop::collection::vec(element, 1..100), prop::collection::vec(two, 1..100), lonely,];
    (row, 0_u32..=limits::NORM_SHIFT_MAX)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// The table's 23, 32 and 34 bits hold for 22-bit rows whose variance is neither 0 nor saturated. Where it is 0,
    /// every `y` lies in `0..2^shift` and is at most `N/2`, and `factor` is 2^31; where it saturates, `std` is at
    /// least `65535 << shift` and `y` has 23 bits.
    #[test]
    fn layernorm_of_any_row((row, shift) in rows()) {
        let mut out = vec![0; row.len()];
        let steps = layernorm_row(&row, &vec![0; row.len()], VarianceShift::new(shift).unwrap(), &mut out).unwrap();
        prop_assert!(steps.factor <= 1 << 31);
        let product_bits = match (steps.var, steps.saturated) {
            (0, _) => signed_bits(i128::from((row.len() as i64 / 2).min((1 << shift) - 1)) << 31),
            (_, false) => 34,
            (_, true) => 39,
        };
        for (x, out) in row.iter().zip(out) {
            let y = x - steps.mean;
            prop_assert!(signed_bits(y.into()) <= 23);
            prop_assert!(signed_bits((y * steps.factor).into()) <= product_bits, "{steps:?} y {y} shift {shift}");
            prop_assert!(signed_bits(out.into()) < product_bits.max(2));
        }
    }
}

/// Why `y * factor` can need more than the 34 bits of usual rows: one channel of 768 stands out by less than 2^shift.
#[test]
fn a_row_that_the_shift_hides_has_the_widest_product() {
    let mut row = vec![0; 768];
    row[5] = 384; // the mean 1/2 rounds to 0
    let mut out = vec![0; 768];
    let steps = layernorm_row(&row, &[0; 768], VarianceShift::new(9).unwrap(), &mut out).unwrap();
    assert_eq!((steps.mean, steps.var, steps.std, steps.factor), (0, 0, 1, 1 << 31));
    assert_eq!(signed_bits((384_i64 * steps.factor).into()), 41);
    assert_eq!(signed_bits(out[5].into()), 40);
}
