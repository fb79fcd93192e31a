//! Small valid case files to break, one of each operator.

use std::collections::HashMap;

use ibert_golden::case::{CaseError, CaseFile, CaseOperation, compare};
use serde_json::json;

use super::safetensors_file::{File, Stored};

/// A file of a single case called `case`.
pub(crate) fn file(op: &str, attrs: &[(&str, i64)], tensors: &[(&str, &[usize], &[i64])]) -> File {
    let attrs: serde_json::Map<_, _> = attrs.iter().map(|&(name, value)| (name.to_owned(), value.into())).collect();
    let entries = [
        ("ibert.case", "1".to_owned()),
        ("ibert.cases", json!([{"id": "case", "op": op, "attrs": attrs}]).to_string()),
        ("ibert.source", "made for a test".to_owned()),
    ];
    File {
        metadata: entries.map(|(key, value)| (key.to_owned(), value)).into(),
        tensors: tensors
            .iter()
            .map(|(name, shape, values)| (format!("case/{name}"), Stored::i64(shape, values)))
            .collect(),
    }
}

const EXP: [(&str, i64); 4] = [("x0", -490), ("b", 1912), ("c", 1_393_919), ("n", 30)];

/// A valid file of each operator, by name. The outputs are computed by hand.
pub(crate) fn one_of_each() -> HashMap<&'static str, File> {
    let softmax: Vec<_> = EXP.into_iter().chain([("m16", 1_615_394_284), ("e16", 36), ("out_bits", 8)]).collect();
    HashMap::from([
        // 3 / 2 -> 2, -3 / 2 -> -2, 1 / 2 -> 0; the second channel doubles
        (
            "requant",
            file(
                "requant",
                &[("bits", 8)],
                &[
                    ("q", &[3, 2], &[3, 3, -3, -100, 1, 1]),
                    ("m", &[2], &[1 << 30, 1 << 30]),
                    ("e", &[2], &[31, 29]),
                    ("out", &[3, 2], &[2, 6, -2, -128, 0, 2]),
                ],
            ),
        ),
        // 3/2 -> 2 and 1/2 -> 0 added: 2; -3/2 -> -2 and -1: -3
        (
            "residual",
            file(
                "requant",
                &[("bits", 22)],
                &[
                    ("q", &[1, 2], &[3, -3]),
                    ("m", &[1], &[1 << 30]),
                    ("e", &[1], &[31]),
                    ("id.q", &[1, 2], &[1, -2]),
                    ("id.m", &[1], &[1 << 30]),
                    ("id.e", &[1], &[31]),
                    ("out", &[1, 2], &[2, -3]),
                ],
            ),
        ),
        (
            "linear",
            file(
                "linear",
                &[],
                &[
                    ("x", &[2, 2], &[1, 2, -3, 4]),
                    ("w", &[3, 2], &[1, 0, 0, 1, 2, -1]),
                    ("bias", &[3], &[10, 20, 30]),
                    ("out", &[2, 3], &[11, 22, 30, 7, 24, 20]),
                ],
            ),
        ),
        // b = -3, c = 5, n = 1: q = 1: a = 1, 4 + 5 = 9, L = 4, out = 6; q = -9: a = 3, y = -5, L = -3, out = 9
        (
            "gelu",
            file(
                "gelu",
                &[("n", 1)],
                &[
                    ("q", &[1, 2], &[1, -9]),
                    ("b", &[1], &[-3]),
                    ("c", &[2], &[5, 5]),
                    ("shift", &[1], &[2]),
                    ("out", &[1, 2], &[6, 9]),
                ],
            ),
        ),
        // q = -491: z = 1, r = -1, t = -1911 + c
        (
            "exp",
            file("exp", &EXP, &[("q", &[2], &[0, -491]), ("z", &[2], &[0, 1]), ("t", &[2], &[1_393_919, 1_392_008])]),
        ),
        // one column: exp16 = min(RNE(c * m16 / 2^36), 32767) = 32767, whose share floors just below 1
        (
            "softmax",
            file(
                "softmax",
                &softmax,
                &[
                    ("q", &[1, 3], &[9, 5, 9]),
                    ("mask", &[3], &[1, 0, 0]),
                    ("exp16", &[1, 3], &[32767, 0, 0]),
                    ("sum", &[1], &[32767]),
                    ("out", &[1, 3], &[255, 0, 0]),
                ],
            ),
        ),
        // y = -1, 1: var 2, std 1, factor 2^31
        (
            "layernorm",
            file(
                "layernorm",
                &[("shift", 0)],
                &[
                    ("q", &[1, 2], &[4, 6]),
                    ("bias", &[2], &[7, -7]),
                    ("mean", &[1], &[5]),
                    ("var", &[1], &[2]),
                    ("out", &[1, 2], &[7 - (1 << 30), (1 << 30) - 7]),
                ],
            ),
        ),
        ("isqrt", file("isqrt", &[], &[("n", &[4], &[0, 24, 25, u32::MAX as i64]), ("out", &[4], &[0, 4, 5, 65535])])),
    ])
}

/// Reads, decodes, recomputes and compares the only case of a file.
pub(crate) fn evaluate(file: &File) -> Result<(usize, usize), CaseError> {
    let file = CaseFile::from_bytes(&file.to_bytes())?;
    let case = &file.cases[0];
    let outputs =
        CaseOperation::decode(case)?.golden().map_err(|source| CaseError::Op { id: case.id.clone(), source })?;
    compare(case, &outputs).map(|comparison| (comparison.values, comparison.different))
}
