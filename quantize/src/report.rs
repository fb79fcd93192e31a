//! Quantization report, layer by layer: scales, widths reached, saturation and error against fp32.

use std::collections::BTreeMap;
use std::fmt;

use ibert_golden::encoder::{self, Observer, Role, Sequence, TensorId};
use ibert_golden::model::IntegerModel;
use ibert_golden::ops::Width;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::reference::{FloatEncoder, Matrix, Tap};
use super::{Progress, QuantizeError};
use crate::text::Tokens;

/// The integers of one tensor and the fp32 tensor that they stand for: `real[c] = scale[c] · (q − zero_point) +
/// center[c]`.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// Tensor of the golden encoder.
    pub tensor: TensorId,
    pub tap: Tap,
    /// Scales: one per channel, or one for all channels.
    pub scale: Vec<f64>,
    pub zero_point: i32,
    /// Centers: one per channel, or empty for zero.
    pub center: Vec<f64>,
}

impl Reading {
    /// Squared error and squared norm of `integers`, `[tokens, channels]`, against `fp32`.
    fn error(&self, integers: &[i64], fp32: &Matrix) -> [f64; 2] {
        let mut squares = [0f64; 2];
        for (at, (q, real)) in integers.iter().zip(&fp32.data).enumerate() {
            let channel = at % fp32.columns;
            let scale = self.scale[channel % self.scale.len()];
            let center = self.center.get(channel).copied().unwrap_or(0.0);
            let read = scale * (*q - i64::from(self.zero_point)) as f64 + center;
            squares[0] += (read - f64::from(*real)).powi(2);
            squares[1] += f64::from(*real).powi(2);
        }
        squares
    }
}

/// Statistics of one tensor of one layer over all calibration sequences.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct TensorReport {
    /// Smallest and largest scale over the channels; absent for tensors without a scale of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<[f64; 2]>,
    /// Signed bits needed for the largest magnitude.
    pub bits: u32,
    /// Number of values.
    pub values: u64,
    /// Number of values at the limit of their width, clipped or just fitting; always 0 for tensors that cannot clip.
    pub saturated: u64,
    /// `‖integer − fp32‖ / ‖fp32‖`; absent where fp32 has no such tensor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relative_error: Option<f64>,
}

/// Statistics of one layer.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LayerReport {
    /// Name of the layer: `embeddings`, `layer.0`, `layer.1`, …
    pub name: String,
    /// Tensors of the layer by the golden encoder's names.
    pub tensors: BTreeMap<String, TensorReport>,
}

/// The report on a whole model.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// Layers in order of execution, embeddings first.
    pub layers: Vec<LayerReport>,
    /// Largest width of each tensor over all layers, in signed bits.
    pub widths: BTreeMap<String, u32>,
    /// Saturated values of each tensor over all layers; tensors without any are left out.
    pub saturation: BTreeMap<String, u64>,
}

/// Width at which a tensor saturates, if it does.
fn saturating_width(role: Role) -> Option<Width> {
    match role {
        Role::Query | Role::Key | Role::Value | Role::Context | Role::Hidden => Some(Width::INT8),
        Role::Activation | Role::Input | Role::Rescaled => Some(Width::INT8),
        Role::Residual | Role::WordType | Role::Sum => Some(Width::INT16),
        Role::NormInput => Some(Width::INT22),
        _ => None,
    }
}

/// Observer of all tensors of one sequence.
#[derive(Default)]
struct Watch<'a> {
    readings: &'a [Reading],
    fp32: BTreeMap<(usize, Tap), Matrix>,
    tensors: BTreeMap<TensorId, Seen>,
}

/// Sums that become a [`TensorReport`].
#[derive(Clone, Copy, Default)]
struct Seen {
    bits: u32,
    values: u64,
    saturated: u64,
    squares: [f64; 2],
}

impl Observer for Watch<'_> {
    fn tensor<T: Copy + Into<i64>>(&mut self, id: TensorId, _: &[usize], values: &[T]) {
        let values: Vec<i64> = values.iter().map(|v| (*v).into()).collect();
        let mut seen = Seen { values: values.len() as u64, ..Seen::default() };
        let limits = saturating_width(id.role).map(|width| [width.min(), width.max()]);
        for value in &values {
            seen.bits = seen.bits.max(signed_bits(*value));
            seen.saturated += u64::from(limits.is_some_and(|limits| limits.contains(value)));
        }
        if id.role == Role::NormVar {
            seen.saturated = values.iter().filter(|v| **v == i64::from(u32::MAX)).count() as u64;
        }
        let reading = self.readings.iter().find(|r| r.tensor == id);
        if let Some((reading, fp32)) =
            reading.and_then(|r| Some((r, self.fp32.get(&(id.layer().unwrap_or(0), r.tap))?)))
        {
            seen.squares = reading.error(&values, fp32);
        }
        self.tensors.insert(id, seen);
    }
}

/// Two's-complement bits that hold `value`.
fn signed_bits(value: i64) -> u32 {
    i64::BITS + 1 - (value ^ (value >> 63)).leading_zeros()
}

/// Runs `sequences` through both encoders and reports on every tensor of the integer one.
pub(super) fn report(
    model: &IntegerModel,
    reference: &FloatEncoder,
    readings: &[Reading],
    sequences: &[Tokens],
    progress: &mut dyn Progress,
) -> Result<Report, QuantizeError> {
    progress.begin("comparing with fp32", sequences.len());
    let mut all: BTreeMap<TensorId, Seen> = BTreeMap::new();
    for chunk in sequences.chunks(8) {
        let parts = chunk
            .par_iter()
            .map(|tokens| watch(model, reference, readings, tokens))
            .collect::<Result<Vec<_>, QuantizeError>>()?;
        for (id, part) in parts.into_iter().flatten() {
            let seen = all.entry(id).or_default();
            seen.bits = seen.bits.max(part.bits);
            seen.values += part.values;
            seen.saturated += part.saturated;
            seen.squares = [seen.squares[0] + part.squares[0], seen.squares[1] + part.squares[1]];
        }
        progress.advance(chunk.len());
    }
    Ok(Report::new(readings, &all))
}

fn watch(
    model: &IntegerModel,
    reference: &FloatEncoder,
    readings: &[Reading],
    tokens: &Tokens,
) -> Result<BTreeMap<TensorId, Seen>, QuantizeError> {
    let mut watch = Watch { readings, ..Watch::default() };
    let mut keep = |layer: usize, tap: Tap, tensor: &Matrix| {
        watch.fp32.insert((layer, tap), tensor.clone());
    };
    reference.forward(tokens, &vec![true; tokens.len()], &mut keep)?;
    let sequence = Sequence { token_types: tokens.type_ids.clone(), ..Sequence::new(tokens.ids.clone()) };
    encoder::Encoder::new(model).run_observed(&sequence, &mut watch)?;
    Ok(watch.tensors)
}

impl Report {
    fn new(readings: &[Reading], all: &BTreeMap<TensorId, Seen>) -> Self {
        let mut report = Self { layers: Vec::new(), widths: BTreeMap::new(), saturation: BTreeMap::new() };
        for (id, seen) in all {
            let tensor = id.within_layer();
            let name = id.layer().map_or("embeddings".into(), |layer| format!("layer.{layer}"));
            if report.layers.last().is_none_or(|last| last.name != name) {
                report.layers.push(LayerReport { name, tensors: BTreeMap::new() });
            }
            let reading = readings.iter().find(|r| r.tensor == *id);
            let scale = reading.map(|r| {
                [r.scale.iter().copied().fold(f64::INFINITY, f64::min), r.scale.iter().copied().fold(0.0, f64::max)]
            });
            let relative_error = (seen.squares[1] > 0.0).then(|| (seen.squares[0] / seen.squares[1]).sqrt());
            let Seen { bits, values, saturated, .. } = *seen;
            let entry = TensorReport { scale, bits, values, saturated, relative_error };
            report.layers.last_mut().expect("pushed above").tensors.insert(tensor.clone(), entry);
            let width = report.widths.entry(tensor.clone()).or_default();
            *width = bits.max(*width);
            if saturated > 0 {
                *report.saturation.entry(tensor.clone()).or_default() += saturated;
            }
        }
        report
    }
}

/// The tensors that have an fp32 counterpart, one line each.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<12} {:<24} {:>10} {:>10} {:>5} {:>10} {:>9}",
            "layer", "tensor", "scale min", "max", "bits", "saturated", "error"
        )?;
        for layer in &self.layers {
            for (name, tensor) in layer.tensors.iter().filter(|(_, tensor)| tensor.relative_error.is_some()) {
                let [low, high] = tensor.scale.unwrap_or_default();
                let error = tensor.relative_error.unwrap_or_default() * 100.0;
                writeln!(
                    f,
                    "{:<12} {name:<24} {low:>10.3e} {high:>10.3e} {:>5} {:>10} {error:>8.2}%",
                    layer.name, tensor.bits, tensor.saturated
                )?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_bits_at_the_limits_of_widths() {
        for (value, bits) in
            [(0, 1), (-1, 1), (1, 2), (127, 8), (-128, 8), (128, 9), (-129, 9), (i64::MIN, 64), (i64::MAX, 64)]
        {
            assert_eq!(signed_bits(value), bits, "{value}");
        }
    }

    #[test]
    fn errors_are_read_with_scale_zero_point_and_center() {
        let reading = Reading {
            tensor: ibert_golden::encoder::Block::Embeddings.tensor(Role::Residual),
            tap: Tap::Embeddings,
            scale: vec![0.5, 2.0],
            zero_point: -1,
            center: vec![10.0, 0.0],
        };
        let fp32 = Matrix { rows: 1, columns: 2, data: vec![12.0, 3.0] };
        // (3 + 1)·0.5 + 10 = 12 and (1 + 1)·2 = 4.
        assert_eq!(reading.error(&[3, 1], &fp32), [1.0, 153.0]);
    }
}
