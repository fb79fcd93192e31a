//! Case files that are not what they should be.

use std::collections::HashMap;

use ibert_golden::{
    case::{CaseError, CaseFile, CaseOperation, compare},
    ops::OpError,
};
use safetensors::Dtype;

use crate::support::{
    safetensors_file::{File, Stored},
    small_case::{evaluate, file, one_of_each},
};

fn valid(op: &str) -> File {
    one_of_each().remove(op).unwrap()
}

/// The refusal of a valid file after `change`.
fn refusal(op: &str, change: impl FnOnce(&mut File)) -> CaseError {
    let mut file = valid(op);
    change(&mut file);
    evaluate(&file).expect_err("the broken file was evaluated")
}

/// The refusal of a valid file with one tensor replaced.
fn with_tensor(op: &str, name: &str, shape: &[usize], values: &[i64]) -> CaseError {
    refusal(op, |file| *file.tensor(&format!("case/{name}")) = Stored::i64(shape, values))
}

fn with_attribute(op: &str, name: &str, value: serde_json::Value) -> CaseError {
    refusal(op, |file| {
        let list = file.metadata.get_mut("ibert.cases").unwrap();
        let mut cases: serde_json::Value = serde_json::from_str(list).unwrap();
        cases[0]["attrs"][name] = value;
        *list = cases.to_string();
    })
}

#[test]
fn the_files_that_are_broken_here_are_right() {
    for (op, file) in one_of_each() {
        let (values, different) = evaluate(&file).unwrap();
        assert!(values > 0 && different == 0, "{op}: {values} values, {different} differ");
    }
}

#[test]
fn a_wrong_value_is_found_and_placed() {
    for (op, mut file) in one_of_each() {
        let name = if op == "exp" { "case/t" } else { "case/out" };
        let stored = file.tensor(name);
        let last = stored.bytes.len() / 8 - 1;
        stored.set(last, 123_456_i64.to_le_bytes());
        let (_, different) = evaluate(&file).unwrap();
        assert_eq!(different, 1, "{op}");
    }
    let mut file = valid("requant");
    file.tensor("case/out").set(3, 99_i64.to_le_bytes());
    let case = CaseFile::from_bytes(&file.to_bytes()).unwrap().cases.remove(0);
    let first = compare(&case, &CaseOperation::decode(&case).unwrap().golden().unwrap()).unwrap().first.unwrap();
    assert_eq!((first.tensor.as_str(), first.index, first.expected, first.got), ("out", vec![1, 1], 99, -128));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let refused = CaseFile::read("no/such/cases.safetensors").unwrap_err();
    assert!(matches!(&refused, CaseError::Io { path, .. } if path.ends_with("cases.safetensors")), "{refused}");
    assert!(refused.to_string().contains("no/such/cases.safetensors"), "{refused}");
}

#[test]
fn what_is_no_safetensors_file_is_refused() {
    let bytes = valid("linear").to_bytes();
    for broken in [&b""[..], b"not a case", &bytes[..7], &bytes[..bytes.len() / 2], &bytes[..bytes.len() - 1]] {
        let refused = CaseFile::from_bytes(broken).unwrap_err();
        assert!(matches!(refused, CaseError::Container(_)), "{refused}");
    }
}

#[test]
fn each_missing_metadata_key_is_named() {
    for missing in ["ibert.case", "ibert.cases", "ibert.source"] {
        let refused = refusal("linear", |file| drop(file.metadata.remove(missing)));
        assert!(matches!(refused, CaseError::MissingMetadata { key } if key == missing), "{refused}");
    }
    let refused = refusal("linear", |file| file.metadata = HashMap::new());
    assert!(matches!(refused, CaseError::MissingMetadata { key: "ibert.case" }), "{refused}");
}

#[test]
fn another_version_is_refused() {
    let refused = refusal("linear", |file| drop(file.metadata.insert("ibert.case".into(), "2".into())));
    assert!(matches!(&refused, CaseError::Version { found } if found == "2"), "{refused}");
}

#[test]
fn a_case_list_of_another_structure_is_refused() {
    for list in ["", "{}", "[1]", r#"[{"id": "case"}]"#, r#"[{"id": "case", "op": "gelu", "attrs": {"n": 1.5}}]"#] {
        let refused = refusal("linear", |file| drop(file.metadata.insert("ibert.cases".into(), list.into())));
        assert!(matches!(refused, CaseError::CaseList(_)), "{list}: {refused}");
    }
}

#[test]
fn ids_are_unique() {
    let list = r#"[{"id": "case", "op": "linear"}, {"id": "case", "op": "isqrt"}]"#;
    let refused = refusal("linear", |file| drop(file.metadata.insert("ibert.cases".into(), list.into())));
    assert!(matches!(&refused, CaseError::DuplicateId { id } if id == "case"), "{refused}");
}

#[test]
fn tensors_of_no_case_are_refused() {
    for name in ["other/q", "q", "/q"] {
        let refused = refusal("linear", |file| drop(file.tensors.insert(name.into(), Stored::i64(&[1], &[0]))));
        assert!(matches!(&refused, CaseError::OrphanTensor { tensor } if tensor == name), "{refused}");
    }
}

#[test]
fn tensors_that_are_no_integers_are_refused() {
    for (dtype, bytes) in [(Dtype::F16, 2), (Dtype::BF16, 2), (Dtype::F32, 4), (Dtype::F64, 8)] {
        let refused = refusal("linear", |file| {
            *file.tensor("case/bias") = Stored { dtype, shape: vec![3], bytes: vec![0; 3 * bytes] };
        });
        assert!(matches!(&refused, CaseError::NotAnInteger { tensor, .. } if tensor == "case/bias"), "{refused}");
    }
}

#[test]
fn every_integer_dtype_is_widened() {
    let values: [(Dtype, Vec<u8>, i64); 9] = [
        (Dtype::BOOL, vec![1], 1),
        (Dtype::U8, vec![200], 200),
        (Dtype::I8, vec![200], -56),
        (Dtype::U16, 60000_u16.to_le_bytes().into(), 60000),
        (Dtype::I16, (-30000_i16).to_le_bytes().into(), -30000),
        (Dtype::U32, u32::MAX.to_le_bytes().into(), u32::MAX.into()),
        (Dtype::I32, i32::MIN.to_le_bytes().into(), i32::MIN.into()),
        (Dtype::U64, (i64::MAX as u64).to_le_bytes().into(), i64::MAX),
        (Dtype::I64, i64::MIN.to_le_bytes().into(), i64::MIN),
    ];
    for (dtype, bytes, value) in values {
        let mut file = valid("linear");
        *file.tensor("case/bias") = Stored { dtype, shape: vec![1], bytes };
        let case = CaseFile::from_bytes(&file.to_bytes()).unwrap().cases.remove(0);
        assert_eq!(case.tensors["bias"].values, [value], "{dtype:?}");
    }
}

#[test]
fn unsigned_values_beyond_63_bits_are_refused() {
    let refused = refusal("linear", |file| {
        let bytes = (1_u64 << 63).to_le_bytes().into();
        *file.tensor("case/bias") = Stored { dtype: Dtype::U64, shape: vec![1], bytes };
    });
    assert!(matches!(&refused, CaseError::TooLarge { tensor } if tensor == "case/bias"), "{refused}");
}

#[test]
fn an_unknown_op_is_named() {
    let refused = evaluate(&file("tanh", &[], &[])).unwrap_err();
    assert!(matches!(&refused, CaseError::UnknownOp { id, op } if id == "case" && op == "tanh"), "{refused}");
}

#[test]
fn each_missing_input_is_named() {
    for (op, inputs) in [
        ("requant", &["q", "m", "e"][..]),
        ("residual", &["q", "m", "e", "id.q", "id.m", "id.e"]),
        ("linear", &["x", "w", "bias"]),
        ("gelu", &["q", "b", "c", "shift"]),
        ("exp", &["q"]),
        ("softmax", &["q"]),
        ("layernorm", &["q", "bias"]),
        ("isqrt", &["n"]),
    ] {
        for input in inputs {
            let name = format!("case/{input}");
            let refused = refusal(op, |file| drop(file.tensors.remove(&name)));
            assert!(matches!(&refused, CaseError::MissingTensor { tensor } if *tensor == name), "{op}: {refused}");
        }
    }
}

#[test]
fn a_tensor_that_the_operator_does_not_have_is_named() {
    for op in ["requant", "linear", "gelu", "exp", "softmax", "layernorm", "isqrt"] {
        let refused = refusal(op, |file| drop(file.tensors.insert("case/outt".into(), Stored::i64(&[1], &[0]))));
        let named =
            matches!(&refused, CaseError::UnknownTensor { tensor, op: of, .. } if tensor == "case/outt" && of == op);
        assert!(named, "{op}: {refused}");
    }
}

#[test]
fn a_case_that_expects_nothing_is_refused() {
    let refused = refusal("linear", |file| drop(file.tensors.remove("case/out")));
    assert!(matches!(&refused, CaseError::MissingTensor { tensor } if tensor == "case/out"), "{refused}");
}

#[test]
fn each_missing_attribute_is_named() {
    for (op, attributes) in [
        ("requant", &["bits"][..]),
        ("gelu", &["n"]),
        ("exp", &["x0", "b", "c", "n"]),
        ("softmax", &["x0", "b", "c", "n", "m16", "e16", "out_bits"]),
        ("layernorm", &["shift"]),
    ] {
        for missing in attributes {
            let refused = refusal(op, |file| {
                let list = file.metadata.get_mut("ibert.cases").unwrap();
                *list = list.replace(&format!("\"{missing}\":"), "\"other\":");
            });
            let named =
                matches!(&refused, CaseError::Attribute { id, attribute } if id == "case" && attribute == missing);
            assert!(named, "{op} {missing}: {refused}");
        }
    }
    for (op, attribute) in [("requant", "bits"), ("gelu", "n"), ("layernorm", "shift"), ("softmax", "out_bits")] {
        let refused = with_attribute(op, attribute, (-1).into());
        assert!(matches!(&refused, CaseError::Attribute { attribute: named, .. } if *named == attribute), "{refused}");
    }
}

#[test]
fn each_tensor_of_another_shape_is_named() {
    for (op, name, shape) in [
        ("requant", "q", &[6][..]),
        ("requant", "m", &[3]),
        ("requant", "e", &[2, 1]),
        ("residual", "id.q", &[2, 1]),
        ("residual", "id.m", &[2]),
        ("residual", "id.e", &[2]),
        ("linear", "x", &[2, 2, 1]),
        ("linear", "x", &[2, 0]),
        ("linear", "w", &[3, 3]),
        ("linear", "w", &[6]),
        ("linear", "bias", &[2]),
        ("gelu", "q", &[2]),
        ("gelu", "b", &[3]),
        ("gelu", "c", &[3]),
        ("gelu", "shift", &[3]),
        ("softmax", "q", &[3]),
        ("softmax", "mask", &[2]),
        ("layernorm", "q", &[2]),
        ("layernorm", "bias", &[3]),
        ("linear", "out", &[2, 2]),
        ("isqrt", "out", &[3]),
    ] {
        let refused = with_tensor(op, name, shape, &vec![1; shape.iter().product()]);
        let full = format!("case/{name}");
        let named = matches!(&refused, CaseError::Shape { tensor, found, .. } if *tensor == full && found == shape);
        assert!(named, "{op} {name}: {refused}");
    }
}

/// A tensor of no rows has any number of columns without a byte: constants must not be repeated for them.
#[test]
fn a_tensor_without_rows_does_not_allocate_its_columns() {
    for op in ["requant", "gelu", "softmax", "layernorm"] {
        let refused = with_tensor(op, "q", &[0, 1 << 60], &[]);
        assert!(matches!(&refused, CaseError::Shape { tensor, .. } if tensor == "case/q"), "{op}: {refused}");
    }
    let refused = with_tensor("linear", "x", &[0, 1 << 60], &[]);
    assert!(matches!(&refused, CaseError::Shape { tensor, .. } if tensor == "case/x"), "{refused}");
}

#[test]
fn values_out_of_range_are_placed() {
    for wrong in [-1, 1 << 32] {
        let refused = with_tensor("isqrt", "n", &[4], &[0, 1, wrong, 3]);
        let named = matches!(
            &refused,
            CaseError::Value { tensor, index: 2, value, .. } if tensor == "case/n" && *value == wrong
        );
        assert!(named, "{refused}");
    }
    let refused = with_tensor("requant", "e", &[2], &[31, 1 << 40]);
    let named = matches!(&refused, CaseError::Value { tensor, index: 1, .. } if tensor == "case/e");
    assert!(named, "{refused}");
}

#[test]
fn what_an_operator_refuses_is_told_with_the_case() {
    let refusals = [
        (with_attribute("requant", "bits", 64.into()), "width"),
        (with_tensor("requant", "m", &[1], &[i64::MAX]), "dyadic"),
        (with_tensor("gelu", "b", &[1], &[1]), "gelu"),
        (with_tensor("gelu", "q", &[1, 2], &[i64::MAX, i64::MIN]), "gelu"),
        (with_attribute("exp", "x0", 0.into()), "exp"),
        (with_tensor("exp", "q", &[1], &[1]), "exp"),
        (with_attribute("softmax", "e16", i64::MAX.into()), "softmax"),
        (with_attribute("layernorm", "shift", 31.into()), "layernorm"),
        (with_tensor("linear", "bias", &[3], &[i64::MAX; 3]), "linear"),
    ];
    for (refused, operator) in refusals {
        let op = match &refused {
            CaseError::Op { id, source: OpError::Constant { op, .. } } if id == "case" => op,
            CaseError::Op { source: OpError::Operand { op, .. } | OpError::Overflow { op, .. }, .. } => op,
            other => panic!("{operator}: {other}"),
        };
        assert_eq!(*op, operator, "{refused}");
    }
    let refused = with_tensor("softmax", "mask", &[3], &[0, 0, 0]);
    assert!(matches!(refused, CaseError::Op { source: OpError::NothingToAttend, .. }), "{refused}");
}

/// `exp` beyond 64 bits: t << 30 of the largest polynomial.
#[test]
fn an_exponential_beyond_64_bits_is_refused() {
    let refused = with_attribute("exp", "c", (1_i64 << 40).into());
    assert!(matches!(refused, CaseError::Op { source: OpError::Overflow { op: "exp", name: "out", bits: 64 }, .. }));
}
