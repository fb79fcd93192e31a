//! Hugging Face checkpoint folders: configuration, weights, tokenizer and sentence-embedding settings.
//!
//! Nothing read from a file is trusted: every shape, type and value is checked, and each way a folder can be wrong is
//! its own [`CheckpointError`].

mod config;
mod error;
mod sentence;
mod tensors;
mod weights;

use std::path::{Path, PathBuf};

pub use config::{Architecture, EncoderConfig, SUPPORTED_ARCHITECTURES};
pub use error::CheckpointError;
pub use sentence::SentenceConfig;
pub use tensors::TensorStore;
pub(super) use weights::encoder_prefix;
pub use weights::{EmbeddingWeights, EncoderWeights, LayerNormWeights, LayerWeights, LinearWeights};

use crate::text::Tokenizer;

/// An opened checkpoint folder. Weights stay on disk (memory-mapped) until [`Checkpoint::weights`] widens them to f32.
pub struct Checkpoint {
    directory: PathBuf,
    /// Architecture of the encoder.
    pub config: EncoderConfig,
    /// How texts become embeddings.
    pub sentence: SentenceConfig,
    /// Every tensor of the folder's safetensors files.
    pub tensors: TensorStore,
    tokenizer: Option<Vec<u8>>,
}

impl Checkpoint {
    /// Opens `directory`: `config.json`, `model.safetensors` (or the shards of `model.safetensors.index.json`), and,
    /// where they exist, `tokenizer.json` and sentence-transformers' `modules.json`.
    pub fn open(directory: &Path) -> Result<Self, CheckpointError> {
        if !directory.is_dir() {
            return Err(CheckpointError::NotAFolder { path: directory.to_owned() });
        }
        let config = EncoderConfig::read(&directory.join("config.json"))?;
        let tensors = TensorStore::open(directory)?;
        let sentence = SentenceConfig::read(directory)?;
        let path = directory.join("tokenizer.json");
        let tokenizer = if path.exists() { Some(error::read(&path)?) } else { None };
        Ok(Self { directory: directory.to_owned(), config, sentence, tensors, tokenizer })
    }

    /// All encoder weights in f32, whatever the type they are stored in (F32, F16 or BF16), checked for shape and
    /// finiteness.
    pub fn weights(&self) -> Result<EncoderWeights, CheckpointError> {
        EncoderWeights::read(&self.tensors, &self.config)
    }

    /// Whether quantizing this checkpoint needs calibration texts. An I-BERT checkpoint trained with quantization has
    /// its ranges in its tensors and does not.
    pub fn needs_calibration(&self) -> bool {
        self.config.architecture != Architecture::IBert { quantized: true }
    }

    /// Files of the checkpoint.
    pub fn files(&self) -> Vec<PathBuf> {
        let settings = ["config.json", "tokenizer.json", "modules.json"].map(|name| self.directory.join(name));
        settings.into_iter().chain(self.tensors.files()).collect()
    }

    /// The folder that was opened.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The raw bytes of `tokenizer.json`, to be embedded in the integer model.
    pub fn tokenizer_definition(&self) -> Option<&[u8]> {
        self.tokenizer.as_deref()
    }

    /// The folder's tokenizer; an error when there is none.
    pub fn tokenizer(&self) -> Result<Tokenizer, CheckpointError> {
        let path = self.directory.join("tokenizer.json");
        let Some(definition) = &self.tokenizer else {
            return Err(CheckpointError::MissingFile {
                path,
                advice: "save the model's fast tokenizer there (`AutoTokenizer.from_pretrained(..., use_fast=True)\
                         .save_pretrained(...)`)"
                    .into(),
            });
        };
        Tokenizer::from_bytes(definition, self.config.vocabulary, self.config.token_types)
            .map_err(|source| CheckpointError::Tokenizer { path, source })
    }
}
