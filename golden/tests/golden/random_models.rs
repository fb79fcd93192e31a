//! Random models are valid, deterministic, and alive: activations fill their ranges on every path.

use ibert_golden::{
    encoder::{Block, Encoder, Recording, Role, Sequence},
    model::{IntegerModel, ModelConfig, Preset, SoftmaxForm},
};

fn observe(model: &IntegerModel, tokens: u32) -> Recording {
    let ids = (0..tokens).map(|i| 3 + i * 7 % (model.config.vocab as u32 - 3)).collect();
    let mut recording = Recording::default();
    let hidden = Encoder::new(model).run_observed(&Sequence::new(ids), &mut recording).unwrap();
    assert_eq!(hidden.saturated_variances, 0);
    recording
}

/// Share of the values that lie at the limits of int8, and their standard deviation.
fn spread(values: &[i64]) -> (f64, f64) {
    let n = values.len() as f64;
    let saturated = values.iter().filter(|&&v| v == 127 || v == -128).count() as f64 / n;
    let mean = values.iter().sum::<i64>() as f64 / n;
    (saturated, (values.iter().map(|&v| (v as f64 - mean).powi(2)).sum::<f64>() / n).sqrt())
}

fn i_bert(config: ModelConfig) -> ModelConfig {
    ModelConfig { residual_bits: 8, embedding_bits: 8, chained_requant: true, softmax: SoftmaxForm::Paper, ..config }
}

#[test]
fn every_int8_tensor_fills_its_range_and_saturates_somewhere() {
    for config in [Preset::Tiny.config(), i_bert(Preset::Tiny.config()), i_bert(Preset::MiniLm.config())] {
        let config = ModelConfig { layers: 2, vocab: 200, ..config };
        let model = IntegerModel::random(config, 7).unwrap();
        let recording = observe(&model, 40);
        let mut saturated = 0.0;
        for (id, tensor) in &recording.tensors {
            use Role::{Activation, Context, Hidden, Input, Key, Query, Value};
            if matches!(id.role, Query | Key | Value | Context | Hidden | Activation | Input) {
                let (at_limit, deviation) = spread(&tensor.values);
                assert!((12.0..68.0).contains(&deviation), "{id}: deviation {deviation}");
                assert!(at_limit < 0.2, "{id}: {at_limit} saturated");
                saturated += at_limit;
            }
        }
        assert!(saturated > 0.0, "no tensor saturates");
    }
}

#[test]
fn softmax_rows_are_neither_flat_nor_one_hot() {
    let model = IntegerModel::random(i_bert(Preset::Tiny.config()), 1).unwrap();
    let recording = observe(&model, 32);
    let p = &recording.tensors[&Block::Attention(1).tensor(Role::Probabilities)];
    let largest: Vec<i64> = p.values.chunks(32).map(|row| *row.iter().max().unwrap()).collect();
    assert!(largest.iter().any(|&p| p > 64), "flat: {largest:?}");
    assert!(largest.iter().any(|&p| p < 200), "one-hot: {largest:?}");
}

#[test]
fn a_seed_names_one_model() {
    let bytes = |seed| IntegerModel::random(Preset::Tiny.config(), seed).unwrap().to_bytes().unwrap();
    assert_eq!(bytes(3), bytes(3));
    assert_ne!(bytes(3), bytes(4));
}

#[test]
fn every_preset_meets_the_widths_and_has_its_name() {
    for preset in Preset::ALL {
        assert_eq!(preset.name().parse(), Ok(preset));
        // One layer and a short vocabulary have the same constants as the whole.
        let config = ModelConfig { layers: 1, vocab: 100, ..preset.config() };
        IntegerModel::random(config, 5).unwrap();
    }
    assert!("bert-huge".parse::<Preset>().is_err());
}
