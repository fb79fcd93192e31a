//! Encoders of which Hugging Face's integers are known, stage by stage, without the golden encoder in between.

use super::fixture_checkpoint::{committed, read_tensors};
use super::hugging_face::{golden_tensor, widen};
use super::{accelerator, compiled};
use ibert_compile::scoreboard::Scoreboard;
use ibert_cosim::accelerator::RunOptions;
use ibert_golden::Tensor;
use ibert_golden::encoder::{Encoder, Recording, Sequence};
use ibert_golden::model::IntegerModel;
use ibert_golden::vectors::TinyEncoder;
use ibert_isa::{SMALL, TINY};
use ibert_quantize::checkpoint::Checkpoint;
use ibert_quantize::{Recipe, Silent, quantize};
use std::collections::BTreeMap;

/// Runs a sequence and compares all that the engines write with `stages`; values compared.
fn equal(model: &IntegerModel, sequence: &Sequence, stages: &BTreeMap<String, Vec<i64>>) -> usize {
    // Shapes, and what an 8-bit residual is called, which Hugging Face has no module for: from the golden encoder; no
    // values.
    let mut recording = Recording::default();
    Encoder::new(model).run_observed(sequence, &mut recording).unwrap();
    let mut values = 0;
    for configuration in [TINY, SMALL] {
        let compiled = compiled(model, configuration, sequence);
        let expected = stages.iter().map(|(stage, values)| {
            let tensor = golden_tensor(stage);
            let shape = recording.tensors[&tensor].shape.clone();
            assert_eq!(shape.iter().product::<usize>(), values.len(), "{stage}");
            (tensor, Tensor { shape, values: values.clone() })
        });
        let mut scoreboard = Scoreboard::with(model, &compiled, expected.collect());
        accelerator(compiled.configuration).run(&compiled, &RunOptions::default(), &mut scoreboard).unwrap();
        if let Some(first) = &scoreboard.first {
            panic!("{first}");
        }
        assert_eq!(scoreboard.different(), 0, "{:?}", scoreboard.tensors);
        // Every kind of value that an engine writes: sums, operands, probabilities, LayerNorm inputs and results, of
        // both layers.
        assert_eq!(scoreboard.tensors.len(), 2 * 20, "{:?}", scoreboard.tensors.keys());
        values += scoreboard.values();
    }
    values
}

/// One sequence's part of the stages of a batch.
fn part(stages: &BTreeMap<String, Vec<i64>>, row: usize, rows: usize) -> BTreeMap<String, Vec<i64>> {
    let part = |values: &Vec<i64>| values.chunks_exact(values.len() / rows).nth(row).unwrap().to_vec();
    stages.iter().map(|(stage, values)| (stage.clone(), part(values))).collect()
}

#[test]
fn every_stage_of_an_imported_checkpoint_equals_hugging_face() {
    let folder = committed("ibert_tiny");
    let model = quantize(&Checkpoint::open(&folder).unwrap(), &[], &Recipe::default(), &mut Silent).unwrap().0;
    let tensors = read_tensors(&folder.join("expected.safetensors"));
    let mut stages = BTreeMap::new();
    for (name, tensor) in &tensors {
        if let Some(stage) = name.strip_prefix("stage.") {
            // Probabilities are stored as the low byte.
            let unsigned = stage.ends_with("attention.self.softmax");
            let values = widen(tensor).into_iter().map(|value| if unsigned { value & 0xff } else { value });
            stages.insert(stage.to_owned(), values.collect());
        }
    }
    let (ids, mask, tokens) = (widen(&tensors["ids"]), widen(&tensors["mask"]), tensors["ids"].1[1]);
    let rows = ids.len() / tokens;
    for (row, (ids, mask)) in ids.chunks_exact(tokens).zip(mask.chunks_exact(tokens)).enumerate() {
        let sequence = Sequence {
            mask: mask.iter().map(|m| *m == 1).collect(),
            ..Sequence::new(ids.iter().map(|id| *id as u32).collect())
        };
        let values = equal(&model, &sequence, &part(&stages, row, rows));
        println!("row {row}: {values} values, 0 differ");
    }
}

#[test]
fn every_stage_of_the_reference_encoder_equals_hugging_face() {
    let reference = TinyEncoder::read();
    let model = reference.model();
    let stages = reference
        .tensors
        .iter()
        .filter_map(|(name, values)| Some((name.strip_prefix("stage.")?.to_owned(), values.clone())));
    let stages: BTreeMap<String, Vec<i64>> = stages.collect();
    let sequences = reference.sequences();
    for (row, sequence) in sequences.iter().enumerate() {
        let values = equal(&model, sequence, &part(&stages, row, sequences.len()));
        println!("row {row}: {values} values, 0 differ");
    }
}
