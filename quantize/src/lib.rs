#![doc = include_str!("../README.md")]

pub mod checkpoint;
mod error;
mod evaluate;
mod ibert;
mod layer_errors;
mod ptq;
pub mod reference;
mod report;
pub mod text;

use ibert_golden::model::IntegerModel;

pub use error::QuantizeError;
pub use evaluate::{Evaluation, TextEvaluation, evaluate};
pub use layer_errors::{LayerError, layer_errors};
pub use ptq::{GeluFit, Recipe, Smoothing};
pub use report::{LayerReport, Report, TensorReport};

use self::checkpoint::Checkpoint;
use self::reference::FloatEncoder;
use crate::text::{Tokenizer, Tokens};

/// Varied English sentences to calibrate with when there are no better texts, one per line.
pub const CALIBRATION: &str = include_str!("../data/calibration.txt");

/// Hears how far the quantization is.
pub trait Progress {
    /// A stage of `total` steps begins; the previous stage has ended.
    fn begin(&mut self, stage: &'static str, total: usize);
    /// `steps` more steps of the stage are done.
    fn advance(&mut self, steps: usize);
}

/// Ignores all progress.
pub struct Silent;

impl Progress for Silent {
    fn begin(&mut self, _: &'static str, _: usize) {}
    fn advance(&mut self, _: usize) {}
}

/// Quantizes a checkpoint: after training, calibrated with `texts`, or, where its ranges were trained
/// ([`Checkpoint::needs_calibration`]), exactly as it is. The report is on `texts`, for an import without any on
/// random token ids.
///
/// The same input gives the same model, whatever the number of threads.
pub fn quantize(
    checkpoint: &Checkpoint,
    texts: &[Tokens],
    recipe: &Recipe,
    progress: &mut dyn Progress,
) -> Result<(IntegerModel, Report), QuantizeError> {
    if texts.is_empty() && checkpoint.needs_calibration() {
        return Err(QuantizeError::NoTexts);
    }
    let weights = checkpoint.weights()?;
    let encoder = FloatEncoder::new(checkpoint.config.clone(), &weights);
    if !checkpoint.needs_calibration() {
        let model = ibert::import(checkpoint, &weights)?;
        let few = Recipe { random_sequences: 8, ..recipe.clone() };
        let random = if texts.is_empty() { ptq::random_sequences(&checkpoint.config, &few) } else { Vec::new() };
        let texts = if texts.is_empty() { &random } else { texts };
        let report = report::report(&model, &encoder, &ibert::readings(&model), texts, progress)?;
        return Ok((model, report));
    }
    ptq::quantize(checkpoint, &weights, &encoder, texts, recipe, progress)
}

/// Token sequences of `texts`; an error names the text by its number.
pub fn tokenize<T: AsRef<str>>(tokenizer: &Tokenizer, texts: &[T]) -> Result<Vec<Tokens>, QuantizeError> {
    let encoded = texts.iter().enumerate().map(|(index, text)| {
        tokenizer.encode(text.as_ref()).map_err(|source| QuantizeError::Text {
            number: index + 1,
            beginning: text.as_ref().chars().take(40).collect(),
            source,
        })
    });
    encoded.collect()
}
