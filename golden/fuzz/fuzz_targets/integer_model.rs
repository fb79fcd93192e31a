//! Any bytes as an integer model: read or refused, never a panic; what is read runs, and survives being written.
#![no_main]

use ibert_golden::{
    encoder::{Encoder, Recording, Sequence},
    model::IntegerModel,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(model) = IntegerModel::from_bytes(bytes) else { return };
    let again = model.to_bytes().expect("what was read can be written");
    assert!(IntegerModel::from_bytes(&again).expect("what was written can be read") == model);

    let config = &model.config;
    let tokens = config.max_tokens().min(3) as u32;
    let sequence = Sequence::new((0..tokens).map(|id| id % config.vocab as u32).collect());
    let (encoder, mut recording) = (Encoder::new(&model), Recording::default());
    let hidden = encoder.run_observed(&sequence, &mut recording).expect("a valid model encodes a valid sequence");
    assert_eq!(encoder.run(&sequence), Ok(hidden), "observing changes something");
});
