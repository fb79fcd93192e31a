//! Every way a checkpoint folder can be wrong; each message names the remedy.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::config::SUPPORTED_ARCHITECTURES;
use crate::text::TokenizeError;

/// Why a checkpoint cannot be read.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The path is not a directory.
    #[error("{path}: not a folder; quantize takes the folder of a checkpoint, with config.json and model.safetensors", path = path.display())]
    NotAFolder {
        /// The path given.
        path: PathBuf,
    },
    /// A file that must be there is not.
    #[error("{path}: no such file; {advice}", path = path.display())]
    MissingFile {
        /// The file looked for.
        path: PathBuf,
        /// Remedy.
        advice: String,
    },
    /// The operating system refused to read a file.
    #[error("{path}: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// A JSON file does not parse.
    #[error("{path}: not valid JSON: {source}", path = path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Line, column and reason.
        source: serde_json::Error,
    },
    /// `model_type` names an architecture that is not an I-BERT-like encoder.
    #[error(
        "{path}: architecture {found:?} is not supported; supported are {}",
        SUPPORTED_ARCHITECTURES.join(", "),
        path = path.display()
    )]
    UnknownArchitecture {
        /// `config.json`.
        path: PathBuf,
        /// `model_type` found.
        found: String,
    },
    /// A field of a configuration file is missing or has a value that makes no sense.
    #[error("{path}: field `{field}` {problem}", path = path.display())]
    Field {
        /// The configuration file.
        path: PathBuf,
        /// The field's name.
        field: String,
        /// Description of the fault.
        problem: String,
    },
    /// The configuration asks for something that the integer encoder does not compute.
    #[error("{path}: option `{option}` = {found} is not supported; expected {supported}", path = path.display())]
    UnsupportedOption {
        /// The configuration file.
        path: PathBuf,
        /// The option's name.
        option: String,
        /// Value found.
        found: String,
        /// The values that are.
        supported: String,
    },
    /// A safetensors file is damaged: truncated, or not such a file.
    #[error("{path}: damaged safetensors file ({reason}); download or save it again", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The inconsistency.
        reason: String,
    },
    /// The index names a tensor that its shard does not hold.
    #[error(
        "{shard}: tensor `{tensor}` is missing, though {index} places it there; download the shards again",
        shard = shard.display(), index = index.display()
    )]
    MissingInShard {
        /// `model.safetensors.index.json`.
        index: PathBuf,
        /// The shard.
        shard: PathBuf,
        /// The tensor.
        tensor: String,
    },
    /// The encoder's tensors were not found under any prefix, or under several.
    #[error("{path}: {found}, so the encoder cannot be located; expected exactly one `<prefix>{anchor}`", path = path.display())]
    NoEncoder {
        /// The weight file (or index).
        path: PathBuf,
        /// The tensor whose prefix is looked for.
        anchor: &'static str,
        /// Alternatives found.
        found: String,
    },
    /// A tensor is not there.
    #[error("{path}: tensor `{tensor}` of shape {expected:?} is missing; the checkpoint does not match its config.json", path = path.display())]
    MissingTensor {
        /// The weight file (or index).
        path: PathBuf,
        /// The tensor.
        tensor: String,
        /// Expected shape.
        expected: Vec<usize>,
    },
    /// A tensor has another shape than the configuration says.
    #[error(
        "{path}: tensor `{tensor}` has shape {found:?}, expected {expected:?}; the checkpoint does not match its config.json",
        path = path.display()
    )]
    WrongShape {
        /// The weight file.
        path: PathBuf,
        /// The tensor.
        tensor: String,
        /// Expected shape.
        expected: Vec<usize>,
        /// Shape found.
        found: Vec<usize>,
    },
    /// A tensor's element type is not a floating-point type that can be widened to f32.
    #[error("{path}: tensor `{tensor}` has element type {found}; supported are F32, F16 and BF16", path = path.display())]
    UnsupportedType {
        /// The weight file.
        path: PathBuf,
        /// The tensor.
        tensor: String,
        /// Data type found.
        found: String,
    },
    /// A weight is NaN or infinite.
    #[error(
        "{path}: tensor `{tensor}` holds {value} at flat index {index}; weights must be finite, the checkpoint is broken",
        path = path.display()
    )]
    NotFinite {
        /// The weight file.
        path: PathBuf,
        /// The tensor.
        tensor: String,
        /// Flat index of the first such weight.
        index: usize,
        /// NaN, inf or -inf.
        value: f32,
    },
    /// `tokenizer.json` is not usable.
    #[error("{path}: {source}", path = path.display())]
    Tokenizer {
        /// The file.
        path: PathBuf,
        /// Cause.
        source: TokenizeError,
    },
}

/// The bytes of a file that must exist.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, CheckpointError> {
    std::fs::read(path).map_err(|source| CheckpointError::Unreadable { path: path.to_owned(), source })
}

/// A JSON file that must exist.
pub(super) fn read_json(path: &Path) -> Result<serde_json::Value, CheckpointError> {
    serde_json::from_slice(&read(path)?).map_err(|source| CheckpointError::Json { path: path.to_owned(), source })
}
