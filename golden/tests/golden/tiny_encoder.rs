//! A whole 2-layer encoder against a reference that runs Hugging Face's quant modules in float64: a padded batch of
//! two sequences, every stage, 0 values differ.

use ibert_golden::vectors::TinyEncoder;
use std::collections::BTreeMap;

use ibert_golden::{
    encoder::{Encoder, Recording, TensorId},
    model::IntegerModel,
};

/// The reference's stages and the encoder's names for them.
const EMBEDDING_STAGES: [(&str, &str); 4] = [
    ("embeddings.embeddings_act1", "embeddings.word_type"),
    ("embeddings.embeddings_act1#1", "embeddings.sum"),
    ("embeddings.LayerNorm", "embeddings.norm"),
    ("embeddings.output_activation", "embeddings.hidden"),
];
const LAYER_STAGES: [(&str, &str); 22] = [
    ("attention.self.query", "attention.query_acc"),
    ("attention.self.query_activation", "attention.query"),
    ("attention.self.key", "attention.key_acc"),
    ("attention.self.key_activation", "attention.key"),
    ("attention.self.value", "attention.value_acc"),
    ("attention.self.value_activation", "attention.value"),
    ("attention.self.scores", "attention.scores"),
    ("attention.self.softmax.act", "attention.exp"),
    ("attention.self.softmax", "attention.probabilities"),
    ("attention.self.context_acc", "attention.context_acc"),
    ("attention.self.output_activation", "attention.context"),
    ("attention.output.dense", "attention.output_acc"),
    ("attention.output.ln_input_act", "attention.norm_input"),
    ("attention.output.LayerNorm", "attention.norm"),
    ("attention.output.output_activation", "attention.hidden"),
    ("pre_intermediate_act", "ffn.input"),
    ("intermediate.dense", "ffn.inner_acc"),
    ("intermediate.intermediate_act_fn", "ffn.gelu"),
    ("intermediate.output_activation", "ffn.activation"),
    ("pre_output_act", "ffn.rescaled"),
    ("output.dense", "ffn.output_acc"),
    ("output.ln_input_act", "ffn.norm_input"),
];
const LAST_STAGES: [(&str, &str); 2] = [("output.LayerNorm", "ffn.norm"), ("output.output_activation", "ffn.hidden")];

#[test]
fn every_stage_equals_the_reference() {
    let reference = TinyEncoder::read();
    let model = reference.model();
    let encoder = Encoder::new(&model);

    let mut stages: BTreeMap<String, String> =
        EMBEDDING_STAGES.iter().map(|&(hf, ours)| (hf.to_owned(), ours.to_owned())).collect();
    for layer in 0..model.config.layers {
        for (hf, ours) in LAYER_STAGES.iter().chain(&LAST_STAGES) {
            stages.insert(format!("encoder.layer.{layer}.{hf}"), format!("layer.{layer}.{ours}"));
        }
    }
    let in_reference = reference.tensors.keys().filter_map(|name| name.strip_prefix("stage."));
    assert!(in_reference.eq(stages.keys()), "the reference has other stages than the test compares");

    let sequences = reference.sequences();
    let mut compared = 0;
    for (row, sequence) in sequences.iter().enumerate() {
        let mut recording = Recording::default();
        encoder.run_observed(sequence, &mut recording).unwrap();
        for (hf, ours) in &stages {
            let all = &reference.tensors[&format!("stage.{hf}")];
            let expected = all.chunks_exact(all.len() / sequences.len()).nth(row).unwrap();
            let got = &recording.tensors[&ours.parse::<TensorId>().unwrap()];
            assert_eq!(expected.len(), got.values.len(), "{ours}");
            if let Some(at) = (0..expected.len()).find(|&i| expected[i] != got.values[i]) {
                let (index, expected, got) = (got.index_of(at), expected[at], got.values[at]);
                panic!("sequence {row}, {ours}{index:?} ({hf}): expected {expected}, got {got}");
            }
            compared += expected.len();
        }
    }
    println!("{} stages, {compared} values, 0 differ", stages.len());
    assert_eq!(stages.len(), 52);
}

#[test]
fn observing_changes_nothing_and_the_file_keeps_everything() {
    let reference = TinyEncoder::read();
    let model = reference.model();
    let read = IntegerModel::from_bytes(&model.to_bytes().unwrap()).unwrap();
    assert_eq!(read, model);
    let last = &reference.tensors["stage.encoder.layer.1.output.output_activation"];
    for (row, sequence) in reference.sequences().iter().enumerate() {
        let hidden = Encoder::new(&read).run(sequence).unwrap();
        let expected = last.chunks_exact(last.len() / 2).nth(row).unwrap();
        assert!(hidden.values.iter().map(|&v| i64::from(v)).eq(expected.iter().copied()));
    }
}
