//! Bias correction: the mean of every linear layer's integer output is moved to the mean of its fp32 counterpart.
//!
//! Rounded weights, clipped operands, the floors of the integer operators and the polynomial of i-GELU all have errors
//! whose mean over the calibration texts is not 0. A linear layer's bias takes that mean away for free.

use ibert_golden::encoder::{Block, Encoder, HiddenStream, Observer, Role, Sequence, TensorId, Unobserved};
use ibert_golden::model::{IntegerModel, Layer, Linear};
use rayon::prelude::*;

use super::layer::LayerScales;
use super::statistics::{LayerStatistics, Statistics};
use crate::QuantizeError;
use crate::reference::Tap;
use crate::text::Tokens;

/// The tensors of layer `index` whose means are compared.
const fn compared(index: usize) -> [TensorId; 6] {
    let (attention, ffn) = (Block::Attention(index), Block::FeedForward(index));
    [
        attention.tensor(Role::QueryAcc),
        attention.tensor(Role::KeyAcc),
        attention.tensor(Role::ValueAcc),
        attention.tensor(Role::NormInput),
        ffn.tensor(Role::InnerAcc),
        ffn.tensor(Role::NormInput),
    ]
}

/// Integer sums over the tokens of one layer, per compared tensor and channel.
#[derive(Default)]
struct Sums {
    tensors: [Vec<i64>; 6],
    tokens: usize,
}

impl Sums {
    fn merge(&mut self, other: Self) {
        self.tokens += other.tokens;
        for (mine, theirs) in self.tensors.iter_mut().zip(other.tensors) {
            mine.resize(theirs.len(), 0);
            mine.iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
        }
    }
}

impl Observer for Sums {
    fn tensor<T: Copy + Into<i64>>(&mut self, id: TensorId, shape: &[usize], values: &[T]) {
        let place = id.layer().and_then(|layer| compared(layer).iter().position(|compared| *compared == id));
        let Some(place) = place else { return };
        self.tokens = shape[0];
        let sums = &mut self.tensors[place];
        sums.resize(shape[1], 0);
        for token in values.chunks_exact(shape[1]) {
            sums.iter_mut().zip(token).for_each(|(sum, value)| *sum += (*value).into());
        }
    }
}

/// The linear layers that are corrected together: none of them reads the output of another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Projections,
    AttentionOutput,
    Inner,
    Output,
}

/// The number of layer runs that [`correct`] makes, for its progress.
pub(super) fn runs(layers: usize, sequences: usize) -> usize {
    4 * layers * sequences
}

/// Corrects all biases of `model`, in order of execution: every mean is measured after the corrections before it.
/// `fp32` are the statistics of the same sequences.
pub(super) fn correct(
    model: &mut IntegerModel,
    scales: &[LayerScales],
    fp32: &Statistics,
    sequences: &[Tokens],
    done: &mut dyn FnMut(usize),
) -> Result<(), QuantizeError> {
    let embed = |tokens: &Tokens| {
        let sequence = Sequence { token_types: tokens.type_ids.clone(), ..Sequence::new(tokens.ids.clone()) };
        Encoder::new(model).embed(&sequence, &mut Unobserved)
    };
    let mut streams: Vec<HiddenStream> = sequences.par_iter().map(embed).collect::<Result<_, _>>()?;
    for (index, scales) in scales.iter().enumerate() {
        for step in [Step::Projections, Step::AttentionOutput, Step::Inner, Step::Output] {
            let sums = measure(model, index, &streams, done)?;
            let mut layer = model.layers[index].clone();
            correct_step(&mut layer, step, scales, &fp32.0[index], &sums);
            model.replace_layer(index, layer)?;
        }
        let corrected = Encoder::new(model);
        let next = |stream| corrected.layer(index, stream, &[], &mut Unobserved);
        streams = streams.into_par_iter().map(next).collect::<Result<_, _>>()?;
    }
    Ok(())
}

/// Sums of one layer over all sequences, given the input of the layer.
fn measure(
    model: &IntegerModel,
    index: usize,
    streams: &[HiddenStream],
    done: &mut dyn FnMut(usize),
) -> Result<Sums, QuantizeError> {
    let mut sums = Sums::default();
    for chunk in streams.chunks(16) {
        let run = |stream: &HiddenStream| {
            let mut part = Sums::default();
            Encoder::new(model).layer(index, stream.clone(), &[], &mut part)?;
            Ok(part)
        };
        let parts: Vec<Sums> = chunk.par_iter().map(run).collect::<Result<_, QuantizeError>>()?;
        parts.into_iter().for_each(|part| sums.merge(part));
        done(chunk.len());
    }
    Ok(sums)
}

fn correct_step(layer: &mut Layer, step: Step, scales: &LayerScales, fp32: &LayerStatistics, sums: &Sums) {
    let hidden = scales.output.len();
    let [attention_sum, output_sum] =
        [&layer.attention.norm_input, &layer.ffn.norm_input].map(|part| vec![part.main.scale(0); hidden]);
    let (attention, ffn) = (&mut layer.attention, &mut layer.ffn);
    let corrected = [
        (Step::Projections, Corrected::of(&mut attention.query.linear, Tap::Query, &scales.query)),
        (
            Step::Projections,
            Corrected { center: &scales.key_center, ..Corrected::of(&mut attention.key.linear, Tap::Key, &scales.key) },
        ),
        (
            Step::Projections,
            Corrected {
                center: &scales.value_center,
                ..Corrected::of(&mut attention.value.linear, Tap::Value, &scales.value)
            },
        ),
        (
            Step::AttentionOutput,
            Corrected {
                observed: &attention_sum,
                ..Corrected::of(&mut attention.output, Tap::AttentionSum, &scales.attention_output)
            },
        ),
        (Step::Inner, Corrected::of(&mut ffn.inner, Tap::Intermediate, &scales.inner)),
        (
            Step::Output,
            Corrected { observed: &output_sum, ..Corrected::of(&mut ffn.output, Tap::OutputSum, &scales.output) },
        ),
    ];
    for ((of, corrected), sums_of_tensor) in corrected.into_iter().zip(&sums.tensors) {
        if of == step {
            let mean = fp32.of(corrected.tap).mean();
            corrected.apply(&mean, sums_of_tensor, sums.tokens as f64);
        }
    }
}

/// A linear layer, the fp32 tensor that its output contributes to, and the scales of both.
struct Corrected<'a> {
    linear: &'a mut Linear,
    tap: Tap,
    /// Scale of the bias.
    accumulator: &'a [f64],
    /// Scale of the integers that were summed.
    observed: &'a [f64],
    /// Difference of the fp32 tensor and these integers; empty for zero.
    center: &'a [f64],
}

impl<'a> Corrected<'a> {
    fn of(linear: &'a mut Linear, tap: Tap, accumulator: &'a [f64]) -> Self {
        Self { linear, tap, accumulator, observed: accumulator, center: &[] }
    }

    fn apply(self, fp32: &[f64], sums: &[i64], tokens: f64) {
        for (channel, bias) in self.linear.bias.iter_mut().enumerate() {
            let center = self.center.get(channel).copied().unwrap_or(0.0);
            let error = fp32[channel] - center - sums[channel] as f64 / tokens * self.observed[channel];
            let steps = (error / self.accumulator[channel]).round_ties_even();
            *bias = bias.saturating_add(steps as i32);
        }
    }
}
