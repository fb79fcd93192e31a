//! `config.json`: architecture of the encoder, and its options that this project does not support.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::error::{CheckpointError, read_json};

/// Values of `model_type` that are understood.
pub const SUPPORTED_ARCHITECTURES: [&str; 3] = ["bert", "roberta", "ibert"];

/// The family a checkpoint belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// BERT, and the sentence encoders distilled from it (MiniLM). Positions count from 0.
    Bert,
    /// RoBERTa. Positions count from `pad_token_id + 1`.
    Roberta,
    /// I-BERT: RoBERTa with quantization ranges in its state dict. `quantized` says whether the checkpoint was trained
    /// with them (`quant_mode`), so that it can be imported exactly; without, it is a RoBERTa.
    IBert {
        /// `quant_mode` of `config.json`.
        quantized: bool,
    },
}

/// Shape and options of an encoder.
#[derive(Clone, Debug, PartialEq)]
pub struct EncoderConfig {
    /// The family.
    pub architecture: Architecture,
    /// Rows of the word embedding table.
    pub vocabulary: usize,
    /// Channels of a hidden state.
    pub hidden: usize,
    /// Encoder layers.
    pub layers: usize,
    /// Attention heads; they divide `hidden`.
    pub heads: usize,
    /// Channels between the two feed-forward matrices.
    pub intermediate: usize,
    /// Rows of the position embedding table.
    pub positions: usize,
    /// Rows of the token-type embedding table.
    pub token_types: usize,
    /// Added to the variance in LayerNorm.
    pub layer_norm_eps: f64,
    /// Id of the padding token.
    pub pad_token: u32,
}

impl EncoderConfig {
    /// Reads and checks a `config.json`.
    pub fn read(path: &Path) -> Result<Self, CheckpointError> {
        if !path.exists() {
            return Err(CheckpointError::MissingFile {
                path: path.to_owned(),
                advice: "it is saved beside model.safetensors by `save_pretrained`".into(),
            });
        }
        Fields { path: path.to_owned(), json: read_json(path)? }.encoder()
    }

    /// Channels of one attention head.
    pub fn head_dim(&self) -> usize {
        self.hidden / self.heads
    }

    /// Row of the position table that belongs to the first token.
    pub fn first_position(&self) -> usize {
        match self.architecture {
            Architecture::Bert => 0,
            Architecture::Roberta | Architecture::IBert { .. } => self.pad_token as usize + 1,
        }
    }

    /// Row of the position table for each token of a sequence: 0, 1, 2, … for BERT; for RoBERTa padding tokens share
    /// the row `pad_token` and the others count from `pad_token + 1`.
    pub fn position_ids(&self, ids: &[u32]) -> Vec<usize> {
        let mut next = self.first_position();
        let place = |id: &u32| {
            if self.architecture != Architecture::Bert && *id == self.pad_token {
                return self.pad_token as usize;
            }
            next += 1;
            next - 1
        };
        ids.iter().map(place).collect()
    }

    /// Longest sequence that the position table allows.
    pub fn max_tokens(&self) -> usize {
        self.positions - self.first_position()
    }
}

/// A parsed configuration file and the name to blame.
struct Fields {
    path: PathBuf,
    json: Value,
}

impl Fields {
    fn encoder(&self) -> Result<EncoderConfig, CheckpointError> {
        let model_type = self.json.get("model_type").and_then(Value::as_str).unwrap_or("");
        let architecture = match model_type {
            "bert" => Architecture::Bert,
            "roberta" => Architecture::Roberta,
            "ibert" => Architecture::IBert { quantized: self.flag("quant_mode") },
            other => {
                return Err(CheckpointError::UnknownArchitecture { path: self.path.clone(), found: other.to_owned() });
            }
        };
        self.refuse_unsupported(architecture)?;
        let config = EncoderConfig {
            architecture,
            vocabulary: self.count("vocab_size")?,
            hidden: self.count("hidden_size")?,
            layers: self.count("num_hidden_layers")?,
            heads: self.count("num_attention_heads")?,
            intermediate: self.count("intermediate_size")?,
            positions: self.count("max_position_embeddings")?,
            token_types: self.count("type_vocab_size")?,
            layer_norm_eps: self.layer_norm_eps()?,
            pad_token: self.pad_token(architecture)?,
        };
        if !config.hidden.is_multiple_of(config.heads) {
            let problem = format!("({}) does not divide `hidden_size` ({})", config.heads, config.hidden);
            return Err(self.field("num_attention_heads", problem));
        }
        if config.first_position() >= config.positions {
            let problem = format!("({}) leaves no position after the padding id", config.positions);
            return Err(self.field("max_position_embeddings", problem));
        }
        Ok(config)
    }

    /// Options that change what the encoder computes. An absent option has its default, which is the supported one.
    fn refuse_unsupported(&self, architecture: Architecture) -> Result<(), CheckpointError> {
        let words: [(&str, &[&str]); 2] =
            [("hidden_act", &["gelu", "gelu_python"]), ("position_embedding_type", &["absolute"])];
        for (option, supported) in words {
            match self.json.get(option) {
                None | Some(Value::Null) => {}
                Some(Value::String(found)) if supported.contains(&found.as_str()) => {}
                Some(found) => return Err(self.unsupported(option, found, &format!("{:?}", supported[0]))),
            }
        }
        for option in ["is_decoder", "add_cross_attention", "is_encoder_decoder", "pre_norm", "normalize_before"] {
            if self.flag(option) {
                return Err(self.unsupported(option, &Value::Bool(true), "false (a post-LayerNorm encoder)"));
            }
        }
        if let Some(found) = self.json.get("embedding_size").filter(|v| Some(*v) != self.json.get("hidden_size")) {
            return Err(self.unsupported("embedding_size", found, "the value of `hidden_size`"));
        }
        let dequantized = self.json.get("force_dequant").filter(|v| !v.is_null() && v.as_str() != Some("none"));
        match (architecture, dequantized) {
            (Architecture::IBert { quantized: true }, Some(found)) => {
                Err(self.unsupported("force_dequant", found, "\"none\" (every operator in integers)"))
            }
            _ => Ok(()),
        }
    }

    fn flag(&self, name: &str) -> bool {
        self.json.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A size: at least 1, and small enough that products of two of them cannot overflow.
    fn count(&self, name: &str) -> Result<usize, CheckpointError> {
        let Some(value) = self.json.get(name) else {
            return Err(self.field(name, "is missing".into()));
        };
        match value.as_u64() {
            Some(count @ 1..=0x0fff_ffff) => Ok(count as usize),
            _ => Err(self.field(name, format!("is {value}, expected a whole number from 1 to 2^28 - 1"))),
        }
    }

    fn layer_norm_eps(&self) -> Result<f64, CheckpointError> {
        match self.json.get("layer_norm_eps") {
            None => Ok(1e-12),
            Some(value) => match value.as_f64() {
                Some(eps) if (0.0..1.0).contains(&eps) => Ok(eps),
                _ => Err(self.field("layer_norm_eps", format!("is {value}, expected a number from 0 to 1"))),
            },
        }
    }

    fn pad_token(&self, architecture: Architecture) -> Result<u32, CheckpointError> {
        let default = if architecture == Architecture::Bert { 0 } else { 1 };
        match self.json.get("pad_token_id") {
            None | Some(Value::Null) => Ok(default),
            Some(value) => match value.as_u64() {
                Some(id @ 0..=0x0fff_ffff) => Ok(id as u32),
                _ => Err(self.field("pad_token_id", format!("is {value}, expected a token id"))),
            },
        }
    }

    fn field(&self, name: &str, problem: String) -> CheckpointError {
        CheckpointError::Field { path: self.path.clone(), field: name.to_owned(), problem }
    }

    fn unsupported(&self, option: &str, found: &Value, supported: &str) -> CheckpointError {
        CheckpointError::UnsupportedOption {
            path: self.path.clone(),
            option: option.to_owned(),
            found: found.to_string(),
            supported: supported.to_owned(),
        }
    }
}
