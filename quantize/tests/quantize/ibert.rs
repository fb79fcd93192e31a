//! Import of an I-BERT checkpoint against Hugging Face's own integers (`transformers` 4.30.2 run in float64).

use ibert_test_support::{checkpoints as fixture_checkpoint, hugging_face};

use std::collections::BTreeMap;
use std::path::Path;

use fixture_checkpoint::{Draft, Tensors, committed, float_bytes, read_tensors};
use hugging_face::{golden_tensor, widen};
use ibert_golden::encoder::{Encoder, Recording, Sequence};
use ibert_golden::model::IntegerModel;
use ibert_quantize::checkpoint::{Checkpoint, CheckpointError};
use ibert_quantize::text::Tokens;
use ibert_quantize::{QuantizeError, Recipe, Silent, quantize};
use serde_json::json;

fn import(folder: &Path) -> Result<IntegerModel, Box<QuantizeError>> {
    let checkpoint = Checkpoint::open(folder).unwrap();
    assert!(!checkpoint.needs_calibration());
    Ok(quantize(&checkpoint, &[], &Recipe::default(), &mut Silent)?.0)
}

#[test]
fn every_stage_of_a_padded_batch_equals_hugging_face() {
    let model = import(&committed("ibert_tiny")).unwrap();
    let expected: Tensors = read_tensors(&committed("ibert_tiny").join("expected.safetensors"));
    let (ids, mask) = (widen(&expected["ids"]), widen(&expected["mask"]));
    let tokens = expected["ids"].1[1];
    assert!(mask.contains(&0), "the second row is padded");
    let stages: BTreeMap<&str, Vec<i64>> =
        expected.iter().filter_map(|(name, tensor)| Some((name.strip_prefix("stage.")?, widen(tensor)))).collect();
    assert_eq!(stages.len(), 4 + 2 * 24, "embeddings and two layers");
    for (row, (ids, mask)) in ids.chunks_exact(tokens).zip(mask.chunks_exact(tokens)).enumerate() {
        let sequence = Sequence {
            mask: mask.iter().map(|m| *m == 1).collect(),
            ..Sequence::new(ids.iter().map(|id| *id as u32).collect())
        };
        let mut recording = Recording::default();
        Encoder::new(&model).run_observed(&sequence, &mut recording).unwrap();
        for (stage, expected) in &stages {
            let got = &recording.tensors[&golden_tensor(stage)].values;
            let expected = &expected[row * expected.len() / 2..][..expected.len() / 2];
            // int8 storage of probabilities: the file keeps the low byte.
            let low_byte = stage.ends_with("attention.self.softmax");
            let same = |(got, want): (&i64, &i64)| if low_byte { got & 0xff == want & 0xff } else { got == want };
            assert_eq!(got.len(), expected.len(), "{stage}");
            let different = got.iter().zip(expected).filter(|pair| !same(*pair)).count();
            assert_eq!(different, 0, "{stage}, row {row}");
        }
    }
}

#[test]
fn an_import_reports_on_the_texts_it_is_given() {
    let checkpoint = Checkpoint::open(&committed("ibert_tiny")).unwrap();
    let texts = [Tokens::single(vec![5, 9, 33]), Tokens::single(vec![7])];
    let (_, report) = quantize(&checkpoint, &texts, &Recipe::default(), &mut Silent).unwrap();
    assert_eq!(report.layers.len(), 3);
    assert_eq!(report.layers[1].tensors["attention.query"].values, 4 * 128);
    assert!(report.widths["ffn.gelu"] > 16);
}

#[test]
fn an_import_is_deterministic_and_survives_its_file() {
    let bytes = import(&committed("ibert_tiny")).unwrap().to_bytes().unwrap();
    assert_eq!(bytes, import(&committed("ibert_tiny")).unwrap().to_bytes().unwrap());
    assert_eq!(IntegerModel::from_bytes(&bytes).unwrap(), import(&committed("ibert_tiny")).unwrap());
}

fn set(draft: &Draft, tensor: &str, value: f32) {
    draft.edit(|tensors| tensors.get_mut(tensor).unwrap().2 = float_bytes(&[value]));
}

#[test]
fn untrained_ranges_and_impossible_shifts_are_refused() {
    let module = "ibert.encoder.layer.1.pre_output_act";
    let draft = Draft::of("ibert_tiny");
    set(&draft, &format!("{module}.x_min"), -1e-5);
    set(&draft, &format!("{module}.x_max"), 1e-5);
    let error = import(draft.path()).unwrap_err();
    assert!(matches!(&*error, QuantizeError::UntrainedRange { module: named, .. } if named == module), "{error}");

    for shift in [-1.0, 2.5, 23.0] {
        let draft = Draft::of("ibert_tiny");
        set(&draft, "ibert.encoder.layer.0.output.LayerNorm.shift", shift);
        let error = import(draft.path()).unwrap_err();
        assert!(matches!(&*error, QuantizeError::Shift { value, .. } if *value == shift), "{error}");
    }

    let draft = Draft::of("ibert_tiny");
    draft.edit(|tensors| drop(tensors.remove("ibert.embeddings.output_activation.x_max")));
    let error = import(draft.path()).unwrap_err();
    assert!(matches!(&*error, QuantizeError::Checkpoint(CheckpointError::MissingTensor { .. })), "{error}");
}

/// A score scale that is too fine for i-exp's constants must not reach the hardware.
#[test]
fn constants_beyond_the_hardwares_widths_are_refused_by_name() {
    let draft = Draft::of("ibert_tiny");
    for side in ["x_min", "x_max"] {
        set(&draft, &format!("ibert.encoder.layer.1.attention.self.query_activation.{side}"), 1e-3);
    }
    let error = import(draft.path()).unwrap_err();
    let text = error.to_string();
    assert!(matches!(*error, QuantizeError::Model(_)) && text.contains("layer.1.attention.softmax.x0"), "{text}");
}

/// Without `quant_mode` the same folder is a RoBERTa that is quantized after training.
#[test]
fn an_unquantized_ibert_needs_calibration() {
    let draft = Draft::of("ibert_tiny");
    draft.configure("quant_mode", Some(json!(false)));
    let checkpoint = Checkpoint::open(draft.path()).unwrap();
    assert!(checkpoint.needs_calibration());
    let error = quantize(&checkpoint, &[], &Recipe::default(), &mut Silent).unwrap_err();
    assert!(matches!(error, QuantizeError::NoTexts));
}
