//! The fp32 forward against float64 results of an independent implementation (`tests/data/encoders/make_encoders.py`).

use ibert_test_support::checkpoints as fixture_checkpoint;

use fixture_checkpoint::{Expected, committed, expected};
use ibert_quantize::checkpoint::Checkpoint;
use ibert_quantize::reference::{FloatEncoder, ForwardError, Ignore, Matrix, Tap};
use ibert_quantize::text::Tokens;

fn encoder(name: &str) -> FloatEncoder {
    let checkpoint = Checkpoint::open(&committed(name)).unwrap();
    FloatEncoder::new(checkpoint.config.clone(), &checkpoint.weights().unwrap())
}

#[test]
fn every_intermediate_tensor_equals_the_independent_forward() {
    for name in ["bert_tiny", "roberta_tiny"] {
        let Expected { tokens, mask, tensors } = expected(name);
        let mut seen = 0;
        let mut check = |layer: usize, tap: Tap, tensor: &Matrix| {
            let want = &tensors[&format!("{layer}.{tap}")];
            assert_eq!((tensor.rows, tensor.columns), (want.rows, want.columns), "{name} {layer}.{tap}");
            for (at, (got, want)) in tensor.data.iter().zip(&want.data).enumerate() {
                assert!(
                    (got - want).abs() <= 2e-5 * want.abs().max(1.0),
                    "{name} {layer}.{tap} at {at}: {got}, expected {want}"
                );
            }
            seen += 1;
        };
        encoder(name).forward(&tokens, &mask, &mut check).unwrap();
        assert_eq!(seen, tensors.len(), "{name}: every tensor of the file was compared");
    }
}

/// A padded sequence has the hidden states of the unpadded one.
#[test]
fn masked_tokens_change_nothing() {
    let Expected { tokens, mask, .. } = expected("roberta_tiny");
    let kept = mask.iter().filter(|m| **m).count();
    assert!(kept < mask.len());
    let encoder = encoder("roberta_tiny");
    let padded = encoder.forward(&tokens, &mask, &mut Ignore).unwrap();
    let short = Tokens { ids: tokens.ids[..kept].to_vec(), type_ids: tokens.type_ids[..kept].to_vec() };
    let alone = encoder.forward(&short, &vec![true; kept], &mut Ignore).unwrap();
    for (a, b) in padded.data.iter().zip(&alone.data) {
        assert!((a - b).abs() < 1e-5);
    }
}

#[test]
fn impossible_sequences_are_errors() {
    let encoder = encoder("bert_tiny");
    let run = |ids: Vec<u32>| {
        let mask = vec![true; ids.len()];
        encoder.forward(&Tokens::single(ids), &mask, &mut Ignore).unwrap_err()
    };
    assert_eq!(run(vec![]), ForwardError::Empty);
    assert_eq!(run(vec![7; 33]), ForwardError::TooLong { found: 33, limit: 32 });
    assert_eq!(run(vec![7, 48]), ForwardError::OutOfTable { at: 1, kind: "id", id: 48, limit: 48 });
    let typed = Tokens { ids: vec![7], type_ids: vec![2] };
    let error = encoder.forward(&typed, &[true], &mut Ignore).unwrap_err();
    assert_eq!(error, ForwardError::OutOfTable { at: 0, kind: "type id", id: 2, limit: 2 });
    let error = encoder.forward(&typed, &[], &mut Ignore).unwrap_err();
    assert_eq!(error, ForwardError::Unequal { ids: 1, type_ids: 1, mask: 0 });
}
