//! Why there is no program.

use ibert_golden::encoder::EncodeError;
use ibert_isa::FieldError;
use std::fmt;

/// A model, a length and a configuration that do not go together.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// A size of the model is no multiple of the array's side.
    #[error(
        "{what} = {value} is no multiple of {side}, the array side of configuration {configuration}; choose a smaller configuration"
    )]
    NotAMultiple {
        /// Which size.
        what: &'static str,
        /// Its value.
        value: usize,
        /// N.
        side: usize,
        /// The configuration.
        configuration: &'static str,
    },
    /// A memory is too small.
    #[error(
        "memory {memory} of configuration {configuration} ({holds} bytes) is {over} bytes too small for {what}; {room}"
    )]
    DoesNotFit {
        /// The memory.
        memory: &'static str,
        /// The configuration.
        configuration: &'static str,
        /// Bytes that it has.
        holds: usize,
        /// Bytes that are missing.
        over: usize,
        /// What has to be in it at the same time.
        what: String,
        /// What does fit.
        room: Room,
    },
    /// The accelerator has I-BERT's softmax only.
    #[error(
        "the model has late softmax, which the accelerator does not compute; quantize the checkpoint with `--softmax paper` to run it there"
    )]
    LateSoftmax,
    /// Everything in memory takes more than 32-bit addresses reach.
    #[error("program, weights and activations take {bytes} bytes; addresses have 32 bits")]
    ImageTooLarge {
        /// Bytes.
        bytes: usize,
    },
    /// A constant of the model is too wide for its field.
    #[error("{tensor}, channel {channel}: {source}")]
    Constant {
        /// The part of the model.
        tensor: String,
        /// The channel.
        channel: usize,
        /// The field, its limits and the value.
        source: FieldError,
    },
    /// A field of an instruction is too narrow.
    #[error("instruction {index}: {source}")]
    Instruction {
        /// Its index.
        index: usize,
        /// The field, its limits and the value.
        source: FieldError,
    },
    /// The sequence is not one for this model.
    #[error(transparent)]
    Sequence(#[from] EncodeError),
}

/// What fits where something does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Room {
    /// The longest sequence that the configuration takes of the model, if it takes any.
    pub longest: Option<usize>,
    /// The smallest configuration that takes model and sequence, if there is one.
    pub larger: Option<&'static str>,
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.longest {
            Some(tokens) => write!(f, "it takes up to {tokens} tokens of this model")?,
            None => write!(f, "it does not take this model at any length")?,
        }
        match self.larger {
            Some(configuration) => write!(f, ", configuration {configuration} takes these"),
            None => write!(f, ", and no larger configuration takes these"),
        }
    }
}
