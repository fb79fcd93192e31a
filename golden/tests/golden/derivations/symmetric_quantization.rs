//! Symmetric quantization against Hugging Face's, in both float widths.

use ibert_golden::ops::{SymmetricScale, Width, quantize_f32, quantize_f64};
use serde_json::Value;

use super::ieee::{self, integers, list};

/// The smallest and largest value.
fn range<T: Copy + PartialOrd>(x: &[T]) -> (T, T) {
    let pick =
        |better: fn(&T, &T) -> bool| x.iter().copied().reduce(|a, b| if better(&b, &a) { b } else { a }).unwrap();
    (pick(|b, a| b < a), pick(|b, a| b > a))
}

fn check_f32(case: &Value, width: Width) -> Vec<i64> {
    let (x, scale) = (list(&case["x"], ieee::f32), ieee::f32(&case["scale"]));
    if case["scale_from_minmax"] == true {
        let (min, max) = range(&x);
        assert_eq!(f32::symmetric_scale(min, max, width).to_bits(), scale.to_bits());
    }
    x.iter().map(|&x| quantize_f32(x, scale, width).unwrap()).collect()
}

fn check_f64(case: &Value, width: Width) -> Vec<i64> {
    let (x, scale) = (list(&case["x"], ieee::f64), ieee::f64(&case["scale"]));
    if case["scale_from_minmax"] == true {
        let (min, max) = range(&x);
        assert_eq!(f64::symmetric_scale(min, max, width).to_bits(), scale.to_bits());
    }
    x.iter().map(|&x| quantize_f64(x, scale, width).unwrap()).collect()
}

#[test]
fn symmetric_quantization_equals_the_reference() {
    let reference = ieee::read("symquant.json");
    let (mut cases, mut values, mut beyond_i32) = (0, 0, 0);
    for case in reference["cases"].as_array().unwrap() {
        let width = Width::new(case["bits"].as_u64().unwrap() as u32).unwrap();
        let q = match case["dtype"].as_str() {
            Some("f32") => check_f32(case, width),
            Some("f64") => check_f64(case, width),
            other => panic!("{other:?}"),
        };
        assert_eq!(q, integers(&case["q"]), "{width:?}, {}", case["dtype"]);
        beyond_i32 += q.iter().filter(|&&q| q > i32::MAX.into()).count();
        (cases, values) = (cases + 1, values + q.len());
    }
    println!("{cases} cases, {values} values, 0 differ; {beyond_i32} are 2^31");
    assert_eq!(cases, 36);
    // In f32 the limit 2^31 - 2 of 32 bits rounds to 2^31, one more than an i32 holds.
    assert!(beyond_i32 > 0);
}
