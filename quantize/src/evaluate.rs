//! How close the integer encoder comes to the fp32 one, text by text.

use ibert_golden::encoder::{self, Sequence};
use ibert_golden::model::IntegerModel;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::QuantizeError;
use super::reference::{FloatEncoder, Ignore};
use crate::text::{Tokens, cosine, mean_pooled};

/// One text in both encoders.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Comparison")]
pub struct TextEvaluation {
    /// Number of tokens.
    pub tokens: usize,
    /// Cosine between the two sentence embeddings.
    pub cosine: f64,
    /// LayerNorm variances that saturated in the integer encoder: 0 for a well-calibrated model.
    pub saturated_variances: usize,
    /// Sentence embedding of the fp32 encoder.
    #[serde(skip)]
    pub fp32: Vec<f32>,
    /// Sentence embedding of the integer encoder.
    #[serde(skip)]
    pub integer: Vec<f32>,
}

/// All texts in both encoders.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Evaluation {
    /// Mean cosine.
    pub mean: f64,
    /// Smallest cosine.
    pub min: f64,
    /// Text by text, in the order given.
    pub texts: Vec<TextEvaluation>,
}

/// Compares the mean-pooled, normalized embeddings of `texts` between `model` and its fp32 original.
pub fn evaluate(model: &IntegerModel, reference: &FloatEncoder, texts: &[Tokens]) -> Result<Evaluation, QuantizeError> {
    let texts: Vec<TextEvaluation> =
        texts.par_iter().map(|tokens| compare(model, reference, tokens)).collect::<Result<_, _>>()?;
    if texts.is_empty() {
        return Err(QuantizeError::NoTexts);
    }
    let cosines = texts.iter().map(|text| text.cosine);
    let mean = cosines.clone().sum::<f64>() / texts.len() as f64;
    Ok(Evaluation { mean, min: cosines.fold(f64::INFINITY, f64::min), texts })
}

fn compare(model: &IntegerModel, reference: &FloatEncoder, tokens: &Tokens) -> Result<TextEvaluation, QuantizeError> {
    let mask = vec![true; tokens.len()];
    let hidden = reference.forward(tokens, &mask, &mut Ignore)?;
    let fp32 = mean_pooled(&hidden.data, hidden.columns, &mask);
    let sequence = Sequence { token_types: tokens.type_ids.clone(), ..Sequence::new(tokens.ids.clone()) };
    let hidden = encoder::Encoder::new(model).run(&sequence)?;
    let integer = hidden.mean_pooled(&sequence);
    Ok(TextEvaluation {
        tokens: tokens.len(),
        cosine: cosine(&fp32, &integer),
        saturated_variances: hidden.saturated_variances,
        fp32,
        integer,
    })
}
