//! i-softmax over rows.

use ibert_golden::ops::{Dyadic, ExpConstants, OpError, SoftmaxConstants, SoftmaxSteps, softmax_row};
use num_bigint::BigInt;
use proptest::prelude::*;

use super::{
    exact::{big, floor, nearest_even, power},
    exp,
    operands::{of_width, wide},
};

/// The row in big integers: `(exp16, sum, factor, p)`; `None` where nothing is kept or the sum is 0.
type Exact = (Vec<BigInt>, BigInt, BigInt, Vec<BigInt>);

fn exact(q: &[i64], keep: &[bool], k: &SoftmaxConstants) -> Option<Exact> {
    let kept: Vec<bool> = (0..q.len()).map(|column| keep.get(column).copied().unwrap_or(true)).collect();
    let max = q.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(q, _)| *q).max()?;
    let exp16 = |q: i64| {
        let (z, t, _) = exp::exact(&(big(q) - max), k.exp().x0(), k.exp().b(), k.exp().c(), k.exp().n());
        let shift = k.requant16().e() as u32 + u32::try_from(&z).unwrap();
        nearest_even(&(t.max(big(0)) * k.requant16().m()), &power(shift)).min(big(32767))
    };
    let exp16: Vec<BigInt> = q.iter().zip(&kept).map(|(&q, &kept)| if kept { exp16(q) } else { big(0) }).collect();
    let sum: BigInt = exp16.iter().sum();
    if sum == big(0) {
        return None;
    }
    let factor = floor(&power(32), &sum);
    let p = |e: &BigInt| floor(&(e * &factor), &power(32 - k.out_bits())).min(power(k.out_bits()) - 1);
    let out = exp16.iter().map(p).collect();
    Some((exp16, sum, factor, out))
}

fn run(q: &[i64], keep: &[bool], k: &SoftmaxConstants) -> Result<(SoftmaxSteps, Vec<i64>, Vec<i64>), OpError> {
    // What was in the buffers before must not matter.
    let (mut exp16, mut out) = (vec![-7; q.len()], vec![-7; q.len()]);
    softmax_row(q, keep, k, &mut exp16, &mut out).map(|steps| (steps, exp16, out))
}

fn check(q: &[i64], keep: &[bool], k: &SoftmaxConstants) -> Result<(), TestCaseError> {
    let big_all = |values: &[i64]| values.iter().map(|&v| big(v)).collect::<Vec<_>>();
    match (run(q, keep, k), exact(q, keep, k)) {
        (Ok((steps, exp16, out)), Some(expected)) => {
            let got = (big_all(&exp16), big(steps.sum), big(steps.factor), big_all(&out));
            prop_assert_eq!(got, expected, "{:?} {:?} {:?}", q, keep, k);
            // What the P*V accumulator's width rests on: a row's probabilities never sum to more than 1.
            prop_assert!(out.iter().sum::<i64>() <= 1 << k.out_bits());
        }
        (Err(OpError::NothingToAttend), None) => prop_assert!(q.is_empty() || keep.iter().all(|keep| !keep)),
        (Err(OpError::Operand { name: "sum of exponentials", value: 0, .. }), None) => {}
        (got, expected) => prop_assert!(false, "got {got:?}, expected {expected:?}"),
    }
    Ok(())
}

/// Constants whose 16-bit exponential fills its range, exceeds it, or hardly reaches 1.
fn constants() -> impl Strategy<Value = SoftmaxConstants> {
    let out_bits = prop_oneof![4 => Just(8_u32), 1 => 1_u32..=16];
    (exp::constants(), prop_oneof![1_i64 << 30..=1 << 31, Just(1 << 30), Just(1 << 31)], -4_i32..=20, out_bits)
        .prop_map(|((x0, b, c, n), m16, loss, out_bits)| {
            // c * 2^31 / 2^e16 is about 2^(15 - loss)
            let e16 = (64 - c.leading_zeros()) as i32 + 31 - 15 + loss;
            let exp = ExpConstants::new(x0, b, c, n).unwrap();
            SoftmaxConstants::new(exp, Dyadic::new(m16, e16.max(0)).unwrap(), out_bits).unwrap()
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn softmax_equals_the_formula(
        k in constants(),
        (q, keep) in (1_usize..40).prop_flat_map(|n| {
            let keep = prop_oneof![Just(vec![]), prop::collection::vec(any::<bool>(), n)];
            (prop::collection::vec(of_width(24), n), keep)
        }),
    ) {
        check(&q, &keep, &k)?;
    }

    /// Scores a few octaves apart, where every column still counts.
    #[test]
    fn softmax_equals_the_formula_among_near_scores(
        k in constants(),
        steps in prop::collection::vec((0_i64..6, -1_i64..=1), 1..40),
    ) {
        let q: Vec<i64> = steps.iter().map(|(octaves, off)| 1000 + octaves * k.exp().x0() + off).collect();
        check(&q, &[], &k)?;
    }

    #[test]
    fn equal_scores_share_equally(k in constants(), n in 1_usize..300, q in wide()) {
        check(&vec![q; n], &[], &k)?;
    }

    #[test]
    fn extreme_scores_do_not_overflow(k in constants(), q in prop::collection::vec(wide(), 1..20)) {
        check(&q, &[], &k)?;
    }

    #[test]
    fn a_masked_column_is_as_if_it_were_not_there(
        k in constants(),
        columns in prop::collection::vec((of_width(20), any::<bool>()), 1..30),
    ) {
        let (q, keep): (Vec<i64>, Vec<bool>) = columns.iter().copied().unzip();
        let only: Vec<i64> = columns.iter().filter(|(_, keep)| *keep).map(|(q, _)| *q).collect();
        prop_assume!(!only.is_empty());
        match (run(&q, &keep, &k), run(&only, &[], &k)) {
            (Ok((steps, _, out)), Ok((only_steps, _, only_out))) => {
                prop_assert_eq!(steps, only_steps);
                let kept: Vec<i64> = out.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(p, _)| *p).collect();
                prop_assert_eq!(kept, only_out);
                prop_assert!(out.iter().zip(&keep).all(|(&p, &keep)| keep || p == 0));
            }
            (one, other) => prop_assert_eq!(one.err(), other.err()),
        }
    }
}

/// A row as long as the longest RoBERTa sequence, all at the maximum: the largest sum, the smallest factor.
#[test]
fn the_longest_row_has_the_largest_sum() {
    let k = SoftmaxConstants::derive(1e-3, SoftmaxConstants::full_range_exp_scale(1e-3).unwrap(), 8).unwrap();
    let (steps, exp16, out) = run(&[5; 512], &[], &k).unwrap();
    assert_eq!((exp16[0], steps.sum, steps.factor), (32767, 512 * 32767, (1 << 32) / (512 * 32767)));
    assert_eq!(out, vec![0; 512]); // 1/512 is below one unit of 2^-8
}

#[test]
fn probability_one_saturates_at_255() {
    let k = SoftmaxConstants::derive(1e-3, SoftmaxConstants::full_range_exp_scale(1e-3).unwrap(), 8).unwrap();
    // A sum that is a power of two makes exp16 * factor exactly 2^32.
    let one = |exp16: i64| {
        let exp = ExpConstants::new(-1, 0, exp16 << 20, 30).unwrap();
        let k = SoftmaxConstants::new(exp, Dyadic::new(1 << 31, 51).unwrap(), 8).unwrap();
        run(&[3], &[], &k).unwrap()
    };
    let (steps, exp16, out) = one(16384);
    assert_eq!((steps.sum, steps.factor, exp16[0], out[0]), (16384, 1 << 18, 16384, 255));
    let (steps, _, out) = one(1);
    assert_eq!((steps.sum, steps.factor, out[0]), (1, 1 << 32, 255));
    assert_eq!(run(&[-3], &[], &k).unwrap().2, [255]);
}

#[test]
fn softmax_refuses_rows_without_weight() {
    let k = SoftmaxConstants::derive(1e-3, SoftmaxConstants::full_range_exp_scale(1e-3).unwrap(), 8).unwrap();
    assert_eq!(run(&[1, 2], &[false, false], &k), Err(OpError::NothingToAttend));
    assert_eq!(run(&[], &[], &k), Err(OpError::NothingToAttend));
    let nothing = SoftmaxConstants::new(k.exp(), Dyadic::new(1 << 30, 96).unwrap(), 8).unwrap();
    assert!(matches!(run(&[1], &[], &nothing), Err(OpError::Operand { name: "sum of exponentials", .. })));
}

#[test]
fn softmax_refuses_shapes_that_do_not_go_together() {
    let k = SoftmaxConstants::derive(1e-3, SoftmaxConstants::full_range_exp_scale(1e-3).unwrap(), 8).unwrap();
    let refused = |q: usize, keep: usize, exp16: usize, out: usize| {
        softmax_row(&vec![0; q], &vec![true; keep], &k, &mut vec![0; exp16], &mut vec![0; out]).unwrap_err()
    };
    let shape = |name, found| OpError::Shape { op: "softmax", name, expected: 3, found };
    assert_eq!(refused(3, 0, 2, 3), shape("exp16", 2));
    assert_eq!(refused(3, 0, 3, 4), shape("out", 4));
    assert_eq!(refused(3, 2, 3, 3), shape("mask", 2));
}

#[test]
fn softmax_refuses_constants_it_is_not_defined_for() {
    let exp = ExpConstants::derive(1e-3).unwrap();
    for (m16, e16, out_bits, name) in [
        (1 << 30, 40, 0, "out_bits"),
        (1 << 30, 40, 17, "out_bits"),
        (0, 40, 8, "m16"),
        (-(1 << 30), 40, 8, "m16"),
        (1 << 30, -1, 8, "e16"),
        (1 << 30, 97, 8, "e16"),
    ] {
        let refused = SoftmaxConstants::new(exp, Dyadic::new(m16, e16).unwrap(), out_bits).unwrap_err();
        assert!(
            matches!(refused, OpError::Constant { op: "softmax", name: refused, .. } if refused == name),
            "{refused}"
        );
    }
}
