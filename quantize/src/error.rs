//! Why a checkpoint cannot be quantized.

use ibert_golden::encoder::EncodeError;
use ibert_golden::model::ModelError;
use ibert_golden::ops::OpError;
use thiserror::Error;

use super::checkpoint::CheckpointError;
use super::reference::ForwardError;
use crate::text::TokenizeError;

/// Why a checkpoint cannot be quantized.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum QuantizeError {
    /// The folder is not a usable checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// No text to calibrate or to compare with.
    #[error("there is no text; give at least one, better 50 of the kind that the model will see")]
    NoTexts,
    /// A text has no token ids.
    #[error("text {number} ({beginning:?}): {source}")]
    Text {
        /// Number of the text, counted from 1.
        number: usize,
        /// Beginning of the text.
        beginning: String,
        /// Cause.
        source: TokenizeError,
    },
    /// A sequence does not run in fp32.
    #[error(transparent)]
    Forward(#[from] ForwardError),
    /// A sequence does not run in integers.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A constant cannot be derived.
    #[error("{place}: {source}; the weights there are degenerate")]
    Constants {
        /// The layer, or the embeddings.
        place: String,
        /// Error of the operator.
        source: OpError,
    },
    /// A checkpoint that a model was not made of.
    #[error("the checkpoint has {checkpoint} {what}, the model {model}: it is not the one that the model was made of")]
    OtherShape {
        /// Name of the size.
        what: &'static str,
        /// That of the checkpoint.
        checkpoint: usize,
        /// That of the model.
        model: usize,
    },
    /// An I-BERT checkpoint whose ranges were never trained.
    #[error(
        "`{module}` has the range [{min}, {max}] that it was initialized with: the checkpoint was saved before \
         quantization-aware training; set `quant_mode` to false in its config.json to quantize it after training"
    )]
    UntrainedRange {
        /// The `QuantAct` module.
        module: String,
        /// Value of `x_min`.
        min: f32,
        /// Value of `x_max`.
        max: f32,
    },
    /// A LayerNorm shift that is not one.
    #[error("tensor `{tensor}` is {value}: a shift is a whole number from 0 to {limit}")]
    Shift {
        /// The tensor.
        tensor: String,
        /// Value found.
        value: f32,
        /// The largest shift.
        limit: u32,
    },
    /// The integer model does not fit the hardware's widths.
    #[error(transparent)]
    Model(#[from] ModelError),
}
