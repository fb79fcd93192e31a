//! Errors of the compiler.

use ibert_golden::encoder::EncodeError;
use ibert_isa::FieldError;
use std::fmt;

/// Why a model, a sequence length and a configuration do not give a program.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// A size of the model is not a multiple of the array side.
    #[error(
        "{what} = {value} is not a multiple of {side}, the array side of configuration {configuration}; \
         choose a smaller configuration"
    )]
    NotAMultiple {
        /// Name of the size.
        what: &'static str,
        /// Value of the size.
        value: usize,
        /// Array side N.
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
        /// Size of the memory in bytes.
        holds: usize,
        /// Missing bytes.
        over: usize,
        /// What must be in the memory at the same time.
        what: String,
        /// What fits instead.
        room: Room,
    },
    /// Program, weights and activations exceed the 32-bit address space.
    #[error("program, weights and activations take {bytes} bytes; addresses have 32 bits")]
    ImageTooLarge {
        /// Size of the image in bytes.
        bytes: usize,
    },
    /// A constant of the model is too wide for its field.
    #[error("{tensor}, channel {channel}: {source}")]
    Constant {
        /// Part of the model.
        tensor: String,
        /// The channel.
        channel: usize,
        /// The field, its limits and the value.
        source: FieldError,
    },
    /// A field of an instruction is too narrow.
    #[error("instruction {index}: {source}")]
    Instruction {
        /// Index of the instruction.
        index: usize,
        /// The field, its limits and the value.
        source: FieldError,
    },
    /// The model refuses the sequence.
    #[error(transparent)]
    Sequence(#[from] EncodeError),
}

/// What fits instead of a model and sequence that do not fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Room {
    /// Longest sequence of the model that fits the configuration; `None` if no length fits.
    pub longest: Option<usize>,
    /// Smallest configuration that fits model and sequence; `None` if there is none.
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
