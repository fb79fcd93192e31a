//! Damaged files: whatever bytes change, the readers and what is computed from what they accept do not panic.
//!
//! The fuzz targets in `golden/fuzz` look for the same with coverage; this is what every test run repeats.

use ibert_golden::{
    case::{CaseFile, CaseOperation, compare},
    encoder::{Encoder, Sequence},
    model::IntegerModel,
};
use proptest::{prelude::*, sample::Index};

use super::small_model::{beyond_the_paper, ibert};
use crate::support::small_case::one_of_each;

/// One damage to a file.
#[derive(Debug, Clone)]
enum Damage {
    /// A byte anywhere.
    Byte(Index, u8),
    /// A character of the JSON header, replaced by one that JSON uses.
    Header(Index, u8),
    /// Eight bytes of a tensor, replaced by an edge of int64, int32 or f64.
    Word(Index, [u8; 8]),
    /// The end is missing.
    Truncation(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let words = [
        i64::MIN.to_le_bytes(),
        i64::MAX.to_le_bytes(),
        [0; 8],
        1_i64.to_le_bytes(),
        (1_i64 << 31).to_le_bytes(),
        f64::NAN.to_le_bytes(),
        [0, 0, 0, 128, 0, 0, 0, 128],
        [63, 0, 0, 0, 63, 0, 0, 0],
    ];
    prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        8 => (any::<Index>(), prop::sample::select(b"0123456789-,:[]{}\"eInf ".to_vec()))
            .prop_map(|(at, byte)| Damage::Header(at, byte)),
        8 => (any::<Index>(), prop::sample::select(words.to_vec())).prop_map(|(at, word)| Damage::Word(at, word)),
        1 => any::<Index>().prop_map(Damage::Truncation),
    ]
}

fn apply(bytes: &mut Vec<u8>, damages: &[Damage]) {
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    for damage in damages {
        let len = bytes.len();
        match damage {
            Damage::Byte(at, byte) => bytes[at.index(len)] = *byte,
            Damage::Header(at, byte) => bytes[8 + at.index(header - 8)] = *byte,
            Damage::Word(at, word) => {
                let words = (len - header) / 8;
                bytes[header + at.index(words) * 8..][..8].copy_from_slice(word);
            }
            Damage::Truncation(at) => {
                bytes.truncate(at.index(len));
                return;
            }
        }
    }
}

/// Evaluates whatever a damaged case file still holds; `true` if something was computed.
fn evaluate_cases(bytes: &[u8]) -> bool {
    let mut computed = false;
    for case in CaseFile::from_bytes(bytes).map(|file| file.cases).unwrap_or_default() {
        if let Ok(outputs) = CaseOperation::decode(&case).map(|operation| operation.golden()) {
            computed |= outputs.is_ok_and(|outputs| compare(&case, &outputs).is_ok());
        }
    }
    computed
}

/// Runs whatever a damaged model file still holds; `true` if it is a valid model.
fn run_model(bytes: &[u8]) -> bool {
    let Ok(model) = IntegerModel::from_bytes(bytes) else { return false };
    Encoder::new(&model).run(&Sequence::new(vec![0, 3])).expect("a valid model encodes a valid sequence");
    let again = model.to_bytes().expect("what was read can be written");
    assert!(IntegerModel::from_bytes(&again).expect("what was written can be read") == model);
    true
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn damaged_case_files_do_not_panic(damages in prop::collection::vec(damage(), 1..4)) {
        for file in one_of_each().into_values() {
            let mut bytes = file.to_bytes();
            apply(&mut bytes, &damages);
            evaluate_cases(&bytes);
        }
    }

    #[test]
    fn damaged_models_do_not_panic(damages in prop::collection::vec(damage(), 1..4), wide: bool) {
        let mut bytes = if wide { wide_model() } else { ibert_model() };
        apply(&mut bytes, &damages);
        run_model(&bytes);
    }
}

fn ibert_model() -> Vec<u8> {
    static BYTES: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| ibert().to_bytes().unwrap());
    BYTES.clone()
}

fn wide_model() -> Vec<u8> {
    static BYTES: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| beyond_the_paper().to_bytes().unwrap());
    BYTES.clone()
}

/// Without damage both paths are taken to their ends.
#[test]
fn undamaged_files_are_computed() {
    assert!(one_of_each().values().all(|file| evaluate_cases(&file.to_bytes())));
    assert!(run_model(&ibert_model()) && run_model(&wide_model()));
}
