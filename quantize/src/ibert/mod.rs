//! Exact import of an I-BERT checkpoint: its trained ranges become scales, nothing is calibrated.
//!
//! What Hugging Face's I-BERT computes in floating point with integers at heart, the integer model computes in integers
//! (docs/numerics.md, "Operators"). Where Hugging Face hands every layer the scale of the embeddings, each layer gets
//! its own input scale.

mod ranges;

use ibert_golden::encoder::{Block, Role};
use ibert_golden::model::{
    Attention, Embeddings, FeedForward, IntegerModel, Layer, Linear, ModelParts, Norm, Projection, Requantization,
    ResidualRequantization, Softmax, Table,
};
use ibert_golden::ops::{
    Dyadic, GELU_SHIFT, GeluConstants, OpError, SoftmaxConstants, SymmetricScale, VarianceShift, Width,
    gelu_output_scale, layernorm_bias, layernorm_output_scale, linear_bias, quantize_f32,
};

use self::ranges::Ranges;
use super::QuantizeError;
use super::checkpoint::{Checkpoint, EncoderWeights, LayerNormWeights, LayerWeights, LinearWeights};
use super::ptq::model_config;
use super::reference::Tap;
use super::report::Reading;

/// Scale of the 8-bit probabilities.
const PROBABILITY_SCALE: f64 = 1.0 / 256.0;

/// Imports `checkpoint`.
pub(super) fn import(checkpoint: &Checkpoint, weights: &EncoderWeights) -> Result<IntegerModel, QuantizeError> {
    let ranges = Ranges::new(checkpoint)?;
    let input = ranges.activation("embeddings.output_activation", Width::INT8)?;
    let embeddings = embeddings(weights, &ranges, input)?;
    let mut layers = Vec::new();
    let mut stream = input;
    for (index, weights) in weights.layers.iter().enumerate() {
        let place = format!("layer {index}");
        let scales = LayerScales::read(&ranges, index)?;
        let shifts = [
            ranges.shift(&format!("encoder.layer.{index}.attention.output.LayerNorm"))?,
            ranges.shift(&format!("encoder.layer.{index}.output.LayerNorm"))?,
        ];
        let layer = layer(weights, &scales, stream, shifts, checkpoint.config.head_dim());
        layers.push(layer.map_err(|source| QuantizeError::Constants { place, source })?);
        stream = scales.output;
    }
    let config = model_config(checkpoint, 8, true);
    let tokenizer = checkpoint.tokenizer_definition().map(<[u8]>::to_vec);
    Ok(IntegerModel::new(ModelParts { config, embeddings, layers, tokenizer })?)
}

/// How the integers of an imported model are read: every tensor is symmetric and has one scale.
pub(super) fn readings(model: &IntegerModel) -> Vec<Reading> {
    let reading = |tensor, tap, requantization: &Requantization| Reading {
        tensor,
        tap,
        scale: requantization.scale.clone(),
        zero_point: 0,
        center: Vec::new(),
    };
    let mut readings = vec![
        reading(Block::Embeddings.tensor(Role::Sum), Tap::EmbeddingSum, &model.embeddings.sum.main),
        reading(Block::Embeddings.tensor(Role::Hidden), Tap::Embeddings, &model.embeddings.norm.output),
    ];
    for (index, Layer { attention, ffn }) in model.layers.iter().enumerate() {
        let (attend, feed) = (Block::Attention(index), Block::FeedForward(index));
        let layer = [
            (attend.tensor(Role::Query), Tap::Query, &attention.query.output),
            (attend.tensor(Role::Key), Tap::Key, &attention.key.output),
            (attend.tensor(Role::Value), Tap::Value, &attention.value.output),
            (attend.tensor(Role::Context), Tap::Context, &attention.context),
            (attend.tensor(Role::NormInput), Tap::AttentionSum, &attention.norm_input.main),
            (attend.tensor(Role::Hidden), Tap::AttentionNorm, &attention.norm.output),
            (feed.tensor(Role::Activation), Tap::Gelu, &ffn.activation),
            (feed.tensor(Role::NormInput), Tap::OutputSum, &ffn.norm_input.main),
            (feed.tensor(Role::Hidden), Tap::OutputNorm, &ffn.norm.output),
        ];
        readings.extend(layer.map(|(tensor, tap, to)| reading(tensor, tap, to)));
    }
    readings
}

/// The trained activation scales of one layer, in order of execution.
struct LayerScales {
    query: f64,
    key: f64,
    value: f64,
    /// Of the 16-bit exponential.
    exponential: f64,
    context: f64,
    attention_sum: f64,
    attention: f64,
    /// After `pre_intermediate_act`.
    middle: f64,
    activation: f64,
    /// After `pre_output_act`.
    rescaled: f64,
    output_sum: f64,
    output: f64,
}

impl LayerScales {
    fn read(ranges: &Ranges<'_>, index: usize) -> Result<Self, QuantizeError> {
        let scale = |module: &str, width| ranges.activation(&format!("encoder.layer.{index}.{module}"), width);
        Ok(Self {
            query: scale("attention.self.query_activation", Width::INT8)?,
            key: scale("attention.self.key_activation", Width::INT8)?,
            value: scale("attention.self.value_activation", Width::INT8)?,
            exponential: scale("attention.self.softmax.act", Width::INT16)?,
            context: scale("attention.self.output_activation", Width::INT8)?,
            attention_sum: scale("attention.output.ln_input_act", Width::INT22)?,
            attention: scale("attention.output.output_activation", Width::INT8)?,
            middle: scale("pre_intermediate_act", Width::INT8)?,
            activation: scale("intermediate.output_activation", Width::INT8)?,
            rescaled: scale("pre_output_act", Width::INT8)?,
            output_sum: scale("output.ln_input_act", Width::INT22)?,
            output: scale("output.output_activation", Width::INT8)?,
        })
    }
}

fn embeddings(weights: &EncoderWeights, ranges: &Ranges<'_>, output: f64) -> Result<Embeddings, QuantizeError> {
    let degenerate = |source| QuantizeError::Constants { place: "embeddings".into(), source };
    let sum = ranges.activation("embeddings.embeddings_act1", Width::INT16)?;
    let shift = ranges.shift("embeddings.LayerNorm")?;
    let weights = &weights.embeddings;
    let (word, word_scale) = table(&weights.word).map_err(degenerate)?;
    let (token_type, type_scale) = table(&weights.token_type).map_err(degenerate)?;
    let (position, position_scale) = table(&weights.position).map_err(degenerate)?;
    Ok(Embeddings {
        word,
        token_type,
        position,
        word_type: joined(&[word_scale], type_scale, sum).map_err(degenerate)?,
        sum: joined(&[sum], position_scale, sum).map_err(degenerate)?,
        norm: norm(&weights.norm, shift, output).map_err(degenerate)?,
    })
}

fn layer(
    weights: &LayerWeights,
    scales: &LayerScales,
    input: f64,
    [attention_shift, output_shift]: [u32; 2],
    head_dim: usize,
) -> Result<Layer, OpError> {
    let project = |weights: &LinearWeights, output: f64| {
        let (linear, accumulator) = linear(weights, input)?;
        Ok(Projection { linear, output: requantization(&accumulator, output)? })
    };
    let (attention_output, attention_accumulator) = linear(&weights.attention_output, scales.context)?;
    let score_scale = scales.query * scales.key / (head_dim as f64).sqrt();
    let attention = Attention {
        query: project(&weights.query, scales.query)?,
        key: project(&weights.key, scales.key)?,
        value: project(&weights.value, scales.value)?,
        softmax: Softmax::Paper(SoftmaxConstants::derive(score_scale, scales.exponential, 8)?),
        context: requantization(&[scales.value * PROBABILITY_SCALE], scales.context)?,
        output: attention_output,
        norm_input: joined(&attention_accumulator, input, scales.attention_sum)?,
        norm: norm(&weights.attention_norm, attention_shift, scales.attention)?,
    };
    let (inner, inner_accumulator) = linear(&weights.intermediate, scales.middle)?;
    let gelu_scales: Vec<f64> = inner_accumulator.iter().map(|s| gelu_output_scale(*s, GELU_SHIFT)).collect();
    let (output, output_accumulator) = linear(&weights.output, scales.rescaled)?;
    let ffn = FeedForward {
        input: Some(requantization(&[scales.attention], scales.middle)?),
        gelu: inner_accumulator.iter().map(|s| GeluConstants::derive(*s, GELU_SHIFT)).collect::<Result<_, _>>()?,
        inner,
        activation: requantization(&gelu_scales, scales.activation)?,
        zero_point: 0,
        rescale: Some(requantization(&[scales.activation], scales.rescaled)?),
        output,
        norm_input: joined(&output_accumulator, scales.middle, scales.output_sum)?,
        norm: norm(&weights.output_norm, output_shift, scales.output)?,
    };
    Ok(Layer { attention, ffn })
}

/// An int8 table at one scale.
fn table(values: &[f32]) -> Result<(Table, f64), OpError> {
    let scale = symmetric_scale(values);
    let quantized =
        values.iter().map(|v| quantize_f32(*v, scale, Width::INT8).map(|q| q as i16)).collect::<Result<_, _>>()?;
    Ok((Table { values: quantized }, scale.into()))
}

/// An int8 matrix at one scale a row, its bias, and the scale of each accumulator.
fn linear(weights: &LinearWeights, input: f64) -> Result<(Linear, Vec<f64>), OpError> {
    let mut linear = Linear::default();
    let mut scales = Vec::with_capacity(weights.outputs());
    for (row, bias) in weights.weight.chunks_exact(weights.inputs()).zip(&weights.bias) {
        let scale = symmetric_scale(row);
        for value in row {
            linear.weight.push(quantize_f32(*value, scale, Width::INT8)? as i8);
        }
        let accumulator = f64::from(scale) * input;
        linear.bias.push(linear_bias(f64::from(*bias), accumulator)?);
        scales.push(accumulator);
    }
    Ok((linear, scales))
}

fn symmetric_scale(values: &[f32]) -> f32 {
    let (min, max) = values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    f32::symmetric_scale(min, max, Width::INT8)
}

fn norm(weights: &LayerNormWeights, shift: u32, output: f64) -> Result<Norm, OpError> {
    let channels = weights.gamma.len();
    let parameters = weights.gamma.iter().zip(&weights.beta);
    let bias = parameters.map(|(gamma, beta)| layernorm_bias(f64::from(*beta), f64::from(*gamma), channels));
    let bias = bias.collect::<Result<_, _>>()?;
    let scales: Vec<f64> = weights.gamma.iter().map(|g| layernorm_output_scale(f64::from(*g), channels)).collect();
    Ok(Norm { bias, shift: VarianceShift::new(shift)?, output: requantization(&scales, output)?, residual: None })
}

/// From one scale per channel (or one for all channels) to one scale.
fn requantization(from: &[f64], to: f64) -> Result<Requantization, OpError> {
    let constants = from.iter().map(|from| Dyadic::from_scales(*from, to)).collect::<Result<_, _>>()?;
    Ok(Requantization { constants, scale: vec![to] })
}

fn joined(main: &[f64], residual: f64, to: f64) -> Result<ResidualRequantization, OpError> {
    Ok(ResidualRequantization { main: requantization(main, to)?, residual: Dyadic::from_scales(residual, to)? })
}
