//! Sequences and operands that the encoder refuses.

use ibert_golden::{
    encoder::{EncodeError, Encoder, Sequence},
    model::IntegerModel,
    ops::OpError,
};

use super::small_model::{beyond_the_paper, ibert};

fn refusal(model: &IntegerModel, sequence: Sequence) -> EncodeError {
    Encoder::new(model).run(&sequence).expect_err("the sequence was encoded")
}

#[test]
fn an_empty_sequence_is_refused() {
    assert_eq!(refusal(&ibert(), Sequence::default()), EncodeError::Empty);
}

/// Absolute positions allow as many tokens as rows; RoBERTa's begin behind the padding id.
#[test]
fn a_sequence_is_as_long_as_the_positions_allow() {
    for (model, lost) in [(ibert(), 2), (beyond_the_paper(), 0)] {
        let limit = model.config.positions - lost;
        assert_eq!(model.config.max_tokens(), limit);
        let hidden = Encoder::new(&model).run(&Sequence::new(vec![3; limit])).unwrap();
        assert_eq!(hidden.values.len(), limit * hidden.channels);
        let refused = refusal(&model, Sequence::new(vec![3; limit + 1]));
        assert_eq!(refused, EncodeError::TooLong { tokens: limit + 1, limit });
    }
}

#[test]
fn an_unknown_token_is_placed() {
    let model = ibert();
    let vocab = model.config.vocab;
    for id in [vocab as u32, u32::MAX] {
        let refused = refusal(&model, Sequence::new(vec![0, vocab as u32 - 1, id, 2]));
        assert_eq!(refused, EncodeError::UnknownToken { index: 2, id, vocab });
    }
}

#[test]
fn an_unknown_token_type_is_placed() {
    let model = ibert();
    let token_types = model.config.token_types;
    let token_type = token_types as u32;
    let sequence = Sequence { token_types: vec![0, token_type], ..Sequence::new(vec![3, 4]) };
    assert_eq!(refusal(&model, sequence), EncodeError::UnknownTokenType { index: 1, token_type, token_types });
}

#[test]
fn token_types_and_mask_are_as_long_as_the_tokens() {
    let model = ibert();
    let sequence = Sequence { token_types: vec![0; 3], ..Sequence::new(vec![3, 4]) };
    assert_eq!(refusal(&model, sequence), EncodeError::Length { name: "token_types", found: 3, tokens: 2 });
    let sequence = Sequence { mask: vec![true], ..Sequence::new(vec![3, 4]) };
    assert_eq!(refusal(&model, sequence), EncodeError::Length { name: "mask", found: 1, tokens: 2 });
}

#[test]
fn a_mask_that_keeps_nothing_is_refused_with_the_layer() {
    let sequence = Sequence { mask: vec![false; 2], ..Sequence::new(vec![3, 4]) };
    let refused = refusal(&ibert(), sequence);
    assert_eq!(refused, EncodeError::Op { layer: Some(0), source: OpError::NothingToAttend });
    assert!(refused.to_string().starts_with("layer 0: "), "{refused}");
}

/// What is masked cannot be seen: other tokens behind the mask change nothing in front of it.
#[test]
fn masked_tokens_do_not_touch_the_others() {
    let model = beyond_the_paper();
    let run = |tail: u32| {
        let mask = vec![true, true, true, false, false];
        Encoder::new(&model).run(&Sequence { mask, ..Sequence::new(vec![5, 6, 7, tail, tail]) }).unwrap()
    };
    let (one, other) = (run(8), run(30));
    let kept = 3 * one.channels;
    assert_eq!(one.values[..kept], other.values[..kept]);
    assert_ne!(one.values[kept..], other.values[kept..]);
    // ... and padding computes what the shorter sequence computes.
    let short = Encoder::new(&model).run(&Sequence::new(vec![5, 6, 7])).unwrap();
    assert_eq!(short.values, one.values[..kept]);
}
