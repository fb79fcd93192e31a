//! The ways a case file can be wrong.

use std::path::PathBuf;

use crate::ops::OpError;

/// Why a case file or a case in it cannot be used. Tensor names are given as in the file, `<id>/<name>`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// The file cannot be opened or read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// Not a safetensors file, or a damaged one.
    #[error("not a safetensors file, or one that is cut short ({0}); write it again")]
    Container(#[from] safetensors::SafeTensorError),
    /// Metadata that every case file has is missing.
    #[error("metadata has no `{key}`: this is not an ibert-case file")]
    MissingMetadata {
        /// The metadata key.
        key: &'static str,
    },
    /// A format version that this reader does not support.
    #[error("ibert-case version is `{found}`, this reader knows version 1")]
    Version {
        /// The version in the file.
        found: String,
    },
    /// The list of cases is not the JSON it should be.
    #[error("metadata `ibert.cases` is not a list of {{id, op, attrs}}: {0}")]
    CaseList(#[from] serde_json::Error),
    /// Two cases with the same id.
    #[error("two cases are called `{id}`")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// A tensor that no case owns.
    #[error("tensor `{tensor}` belongs to no case of the list")]
    OrphanTensor {
        /// The tensor.
        tensor: String,
    },
    /// A tensor that the case's operator does not have: a misspelt output would be passed over.
    #[error("tensor `{tensor}` is neither input nor output of `{op}`; it has {known}")]
    UnknownTensor {
        /// The tensor.
        tensor: String,
        /// The case's operator.
        op: String,
        /// The tensors that the operator has.
        known: String,
    },
    /// A tensor with a dtype that is not an integer.
    #[error("tensor `{tensor}` is {dtype}, expected an integer dtype")]
    NotAnInteger {
        /// The tensor.
        tensor: String,
        /// Data type found.
        dtype: String,
    },
    /// An unsigned 64-bit value above 2^63 - 1.
    #[error("tensor `{tensor}` has a value above 2^63 - 1")]
    TooLarge {
        /// The tensor.
        tensor: String,
    },
    /// An operator that does not exist.
    #[error("case `{id}` is of unknown op `{op}`; known are requant, linear, gelu, exp, softmax, layernorm, isqrt")]
    UnknownOp {
        /// The case.
        id: String,
        /// The op.
        op: String,
    },
    /// A missing tensor.
    #[error("tensor `{tensor}` is missing")]
    MissingTensor {
        /// The tensor.
        tensor: String,
    },
    /// A missing attribute, or one that is not an integer.
    #[error("case `{id}`: attribute `{attribute}` is missing or not an integer")]
    Attribute {
        /// The case.
        id: String,
        /// The attribute.
        attribute: &'static str,
    },
    /// A tensor with the wrong shape.
    #[error("tensor `{tensor}` has shape {found:?}, expected {expected}")]
    Shape {
        /// The tensor.
        tensor: String,
        /// Shape found.
        found: Vec<usize>,
        /// The shape it should have, in words.
        expected: String,
    },
    /// A value outside its operand's range.
    #[error("tensor `{tensor}`[{index}] is {value}, legal is {legal}")]
    Value {
        /// The tensor.
        tensor: String,
        /// Flat index.
        index: usize,
        /// The value.
        value: i64,
        /// The legal range, in words.
        legal: &'static str,
    },
    /// The operator refuses the operands.
    #[error("case `{id}`: {source}")]
    Op {
        /// The case.
        id: String,
        /// Error of the operator.
        source: OpError,
    },
}
