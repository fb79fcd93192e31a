//! One encoder layer in integers, from its fp32 weights and calibrated statistics.

use ibert_golden::encoder::{Block, Role, TensorId};
use ibert_golden::model::{
    Attention, FeedForward, Layer, Projection, Requantization, ResidualRequantization, Softmax, SoftmaxForm,
};
use ibert_golden::ops::{Dyadic, ErfPolynomial, LateSoftmaxConstants, OpError, SoftmaxConstants};

use super::gelu::{FINEST_SCALE, quantized_gelu};
use super::norm::{calibrated_shift, input_scale, norm};
use super::operand::{Operand, QuantizedLinear, in_f32, quantize_linear};
use super::recipe::{GeluFit, Recipe, Smoothing};
use super::smoothing;
use super::statistics::{Channels, LayerStatistics};
use crate::checkpoint::{LayerWeights, LinearWeights};
use crate::reference::Tap;
use crate::report::Reading;

/// Scale of the probabilities in I-BERT's softmax, and of the context divided by the sum of weights in the late one.
const PROBABILITY_SCALE: f64 = 1.0 / 256.0;

/// Finest score scale for which i-exp's constants fit the hardware's widths.
const FINEST_SCORE_SCALE: f64 = 5.0e-5;

/// Largest int8 magnitude that is used on both sides of 0.
const INT8: f64 = 127.0;

/// Largest int16 magnitude that is used on both sides of 0.
const INT16: f64 = 32767.0;

/// Output of a LayerNorm: an int8 operand and a 16-bit residual of the same centered tensor.
#[derive(Clone, Debug)]
pub(super) struct NormOutput {
    pub operand: Operand,
    pub residual: f64,
}

impl NormOutput {
    /// How the int8 integers are read.
    pub(super) fn reading(&self, tensor: TensorId, tap: Tap) -> Reading {
        let Operand { center, zero_point, .. } = self.operand.clone();
        Reading { tensor, tap, scale: self.operand.channel_scales(), zero_point, center }
    }

    /// The stream of a LayerNorm with `statistics` that `readers` multiply.
    pub(super) fn new(
        statistics: &Channels,
        readers: &[&LinearWeights],
        smoothing: Smoothing,
        recipe: &Recipe,
    ) -> Self {
        let center = if recipe.centering { statistics.middle() } else { vec![0.0; statistics.min.len()] };
        let magnitude = statistics.magnitude(&center);
        let residual = in_f32(largest(&magnitude) * recipe.margin / INT16);
        let factors = smoothing::factors(&magnitude, readers, smoothing);
        Self { operand: symmetric_operand(&magnitude, factors, center, recipe), residual }
    }

    /// Output stream of the encoder; not centered, because the host reads it directly.
    pub(super) fn last(statistics: &Channels, recipe: &Recipe) -> Self {
        let center = vec![0.0; statistics.min.len()];
        let magnitude = statistics.magnitude(&center);
        let residual = in_f32(largest(&magnitude) * recipe.margin / INT16);
        let factors = vec![1.0; magnitude.len()];
        Self { operand: symmetric_operand(&magnitude, factors, center, recipe), residual }
    }
}

/// An int8 operand without zero point for channels of these magnitudes.
fn symmetric_operand(magnitude: &[f64], factors: Vec<f64>, center: Vec<f64>, recipe: &Recipe) -> Operand {
    let smoothed: Vec<f64> = magnitude.iter().zip(&factors).map(|(m, s)| m / s).collect();
    Operand { scale: (largest(&smoothed) * recipe.margin / INT8).max(1e-12), factors, center, zero_point: 0 }
}

/// Scale of every accumulator of one layer, and what its real values lack of the fp32 tensor of the same name.
#[derive(Clone, Debug)]
pub(super) struct LayerScales {
    pub query: Vec<f64>,
    pub key: Vec<f64>,
    pub key_center: Vec<f64>,
    pub value: Vec<f64>,
    pub value_center: Vec<f64>,
    pub context: Operand,
    pub attention_output: Vec<f64>,
    pub inner: Vec<f64>,
    pub output: Vec<f64>,
    pub attention_norm: NormOutput,
    pub output_norm: NormOutput,
}

/// A quantized layer, and the scales to interpret its integers.
pub(super) struct QuantizedLayer {
    pub layer: Layer,
    pub scales: LayerScales,
}

/// Everything that the quantization of one layer depends on.
pub(super) struct LayerInputs<'a> {
    pub weights: &'a LayerWeights,
    pub statistics: &'a LayerStatistics,
    /// Statistics of the texts alone.
    pub spoken: &'a LayerStatistics,
    pub heads: usize,
    /// The layer's input.
    pub input: &'a NormOutput,
    /// Output of the attention's LayerNorm.
    pub middle: &'a NormOutput,
    /// The layer's output.
    pub output: &'a NormOutput,
    pub recipe: &'a Recipe,
}

impl LayerInputs<'_> {
    /// Quantizes the layer.
    pub(super) fn quantize(&self) -> Result<QuantizedLayer, OpError> {
        let w = self.weights;
        let hidden = w.query.outputs();
        let operand = &self.input.operand;
        let zeros = vec![0.0; hidden];

        let key_center = self.key_center();
        let value_center = self.value_center();
        let query = quantize_linear(&w.query, operand, &zeros, 0.0)?;
        let key = quantize_linear(&w.key, operand, &key_center, 0.0)?;
        let value = quantize_linear(&w.value, operand, &value_center, 0.0)?;

        let (query_scale, key_scale, score_scale) = self.score_scales(&key_center);
        let value_scale = self.value_scales(&value_center);
        let softmax = match self.recipe.softmax {
            SoftmaxForm::Paper => {
                let exp_scale = SoftmaxConstants::full_range_exp_scale(score_scale)?;
                Softmax::Paper(SoftmaxConstants::derive(score_scale, exp_scale, 8)?)
            }
            SoftmaxForm::Late => Softmax::Late(LateSoftmaxConstants::derive(score_scale)?),
        };

        let context = self.context_operand(&value_center);
        let context_acc: Vec<f64> = value_scale.iter().map(|s| s * PROBABILITY_SCALE).collect();
        // The residual lacks the input's center; the projection's bias brings it back.
        let restored: Vec<f64> = operand.center.iter().map(|c| -c).collect();
        let attention_output = quantize_linear(&w.attention_output, &context, &restored, 0.0)?;
        let sum = self.statistics.of(Tap::AttentionSum);
        let attention = Attention {
            norm_input: residual(&attention_output, self.input.residual, sum)?,
            query: projection(&query, query_scale)?,
            key: projection(&key, key_scale)?,
            value: projection(&value, value_scale)?,
            softmax,
            context: requantization(&context_acc, context.channel_scales())?,
            output: attention_output.linear.clone(),
            norm: norm(&w.attention_norm, &self.middle.operand, self.middle.residual, calibrated_shift())?,
        };

        let inner =
            quantize_linear(&w.intermediate, &self.middle.operand, &vec![0.0; w.intermediate.outputs()], FINEST_SCALE)?;
        let activation = self.activation_operand();
        let gelu = quantized_gelu(&self.gelu_polynomials(), &inner.scale, &activation.channel_scales())?;
        let restored: Vec<f64> = self.middle.operand.center.iter().map(|c| -c).collect();
        let output = quantize_linear(&w.output, &activation, &restored, 0.0)?;
        let ffn = FeedForward {
            input: None,
            norm_input: residual(&output, self.middle.residual, self.statistics.of(Tap::OutputSum))?,
            inner: inner.linear,
            gelu: gelu.constants,
            activation: requantization(&gelu.scale, activation.channel_scales())?,
            zero_point: activation.zero_point,
            rescale: None,
            output: output.linear,
            norm: norm(&w.output_norm, &self.output.operand, self.output.residual, calibrated_shift())?,
        };
        let scales = LayerScales {
            query: query.scale,
            key: key.scale,
            key_center,
            value: value.scale,
            value_center,
            context,
            attention_output: attention_output.scale,
            inner: inner.scale,
            output: output.scale,
            attention_norm: self.middle.clone(),
            output_norm: self.output.clone(),
        };
        Ok(QuantizedLayer { layer: Layer { attention, ffn }, scales })
    }

    /// A constant added to a query's scores does not change their softmax, so keys may be shifted.
    fn key_center(&self) -> Vec<f64> {
        let statistics = self.statistics.of(Tap::Key);
        if self.recipe.centering { statistics.middle() } else { vec![0.0; statistics.min.len()] }
    }

    /// Values may be shifted: the weights of a row add up to 1, so the context has the same shift. I-BERT's softmax
    /// loses probability mass, and the best shift is what the lost mass is worth.
    fn value_center(&self) -> Vec<f64> {
        let statistics = self.statistics.of(Tap::Value);
        match self.recipe.softmax {
            SoftmaxForm::Paper => self.spoken.lost_mass.worth(),
            SoftmaxForm::Late if self.recipe.centering => statistics.middle(),
            SoftmaxForm::Late => vec![0.0; statistics.min.len()],
        }
    }

    /// Scales of queries and keys per channel, and that of the scores. The product of a channel's two scales is the
    /// same in all channels, as the sum over channels needs it; within it each channel divides the levels evenly.
    fn score_scales(&self, key_center: &[f64]) -> (Vec<f64>, Vec<f64>, f64) {
        let zeros = vec![0.0; key_center.len()];
        let range = |tap, center: &[f64]| {
            let magnitude = self.statistics.of(tap).magnitude(center);
            let floor = (largest(&magnitude) * 1e-2).max(1e-12);
            magnitude.into_iter().map(|m| m.max(floor) * self.recipe.margin / INT8).collect::<Vec<f64>>()
        };
        let (query, key) = (range(Tap::Query, &zeros), range(Tap::Key, key_center));
        let root = ((query.len() / self.heads) as f64).sqrt();
        let products: Vec<f64> = query.iter().zip(&key).map(|(q, k)| q * k).collect();
        let product = largest(&products).max(FINEST_SCORE_SCALE * root);
        let query_scale: Vec<f64> = query.iter().zip(&key).map(|(q, k)| in_f32((product * q / k).sqrt())).collect();
        let key_scale = query_scale.iter().map(|q| in_f32(product / q)).collect();
        (query_scale, key_scale, product / root)
    }

    /// Scale of every value channel: the context adds over tokens, never over channels.
    fn value_scales(&self, center: &[f64]) -> Vec<f64> {
        let magnitude = self.statistics.of(Tap::Value).magnitude(center);
        let floor = (largest(&magnitude) * 1e-3).max(1e-12);
        magnitude.into_iter().map(|m| in_f32(m.max(floor) * self.recipe.margin / INT8)).collect()
    }

    /// The context lacks the center of the values, as far as the attention mass reaches; what is lost of the mass is
    /// worth that center.
    fn context_operand(&self, value_center: &[f64]) -> Operand {
        let magnitude = self.statistics.of(Tap::Context).magnitude(value_center);
        let factors = smoothing::factors(&magnitude, &[&self.weights.attention_output], self.recipe.attention_output);
        symmetric_operand(&magnitude, factors, value_center.to_vec(), self.recipe)
    }

    /// Polynomial of each channel's i-GELU.
    fn gelu_polynomials(&self) -> Vec<ErfPolynomial> {
        match self.recipe.gelu {
            GeluFit::Paper => vec![ErfPolynomial::PAPER; self.weights.intermediate.outputs()],
            GeluFit::PerChannel => self.spoken.before_gelu.polynomials(),
        }
    }

    /// The GELU output is bounded below by -0.17, so its 256 levels are placed asymmetrically.
    fn activation_operand(&self) -> Operand {
        let statistics = self.statistics.of(Tap::Gelu);
        let center = vec![0.0; statistics.min.len()];
        let magnitude = statistics.magnitude(&center);
        let factors = smoothing::factors(&magnitude, &[&self.weights.output], self.recipe.ffn_output);
        let smoothed = |values: &[f32]| values.iter().zip(&factors).map(|(v, s)| f64::from(*v) / s).collect::<Vec<_>>();
        let high = largest(&smoothed(&statistics.max)).max(1e-6) * self.recipe.margin;
        let low = -largest(&smoothed(&statistics.min).iter().map(|v| -v).collect::<Vec<_>>());
        let scale = (high - low) / 255.0;
        let zero_point = (-128.0 - low / scale).round_ties_even() as i32;
        Operand { scale, factors, center, zero_point }
    }
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

fn projection(linear: &QuantizedLinear, target: Vec<f64>) -> Result<Projection, OpError> {
    Ok(Projection { linear: linear.linear.clone(), output: requantization(&linear.scale, target)? })
}

/// Constants from accumulators at `from` to integers at `to`, per channel.
fn requantization(from: &[f64], to: Vec<f64>) -> Result<Requantization, OpError> {
    let constants = from.iter().zip(&to).map(|(from, to)| Dyadic::from_scales(*from, *to)).collect::<Result<_, _>>()?;
    Ok(Requantization { constants, scale: to })
}

/// Constants that join an accumulator and a residual of scale `residual` at the LayerNorm's input scale.
fn residual(linear: &QuantizedLinear, residual: f64, sum: &Channels) -> Result<ResidualRequantization, OpError> {
    let scale = input_scale(sum.deviation);
    let constants = linear.scale.iter().map(|s| Dyadic::from_scales(*s, scale)).collect::<Result<_, _>>()?;
    Ok(ResidualRequantization {
        main: Requantization { constants, scale: vec![scale] },
        residual: Dyadic::from_scales(residual, scale)?,
    })
}

/// How the integers of a layer are read.
pub(super) fn readings(index: usize, layer: &Layer, scales: &LayerScales) -> Vec<Reading> {
    let (attention, ffn) = (&layer.attention, &layer.ffn);
    let (attend, feed) = (Block::Attention(index), Block::FeedForward(index));
    let reading = |tensor, tap, scale: &[f64], center: &[f64]| Reading {
        tensor,
        tap,
        scale: scale.to_vec(),
        zero_point: 0,
        center: center.to_vec(),
    };
    let activation = reading(feed.tensor(Role::Activation), Tap::Gelu, &ffn.activation.scale, &[]);
    vec![
        reading(attend.tensor(Role::Query), Tap::Query, &attention.query.output.scale, &[]),
        reading(attend.tensor(Role::Key), Tap::Key, &attention.key.output.scale, &scales.key_center),
        reading(attend.tensor(Role::Value), Tap::Value, &attention.value.output.scale, &scales.value_center),
        reading(attend.tensor(Role::Context), Tap::Context, &attention.context.scale, &scales.context.center),
        reading(attend.tensor(Role::NormInput), Tap::AttentionSum, &attention.norm_input.main.scale, &[]),
        scales.attention_norm.reading(attend.tensor(Role::Hidden), Tap::AttentionNorm),
        reading(feed.tensor(Role::InnerAcc), Tap::Intermediate, &scales.inner, &[]),
        Reading { zero_point: ffn.zero_point, ..activation },
        reading(feed.tensor(Role::NormInput), Tap::OutputSum, &ffn.norm_input.main.scale, &[]),
        scales.output_norm.reading(feed.tensor(Role::Hidden), Tap::OutputNorm),
        Reading {
            scale: vec![scales.output_norm.residual],
            ..scales.output_norm.reading(feed.tensor(Role::Residual), Tap::OutputNorm)
        },
    ]
}
