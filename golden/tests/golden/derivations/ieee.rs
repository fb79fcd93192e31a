//! Reference data, with floats as IEEE-754 bit patterns: `0x` and 8 or 16 hexadecimal digits.

use std::path::PathBuf;

use serde_json::Value;

pub(crate) fn read(name: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn bits(value: &Value) -> &str {
    value.as_str().unwrap().strip_prefix("0x").unwrap()
}

pub(crate) fn f32(value: &Value) -> f32 {
    assert_eq!(bits(value).len(), 8);
    f32::from_bits(u32::from_str_radix(bits(value), 16).unwrap())
}

pub(crate) fn f64(value: &Value) -> f64 {
    assert_eq!(bits(value).len(), 16);
    f64::from_bits(u64::from_str_radix(bits(value), 16).unwrap())
}

pub(crate) fn list<T>(value: &Value, element: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().unwrap().iter().map(element).collect()
}

pub(crate) fn integers(value: &Value) -> Vec<i64> {
    list(value, |v| v.as_i64().unwrap())
}
