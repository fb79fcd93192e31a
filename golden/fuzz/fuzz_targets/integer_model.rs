//! Any bytes as an integer model: read or refused, never a panic; what is read runs, and survives being written.
#![no_main]

use ibert_golden::{
    encoder::{EncodeError, Encoder, Recording, Sequence},
    model::IntegerModel,
    ops::OpError,
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
    match encoder.run_observed(&sequence, &mut recording) {
        // Observing changes nothing.
        Ok(hidden) => assert_eq!(encoder.run(&sequence).expect("it ran before"), hidden),
        // The one refusal that a valid model leaves: exponentials too small for 16 bits.
        Err(EncodeError::Op { source: OpError::Operand { op: "softmax", .. }, .. }) => {}
        Err(refused) => panic!("a valid model refuses a valid sequence: {refused}"),
    }
});
