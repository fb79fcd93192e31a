//! [`Warning`]: what the user of a quantized model should know before relying on it.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::checkpoint::{LayerWeights, LinearWeights};
use crate::report::Report;

/// Relative error of a tensor from which on it is reported: good models stay below half of it.
const ERROR: f64 = 0.2;

/// Share of a tensor's values at the limits of its width from which on it is reported. The least value of a GELU is at
/// the lower limit by design, without being clipped.
const SATURATION: f64 = 0.05;

/// Largest weight of a row, as a multiple of that of the median row, from which on the row is reported.
const OUTLIER: f64 = 50.0;

/// Share of unknown tokens in the calibration texts from which on it is reported.
const UNKNOWN: f64 = 0.05;

/// Something that may make a quantized model useless.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Warning {
    /// A tensor is far from fp32 on the calibration texts.
    Error {
        /// Layer and tensor.
        tensor: String,
        /// `‖integer − fp32‖ / ‖fp32‖`.
        relative_error: f64,
    },
    /// Many values of a tensor are at the limits of their width.
    Saturation {
        /// Layer and tensor.
        tensor: String,
        /// Share of the values, 0 to 1.
        share: f64,
    },
    /// A row of a weight matrix is far larger than the others.
    OutlierRow {
        /// Layer and matrix.
        matrix: String,
        /// Index of the row, the output channel.
        row: usize,
        /// Its largest weight, as a multiple of that of the median row.
        ratio: f64,
    },
    /// Many tokens of the calibration texts are unknown to the tokenizer.
    UnknownTokens {
        /// Share of the tokens, 0 to 1.
        share: f64,
    },
    /// Texts were cut to the longest sequence of the model.
    TextsCut {
        /// File of the texts.
        texts: String,
        /// Number of texts that were cut.
        count: usize,
        /// Longest sequence in tokens.
        limit: usize,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Error { tensor, relative_error } => {
                let percent = relative_error * 100.0;
                write!(f, "{tensor} is {percent:.0} % off fp32 on the calibration texts; the model may be useless")
            }
            Warning::Saturation { tensor, share } => {
                let percent = share * 100.0;
                write!(
                    f,
                    "{percent:.1} % of the values of {tensor} are at the limits of its width; calibrate with more texts"
                )
            }
            Warning::OutlierRow { matrix, row, ratio } => {
                write!(f, "row {row} of {matrix} has weights {ratio:.0} times as large as the median row")
            }
            Warning::UnknownTokens { share } => {
                let percent = share * 100.0;
                write!(
                    f,
                    "{percent:.0} % of the calibration tokens are unknown to the tokenizer; are the texts of its language?"
                )
            }
            Warning::TextsCut { texts, count, limit } => {
                let s = if *count == 1 { "" } else { "s" };
                write!(f, "{count} text{s} of {texts} cut to {limit} tokens, the longest sequence of the model")
            }
        }
    }
}

/// Warnings of a quantization: from its report, the fp32 weights of its layers, and the ids of the calibration texts. `unknown` is the
/// id of the unknown token.
pub fn warnings<'t>(
    report: &Report,
    layers: &[LayerWeights],
    texts: impl Iterator<Item = &'t [u32]>,
    unknown: Option<u32>,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for layer in &report.layers {
        for (name, tensor) in &layer.tensors {
            let tensor_name = || format!("{}.{name}", layer.name);
            if let Some(relative_error) = tensor.relative_error.filter(|error| error.is_nan() || *error > ERROR) {
                warnings.push(Warning::Error { tensor: tensor_name(), relative_error });
            }
            let share = tensor.saturated as f64 / tensor.values.max(1) as f64;
            if share > SATURATION {
                warnings.push(Warning::Saturation { tensor: tensor_name(), share });
            }
        }
    }
    for (index, layer) in layers.iter().enumerate() {
        let matrices = [
            ("attention.query", &layer.query),
            ("attention.key", &layer.key),
            ("attention.value", &layer.value),
            ("attention.output", &layer.attention_output),
            ("ffn.inner", &layer.intermediate),
            ("ffn.output", &layer.output),
        ];
        for (name, matrix) in matrices {
            let rows = outlier_rows(matrix).into_iter();
            let matrix = format!("layer.{index}.{name}");
            warnings.extend(rows.map(|(row, ratio)| Warning::OutlierRow { matrix: matrix.clone(), row, ratio }));
        }
    }
    let (mut tokens, mut strange) = (0_usize, 0_usize);
    for ids in texts {
        tokens += ids.len();
        strange += ids.iter().filter(|id| Some(**id) == unknown).count();
    }
    let share = strange as f64 / tokens.max(1) as f64;
    if share > UNKNOWN {
        warnings.push(Warning::UnknownTokens { share });
    }
    warnings
}

/// Rows whose largest weight stands out, with how far.
fn outlier_rows(weights: &LinearWeights) -> Vec<(usize, f64)> {
    let rows = weights.weight.chunks_exact(weights.inputs());
    let largest: Vec<f64> = rows.map(|row| row.iter().fold(0.0, |m, w| f64::from(w.abs()).max(m))).collect();
    let mut sorted = largest.clone();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    let ratios = largest.into_iter().map(|largest| largest / median).enumerate();
    // Where most rows are zero, as in a pruned matrix, no row stands out.
    ratios.filter(|(_, ratio)| median > 0.0 && *ratio > OUTLIER).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{LayerReport, TensorReport};
    use std::collections::BTreeMap;

    fn linear(rows: &[f32]) -> LinearWeights {
        let weight = rows.iter().flat_map(|row| [*row, -row / 2.0]).collect();
        LinearWeights { weight, bias: vec![0.0; rows.len()] }
    }

    #[test]
    fn rows_that_stand_out_are_named() {
        assert_eq!(outlier_rows(&linear(&[1.0, -2.0, 300.0, 1.5])), [(2, 150.0)]);
        assert_eq!(outlier_rows(&linear(&[1.0, 0.0, 2.0, 1.5])), []);
        assert_eq!(outlier_rows(&linear(&[0.0, 0.0, 0.0, 1.5])), [], "a pruned matrix");
    }

    #[test]
    fn errors_saturation_and_unknown_tokens_are_reported_from_their_limits_on() {
        let tensor = |error, saturated| TensorReport {
            bits: 8,
            values: 1000,
            saturated,
            relative_error: Some(error),
            ..TensorReport::default()
        };
        let tensors = [
            ("good", tensor(0.08, 9)),
            ("far", tensor(0.5, 0)),
            ("nan", tensor(f64::NAN, 0)),
            ("full", tensor(0.1, 60)),
        ];
        let tensors = tensors.map(|(name, tensor)| (name.to_owned(), tensor));
        let layers = vec![LayerReport { name: "layer.3".into(), tensors: BTreeMap::from(tensors) }];
        let report = Report { layers, widths: BTreeMap::new(), saturation: BTreeMap::new() };
        let ids: [&[u32]; 2] = [&[1, 2, 3], &[4, 100, 5]];
        let said = |unknown| -> Vec<String> {
            warnings(&report, &[], ids.into_iter(), unknown).iter().map(Warning::to_string).collect()
        };
        let expected = [
            "layer.3.far is 50 % off fp32 on the calibration texts; the model may be useless",
            "6.0 % of the values of layer.3.full are at the limits of its width; calibrate with more texts",
            "layer.3.nan is NaN % off fp32 on the calibration texts; the model may be useless",
            "17 % of the calibration tokens are unknown to the tokenizer; are the texts of its language?",
        ];
        assert_eq!(said(Some(100)), expected);
        assert_eq!(said(None).len(), said(Some(100)).len() - 1);
    }
}
