//! Constants are legal by construction: `new` accepts exactly the documented range and names the field, the value and
//! the limit of what it refuses; with every value that it accepts, the operator neither panics nor divides by zero,
//! whatever the operand. That its results are exact is compared operator by operator in the other modules.

use ibert_golden::ops::{
    Dyadic, ExpConstants, GeluConstants, OpError, SoftmaxConstants, VarianceShift, Width, iexp, igelu, layernorm_row,
    linear, quantize_f32, quantize_f64, requant, requant_residual, requant_zero_point, softmax_row,
};
use proptest::prelude::*;

use super::operands::wide;

/// The ranges of the documentation, in 128 bits: the name of the first field outside its range, with its value.
fn outside<const N: usize>(fields: [(&'static str, i128, i128, i128); N]) -> Option<(&'static str, i128)> {
    fields.into_iter().find(|(_, value, low, high)| value < low || value > high).map(|(name, value, ..)| (name, value))
}

/// Whether `made` is accepted exactly where no field is `outside`, and a refusal names that field and its value.
fn agrees<T>(made: &Result<T, OpError>, outside: Option<(&'static str, i128)>) -> bool {
    match (made, outside) {
        (Ok(_), None) => true,
        (Err(refused @ OpError::Constant { name, value, legal, .. }), Some(expected)) => {
            let text = refused.to_string();
            (*name, *value) == expected && text.contains(&value.to_string()) && text.contains(legal)
        }
        _ => false,
    }
}

/// Values at both ends of a range and one beyond each, and any other.
fn around(low: i64, high: i64) -> impl Strategy<Value = i64> {
    let edges = vec![low.saturating_sub(1), low, low + 1, high - 1, high, high.saturating_add(1)];
    prop_oneof![2 => prop::sample::select(edges), 2 => low..=high, 1 => wide()]
}

fn small(low: u32, high: u32) -> impl Strategy<Value = u32> {
    let edges = vec![low.saturating_sub(1), low, high, high + 1, u32::MAX];
    prop_oneof![2 => prop::sample::select(edges), 3 => low..=high, 1 => any::<u32>()]
}

const LIMIT_31: i64 = (1 << 31) - 1;
const LIMIT_62: i64 = (1 << 62) - 1;

fn exp_fields() -> impl Strategy<Value = (i64, i64, i64, u32)> {
    (around(-LIMIT_31, -1), around(-LIMIT_31, LIMIT_31), around(-LIMIT_62, LIMIT_62), small(0, 30))
}

fn exp_outside((x0, b, c, n): (i64, i64, i64, u32)) -> Option<(&'static str, i128)> {
    outside([
        ("x0", x0.into(), (-LIMIT_31).into(), -1),
        ("b", b.into(), (-LIMIT_31).into(), LIMIT_31.into()),
        ("c", c.into(), (-LIMIT_62).into(), LIMIT_62.into()),
        ("n", n.into(), 0, 30),
    ])
}

fn dyadic_fields() -> impl Strategy<Value = (i64, i32)> {
    (around(-(1 << 31), 1 << 31), prop_oneof![-34_i32..=130, Just(i32::MIN), Just(i32::MAX), any::<i32>()])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8192))]

    #[test]
    fn exp_is_defined_for_all_constants_that_there_are(fields in exp_fields(), x in wide()) {
        let (x0, b, c, n) = fields;
        let made = ExpConstants::new(x0, b, c, n);
        prop_assert!(agrees(&made, exp_outside(fields)), "{fields:?}: {made:?}");
        if let Ok(k) = made {
            prop_assert_eq!((k.x0(), k.b(), k.c(), k.n()), fields);
            for x in [x, i64::MIN, i64::MAX, 0, x0, i64::from(n) * x0, x0 + 1] {
                match iexp(x, &k) {
                    // Steps of other constants are a number too.
                    Ok(steps) => prop_assert!(steps.z <= n && steps.value(&k) >= 0 && steps.value(&other(n)) >= 0),
                    Err(OpError::Overflow { bits, .. }) => prop_assert_eq!(bits, 64),
                    Err(_) => prop_assert!(x > 0),
                }
            }
        }
    }

    #[test]
    fn gelu_is_defined_for_all_constants_that_there_are(
        b in around(-i64::MAX, 0),
        (c, shift) in (wide(), wide()),
        n in small(0, 62),
        q in wide(),
    ) {
        let made = GeluConstants::new(b, c, shift, n);
        let outside = outside([("b", b.into(), (-i64::MAX).into(), 0), ("n", n.into(), 0, 62)]);
        prop_assert!(agrees(&made, outside), "{b} {n}: {made:?}");
        if let Ok(k) = made {
            prop_assert_eq!((k.b(), k.c(), k.shift(), k.n()), (b, c, shift, n));
            for q in [q, i64::MIN, i64::MAX, 0, b, -b] {
                let too_large = OpError::Overflow { op: "gelu", name: "out", bits: 64 };
                let fine = igelu(q, &k).err().is_none_or(|refused| refused == too_large);
                prop_assert!(fine);
            }
        }
    }

    #[test]
    fn softmax_is_defined_for_all_constants_that_there_are(
        fields in exp_fields(),
        (m16, e16) in dyadic_fields(),
        out_bits in small(1, 16),
        q in prop::collection::vec(wide(), 0..6),
        keep in prop::collection::vec(any::<bool>(), 6),
    ) {
        let (x0, b, c, n) = fields;
        let (Ok(exp), Ok(requant16)) = (ExpConstants::new(x0, b, c, n), Dyadic::new(m16, e16)) else { return Ok(()) };
        let made = SoftmaxConstants::new(exp, requant16, out_bits);
        let outside = outside([
            ("m16", m16.into(), 1, 1 << 31),
            ("e16", e16.into(), 0, 96),
            ("out_bits", out_bits.into(), 1, 16),
        ]);
        prop_assert!(agrees(&made, outside), "{m16} {e16} {out_bits}: {made:?}");
        if let Ok(k) = made {
            prop_assert_eq!((k.exp(), k.requant16(), k.out_bits()), (exp, requant16, out_bits));
            for keep in [&keep[..q.len()], &[]] {
                let (mut exp16, mut out) = (vec![0; q.len()], vec![0; q.len()]);
                if softmax_row(&q, keep, &k, &mut exp16, &mut out).is_ok() {
                    prop_assert!(out.iter().all(|p| (0..1 << out_bits).contains(p)), "{out:?}");
                }
            }
        }
    }

    #[test]
    fn requant_is_defined_for_all_constants_that_there_are(
        (m, e) in dyadic_fields(),
        bits in small(2, 63),
        (q, q2) in (wide(), wide()),
        zero_point: i32,
    ) {
        let (constant, width) = (Dyadic::new(m, e), Width::new(bits));
        let m_range = ("m", m.into(), -(1_i128 << 31), 1 << 31);
        prop_assert!(agrees(&constant, outside([m_range, ("e", e.into(), -32, i32::MAX.into())])), "{constant:?}");
        prop_assert!(agrees(&width, outside([("bits", bits.into(), 2, 63)])), "{width:?}");
        if let (Ok(k), Ok(width)) = (constant, width) {
            prop_assert_eq!((k.m(), k.e(), width.bits()), (m, e, bits));
            for q in [q, i64::MIN, i64::MAX] {
                let results = [
                    requant(q, k, width),
                    requant_residual(q, k, q2, k, width),
                    requant_zero_point(q, k, zero_point, width),
                ];
                prop_assert!(results.iter().all(|r| (width.min()..=width.max()).contains(r)), "{results:?}");
            }
        }
    }

    #[test]
    fn layernorm_is_defined_for_all_shifts_that_there_are(
        shift in small(0, 30),
        row in prop::collection::vec((wide(), wide()), 0..6),
    ) {
        let made = VarianceShift::new(shift);
        prop_assert!(agrees(&made, outside([("shift", shift.into(), 0, 30)])), "{made:?}");
        if let Ok(k) = made {
            prop_assert_eq!(k.bits(), shift);
            let (x, bias): (Vec<i64>, Vec<i64>) = row.into_iter().unzip();
            let expected = match layernorm_row(&x, &bias, k, &mut vec![0; x.len()]).err() {
                None => !x.is_empty(),
                Some(OpError::Operand { name, .. }) => name == "channels" && x.is_empty(),
                Some(other) => other == OpError::Overflow { op: "layernorm", name: "out", bits: 64 },
            };
            prop_assert!(expected, "{:?} {:?} {}", x, bias, shift);
        }
    }

    /// Derivations from any float give constants or an error, and the constants are of the same kind as given ones.
    #[test]
    fn derivations_are_defined_for_all_floats(scale: f64, exp_scale: f64, bits in small(0, 62), x: f64) {
        let _ = ExpConstants::derive(scale).map(|k| iexp(-1, &k));
        let _ = GeluConstants::derive(scale, bits).map(|k| igelu(1, &k));
        let _ = SoftmaxConstants::derive(scale, exp_scale, bits).map(|k| {
            softmax_row(&[1, 2], &[], &k, &mut [0; 2], &mut [0; 2])
        });
        let _ = Dyadic::from_scales(scale, exp_scale).map(|k| k.scale(i64::MIN));
        let _ = Width::new(bits).map(|width| {
            let _ = quantize_f32(x as f32, scale as f32, width);
            quantize_f64(x, scale, width)
        });
    }

    /// Shapes come from callers: no product of two of them overflows.
    #[test]
    fn linear_is_defined_for_all_shapes(inputs: usize, outputs in 0_usize..4, tokens in 0_usize..4, few in 0_usize..4) {
        for inputs in [inputs, few, usize::MAX] {
            let operand = vec![1; tokens * few];
            let result = linear(&operand, &vec![1; outputs * few], &vec![0; outputs], inputs);
            prop_assert!(result.is_ok() || inputs != few || few == 0);
        }
    }
}

/// Constants with `n` octaves less than those whose steps they are applied to.
fn other(n: u32) -> ExpConstants {
    ExpConstants::new(-1, 0, 1, n / 2).unwrap()
}

/// Constants are made where they are declared: a wrong one does not compile.
#[test]
fn constants_are_made_at_compile_time() {
    const SOFTMAX: SoftmaxConstants = {
        let (Ok(exp), Ok(requant)) = (ExpConstants::new(-490, 1912, 1_393_919, 30), Dyadic::new(1 << 30, 36)) else {
            panic!("constants that i-exp is not defined for")
        };
        let Ok(softmax) = SoftmaxConstants::new(exp, requant, 8) else { panic!("no softmax") };
        softmax
    };
    const GELU: Result<GeluConstants, OpError> = GeluConstants::new(-100, 5, 7, 63);
    const SHIFT: Result<VarianceShift, OpError> = VarianceShift::new(30);
    assert_eq!((SOFTMAX.exp().x0(), SOFTMAX.out_bits()), (-490, 8));
    assert!(matches!(GELU, Err(OpError::Constant { op: "gelu", name: "n", value: 63, legal: "0..=62" })));
    assert_eq!(SHIFT.unwrap().bits(), VarianceShift::MAX);
}
