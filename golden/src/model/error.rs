//! The ways an integer model or its file can be wrong.

use std::{fmt::Display, path::PathBuf};

use crate::ops::OpError;

/// Why an integer model cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file cannot be opened, read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// Not a safetensors file, or a damaged one.
    #[error("not a safetensors file, or one that is cut short ({0}); make it again with `ibert quantize`")]
    Container(#[from] safetensors::SafeTensorError),
    /// A safetensors file that is something else.
    #[error("no `ibert.model` metadata: this is not an integer model; make one with `ibert quantize`")]
    NotAModel,
    /// A format version that this reader does not support.
    #[error(
        "integer-model version {found}, but this reader supports versions up to {known}; quantize the checkpoint again"
    )]
    Version {
        /// The version in the file.
        found: u64,
        /// The version that is known.
        known: u64,
    },
    /// The metadata is not the JSON it should be.
    #[error("metadata `ibert.model`: {0}")]
    Metadata(#[from] serde_json::Error),
    /// A size or attribute outside its range.
    #[error("configuration: `{field}` is {value}, legal is {legal}")]
    Config {
        /// The field.
        field: &'static str,
        /// Value found.
        value: String,
        /// The legal values, in words.
        legal: &'static str,
    },
    /// A tensor that the architecture needs is missing.
    #[error("tensor `{tensor}` is missing")]
    MissingTensor {
        /// The tensor.
        tensor: String,
    },
    /// A tensor that the architecture does not have.
    #[error("tensor `{tensor}` does not belong to this architecture")]
    ExtraTensor {
        /// The tensor.
        tensor: String,
    },
    /// A tensor of another dtype.
    #[error("tensor `{tensor}` is {found}, expected {expected}")]
    Dtype {
        /// The tensor.
        tensor: String,
        /// Data type found.
        found: String,
        /// The expected dtype.
        expected: String,
    },
    /// A tensor of another shape.
    #[error("tensor `{tensor}` has shape {found:?}, expected {expected}")]
    Shape {
        /// The tensor.
        tensor: String,
        /// Shape found.
        found: Vec<usize>,
        /// The shape it should have.
        expected: String,
    },
    /// A value outside its range.
    #[error("tensor `{tensor}`[{index}] is {value}, legal is {legal}")]
    Value {
        /// The tensor.
        tensor: String,
        /// Flat index, which is the channel of a constant.
        index: usize,
        /// The value.
        value: i64,
        /// The legal range, in words.
        legal: String,
    },
    /// A scale that is NaN, infinite, zero or negative.
    #[error("tensor `{tensor}`[{index}] is {value}: a scale is finite and positive")]
    Scale {
        /// The tensor.
        tensor: String,
        /// Flat index.
        index: usize,
        /// The value.
        value: f64,
    },
    /// Constants that an operator rejects.
    #[error("tensors `{tensors}`, channel {channel}: {source}")]
    Constants {
        /// Common prefix of the tensors.
        tensors: String,
        /// Channel.
        channel: usize,
        /// Error of the operator.
        source: OpError,
    },
    /// A quantity that the hardware's widths cannot hold.
    #[error(
        "`{quantity}`, channel {channel}, is {value}: the hardware holds {bits} bits ({why}); \
         requantize with a coarser scale there"
    )]
    Width {
        /// Tensor or derived quantity, with its layer.
        quantity: String,
        /// Channel.
        channel: usize,
        /// Its value, or the bound of its magnitude.
        value: i128,
        /// Width of the hardware's field.
        bits: u32,
        /// Purpose of the field.
        why: &'static str,
    },
}

impl ModelError {
    pub(super) fn config(field: &'static str, value: impl Display, legal: &'static str) -> Self {
        Self::Config { field, value: value.to_string(), legal }
    }
}
