//! Every copied reference case, recomputed by the golden operators: 0 values differ.

use std::path::PathBuf;

use ibert_golden::case::{CaseFile, CaseOperation, compare};

fn read(name: &str) -> CaseFile {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/cases").join(format!("{name}.safetensors"));
    CaseFile::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Compares every case of a file; returns `(cases, values, different)`.
fn check(name: &str) -> (usize, usize, usize) {
    let file = read(name);
    let (mut values, mut different) = (0, 0);
    for case in &file.cases {
        let outputs = CaseOperation::decode(case).unwrap().golden().unwrap();
        let comparison = compare(case, &outputs).unwrap();
        if let Some(first) = &comparison.first {
            println!("{name} {} first difference: {first:?}", case.id);
        }
        values += comparison.values;
        different += comparison.different;
    }
    println!("{name}: {} cases, {values} values, {different} differ", file.cases.len());
    (file.cases.len(), values, different)
}

macro_rules! reference {
    ($($test:ident: $file:literal, $cases:literal cases, $values:literal values;)*) => { $(
        #[test]
        fn $test() {
            assert_eq!(check($file), ($cases, $values, 0));
        }
    )* };
}

// The counts are part of the assertion: a reader that passed a tensor over would compare fewer values.
reference! {
    requant_equals_reference: "requant", 136 cases, 4208 values;
    linear_equals_reference: "linear", 8 cases, 616 values;
    gelu_equals_reference: "gelu", 43 cases, 3560 values;
    exp_equals_reference: "exp", 11 cases, 5400 values;
    softmax_equals_reference: "softmax", 129 cases, 62292 values;
    layernorm_equals_reference: "layernorm", 22 cases, 75256 values;
    isqrt_equals_reference: "isqrt", 1 cases, 1066 values;
}

/// A slice of a real layer (`tests/data/make_roberta_slice.py`): four probabilities of the public dump are one above
/// the specification, everything else is equal.
#[test]
fn a_real_layer_differs_in_the_four_known_probabilities() {
    let file = read("roberta_base_layer0_slice");
    let (mut values, mut differences) = (0, Vec::new());
    for case in &file.cases {
        let comparison = compare(case, &CaseOperation::decode(case).unwrap().golden().unwrap()).unwrap();
        values += comparison.values;
        assert!(comparison.different <= 1, "{}: {comparison:?}", case.id);
        differences.extend(comparison.first.map(|first| {
            assert_eq!((first.tensor.as_str(), first.expected), ("out", first.got + 1), "{}", case.id);
            (case.id.as_str(), first.index, first.got)
        }));
    }
    assert_eq!((file.cases.len(), values), (25, 40544));
    let known = [
        ("softmax_1", vec![1, 8], 9),
        ("softmax_2", vec![1, 10], 11),
        ("softmax_3", vec![1, 4], 1),
        ("softmax_10", vec![1, 3], 5),
    ];
    assert_eq!(differences, known);
    assert!(file.source.contains("(c) 2023 Yu Gao, MIT licence"), "{}", file.source);
}
