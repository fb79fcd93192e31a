//! Post-training quantization of small random encoders, in every detail.

use ibert_test_support::checkpoints as fixture_checkpoint;

use fixture_checkpoint::{Draft, committed, float_bytes, floats};
use ibert_golden::encoder::{Encoder, Sequence};
use ibert_golden::model::IntegerModel;
use ibert_quantize::checkpoint::Checkpoint;
use ibert_quantize::text::Tokens;
use ibert_quantize::{QuantizeError, Recipe, Report, Silent, layer_errors, quantize};
use std::path::Path;

/// Sequences that use every row of the tables of the small encoders.
fn sequences(checkpoint: &Checkpoint) -> Vec<Tokens> {
    let (vocabulary, longest) = (checkpoint.config.vocabulary as u32, checkpoint.config.max_tokens());
    (0..24u32)
        .map(|start| Tokens::single((0..longest as u32).map(|i| 2 + (start * 7 + i * 5) % (vocabulary - 2)).collect()))
        .collect()
}

fn quantized(folder: &Path) -> Result<(IntegerModel, Report), Box<QuantizeError>> {
    let checkpoint = Checkpoint::open(folder).map_err(|error| Box::new(error.into()))?;
    Ok(quantize(&checkpoint, &sequences(&checkpoint), &Recipe::default(), &mut Silent)?)
}

#[test]
fn small_encoders_stay_close_to_fp32_in_every_tensor() {
    for name in ["bert_tiny", "roberta_tiny"] {
        let (model, report) = quantized(&committed(name)).unwrap();
        assert_eq!(report.layers.len(), 1 + model.layers.len(), "{name}");
        for layer in &report.layers {
            for (tensor, entry) in layer.tensors.iter().filter(|(_, entry)| entry.relative_error.is_some()) {
                let error = entry.relative_error.unwrap();
                assert!(error > 0.0 && error < 0.08, "{name} {} {tensor}: {error}", layer.name);
            }
        }
        let clipped = report.saturation.keys().any(|tensor| !["ffn.activation"].contains(&tensor.as_str()));
        assert!(!clipped, "{name}: {:?}", report.saturation);
        assert!(report.widths["attention.norm_input"] > 12 && report.widths["attention.norm_input"] <= 18, "{name}");
    }
}

#[test]
fn the_model_does_not_depend_on_the_number_of_threads() {
    let of = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| quantized(&committed("bert_tiny")).unwrap().0.to_bytes().unwrap())
    };
    assert!(of(1) == of(3));
}

#[test]
fn no_text_is_an_error() {
    let checkpoint = Checkpoint::open(&committed("bert_tiny")).unwrap();
    let refused = quantize(&checkpoint, &[], &Recipe::default(), &mut Silent);
    assert!(matches!(refused, Err(QuantizeError::NoTexts)));
}

/// The report knows the centers of the streams, `layer_errors` finds them in the biases.
#[test]
fn errors_behind_layers_are_those_of_the_report() {
    for (name, tensor) in
        [("bert_tiny", "ffn.residual"), ("roberta_tiny", "ffn.residual"), ("ibert_tiny", "ffn.hidden")]
    {
        let checkpoint = Checkpoint::open(&committed(name)).unwrap();
        let tokens = Tokens::single((2..14).collect());
        let (model, report) =
            quantize(&checkpoint, std::slice::from_ref(&tokens), &Recipe::default(), &mut Silent).unwrap();
        let (weights, sequence) = (checkpoint.weights().unwrap(), Sequence::new(tokens.ids.clone()));
        let errors = layer_errors(&model, &checkpoint.config, &weights, &sequence, 2).unwrap();
        assert_eq!(
            errors.iter().map(|error| error.name.as_str()).collect::<Vec<_>>(),
            ["embeddings", "layer.0", "layer.1"]
        );
        for (error, layer) in errors.iter().zip(&report.layers).skip(1) {
            let expected = layer.tensors[tensor].relative_error.unwrap();
            assert!((error.relative_error / expected - 1.0).abs() < 1e-3, "{name} {error:?}, expected {expected}");
            // Vectors of nearly the same length at an angle: the error is at least its sine.
            let sine = (1.0 - error.cosine * error.cosine).sqrt();
            assert!(sine > 0.0 && sine <= error.relative_error * (1.0 + 1e-6), "{name} {error:?}");
        }
        assert!(
            errors[0].relative_error > 0.0 && errors[0].relative_error < errors[2].relative_error,
            "{name} {errors:?}"
        );
        let first = layer_errors(&model, &checkpoint.config, &weights, &sequence, 1).unwrap();
        assert_eq!(first, errors[..2]);
    }
    let (model, _) = quantized(&committed("bert_tiny")).unwrap();
    let other = Checkpoint::open(&committed("ibert_tiny")).unwrap();
    let refused = layer_errors(&model, &other.config, &other.weights().unwrap(), &Sequence::new(vec![2]), 2);
    assert!(refused.unwrap_err().to_string().starts_with("the checkpoint has 128 channels, the model 24"));
}

/// A bias that no int32 at the accumulator's scale holds.
#[test]
fn constants_beyond_the_hardwares_widths_are_refused_by_name() {
    let draft = Draft::of("bert_tiny");
    draft.edit(|tensors| {
        let name = tensors.keys().find(|name| name.ends_with("layer.1.intermediate.dense.bias")).unwrap().clone();
        let (_, _, bytes) = tensors.get_mut(&name).unwrap();
        let mut values = floats(bytes);
        values[3] = 1e12;
        *bytes = float_bytes(&values);
    });
    let message = quantized(draft.path()).unwrap_err().to_string();
    assert!(message.contains("layer.1.ffn.inner") && message.contains("channel 3"), "{message}");
}

/// The file holds everything: a model that was written and read again computes the same.
#[test]
fn a_quantized_model_survives_its_file() {
    let (model, _) = quantized(&committed("roberta_tiny")).unwrap();
    let read = IntegerModel::from_bytes(&model.to_bytes().unwrap()).unwrap();
    assert_eq!(read, model);
    let sequence = Sequence::new(vec![5, 6, 7]);
    assert_eq!(Encoder::new(&read).run(&sequence).unwrap(), Encoder::new(&model).run(&sequence).unwrap());
}
