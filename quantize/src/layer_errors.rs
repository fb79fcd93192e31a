//! [`layer_errors`]: error of the hidden state after each layer against fp32.

use std::collections::BTreeMap;

use ibert_golden::encoder::{self, Block, Observer, Role, Sequence, TensorId};
use ibert_golden::model::{IntegerModel, Norm};
use schemars::JsonSchema;
use serde::Serialize;

use super::QuantizeError;
use super::checkpoint::{EncoderConfig, EncoderWeights, LayerNormWeights};
use super::reference::{FloatEncoder, Matrix, Tap};
use crate::text::{Tokens, cosine};

/// Error of the hidden state after the embeddings or a layer: integers against fp32.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LayerError {
    /// `embeddings`, `layer.0`, `layer.1`, …
    pub name: String,
    /// `‖integer − fp32‖ / ‖fp32‖` over all tokens and channels.
    pub relative_error: f64,
    /// Cosine of the angle between the two, as vectors of all tokens and channels.
    pub cosine: f64,
}

/// Runs a sequence through the golden encoder and through the checkpoint that the model was made of, and compares the
/// hidden states after the embeddings and after each of the first `layers` layers.
///
/// An integer stands for `scale · q + beta − bias`, with the LayerNorm's `beta` of the checkpoint and `bias` of the
/// model: quantization after training centers what goes from layer to layer, and takes the center out of the bias.
///
/// # Errors
/// [`QuantizeError`], also if the checkpoint is of another shape.
pub fn layer_errors(
    model: &IntegerModel,
    config: &EncoderConfig,
    weights: &EncoderWeights,
    sequence: &Sequence,
    layers: usize,
) -> Result<Vec<LayerError>, QuantizeError> {
    same_shape(model, config)?;
    let mut integers = Streams::default();
    encoder::Encoder::new(model).run_observed(sequence, &mut integers)?;
    let mut fp32: BTreeMap<Option<usize>, Matrix> = BTreeMap::new();
    let mut keep = |layer: usize, tap: Tap, tensor: &Matrix| match tap {
        Tap::Embeddings => drop(fp32.insert(None, tensor.clone())),
        Tap::OutputNorm => drop(fp32.insert(Some(layer), tensor.clone())),
        _ => {}
    };
    let mask = if sequence.mask.is_empty() { vec![true; sequence.ids.len()] } else { sequence.mask.clone() };
    let type_ids =
        if sequence.token_types.is_empty() { vec![0; sequence.ids.len()] } else { sequence.token_types.clone() };
    let tokens = Tokens { ids: sequence.ids.clone(), type_ids };
    FloatEncoder::new(config.clone(), weights).forward(&tokens, &mask, &mut keep)?;

    let embeddings = (None, &model.embeddings.norm, &weights.embeddings.norm);
    let layers = model.layers.iter().zip(&weights.layers).take(layers).enumerate();
    let layers = layers.map(|(index, (layer, weights))| (Some(index), &layer.ffn.norm, &weights.output_norm));
    let errors = std::iter::once(embeddings).chain(layers).filter_map(|(layer, norm, weights)| {
        let (integers, fp32) = (integers.0.get(&layer)?, fp32.get(&layer)?);
        let name = layer.map_or("embeddings".into(), |layer| format!("layer.{layer}"));
        Some(error(name, &read(integers, norm, weights), &fp32.data))
    });
    Ok(errors.collect())
}

/// The residual streams, by layer; none for the embeddings.
#[derive(Default)]
struct Streams(BTreeMap<Option<usize>, Vec<i64>>);

impl Observer for Streams {
    fn tensor<T: Copy + Into<i64>>(&mut self, id: TensorId, _: &[usize], values: &[T]) {
        // A residual of its own comes after the operand, which is the residual where there is none.
        if !matches!(id.block, Block::Attention(_)) && matches!(id.role, Role::Hidden | Role::Residual) {
            self.0.insert(id.layer(), values.iter().map(|value| (*value).into()).collect());
        }
    }
}

/// Real values of the integers after a LayerNorm.
fn read(integers: &[i64], norm: &Norm, weights: &LayerNormWeights) -> Vec<f32> {
    let requantization = norm.residual.as_ref().unwrap_or(&norm.output);
    let channels: Vec<(f64, f64)> = (0..norm.bias.len())
        .map(|channel| {
            let scale = requantization.scale(channel);
            let bias = norm.bias[channel] as f64 * requantization.constant(channel).to_f64() * scale;
            (scale, f64::from(weights.beta[channel]) - bias)
        })
        .collect();
    let real = |(integer, (scale, center)): (&i64, &(f64, f64))| (*integer as f64 * scale + center) as f32;
    integers.iter().zip(channels.iter().cycle()).map(real).collect()
}

fn error(name: String, integer: &[f32], fp32: &[f32]) -> LayerError {
    let square = |value: f64| value * value;
    let norm: f64 = fp32.iter().map(|real| square(f64::from(*real))).sum();
    let off: f64 = integer.iter().zip(fp32).map(|(read, real)| square(f64::from(*read) - f64::from(*real))).sum();
    LayerError { name, relative_error: (off / norm).sqrt(), cosine: cosine(integer, fp32) }
}

fn same_shape(model: &IntegerModel, checkpoint: &EncoderConfig) -> Result<(), QuantizeError> {
    let model = &model.config;
    let sizes = [
        ("channels", checkpoint.hidden, model.hidden),
        ("layers", checkpoint.layers, model.layers),
        ("heads", checkpoint.heads, model.heads),
        ("channels in the feed-forward block", checkpoint.intermediate, model.ffn),
        ("words", checkpoint.vocabulary, model.vocab),
        ("positions", checkpoint.positions, model.positions),
    ];
    match sizes.into_iter().find(|(_, checkpoint, model)| checkpoint != model) {
        Some((what, checkpoint, model)) => Err(QuantizeError::OtherShape { what, checkpoint, model }),
        None => Ok(()),
    }
}
