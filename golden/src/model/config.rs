//! The architecture of an integer model: what the JSON metadata of its file holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ModelError;

/// Sizes and attributes of an encoder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// Hugging Face's `model_type` of the checkpoint: `bert`, `roberta`, `ibert`.
    pub architecture: String,
    /// Origin of the parameters, as text.
    pub source: String,
    /// Channels of a token.
    pub hidden: usize,
    /// Attention heads; divides `hidden`.
    pub heads: usize,
    /// Channels between the two feed-forward layers.
    pub ffn: usize,
    /// Encoder layers.
    pub layers: usize,
    /// Rows of the word table.
    pub vocab: usize,
    /// Rows of the position table.
    pub positions: usize,
    /// Rows of the token-type table.
    pub token_types: usize,
    /// How a token's row in the position table is found.
    pub position_ids: PositionIds,
    /// Width of the residual path: 8 (I-BERT) or 16 (docs/numerics.md, "Attributes beyond the paper").
    pub residual_bits: u32,
    /// Width of the embedding tables: 8 (I-BERT) or 16.
    pub embedding_bits: u32,
    /// How attention scores become the weights of the values.
    #[serde(default, skip_serializing_if = "SoftmaxForm::is_paper")]
    pub softmax: SoftmaxForm,
    /// I-BERT's second requantizations 8→8: `pre_intermediate_act` before FFN1 and `pre_output_act` before FFN2.
    pub chained_requant: bool,
    /// How a sentence embedding is made of the last hidden state, if the model is a sentence encoder.
    pub pooling: Option<Pooling>,
}

/// Form of the softmax (docs/numerics.md).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SoftmaxForm {
    /// I-BERT's i-softmax: probabilities of 8 bits relative to 1.
    #[default]
    Paper,
    /// Weights of 8 bits relative to the row's maximum; the context is divided by their sum.
    Late,
}

impl SoftmaxForm {
    /// Whether this is I-BERT's form.
    pub fn is_paper(&self) -> bool {
        *self == SoftmaxForm::Paper
    }
}

/// Numbering of positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PositionIds {
    /// 0, 1, 2, … (BERT).
    Absolute,
    /// `padding_id + 1`, `padding_id + 2`, … over the tokens that are not padding, which get `padding_id` (RoBERTa).
    AfterPadding {
        /// Token id of padding.
        padding_id: u32,
    },
}

/// Sentence embedding of a hidden state, computed on the host in float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Mean over the tokens that the mask keeps, then L2 normalization.
    Mean,
}

/// No dimension of a real encoder comes near; it bounds every product of two dimensions.
const MAX_DIMENSION: usize = 1 << 24;
/// Bounds what a reader allocates before it has seen a tensor.
const MAX_LAYERS: usize = 1 << 10;
/// The score accumulator `Q * K^T` of int8 operands fits 32 bits for every input up to here: `2^7 * 2^7 * 2^16 = 2^30`.
const MAX_HEAD_DIM: usize = 1 << 16;

/// The accumulator `P * V` of late i-softmax, whose weights are not normalized, fits 32 bits for every input up to here:
/// `255 * 2^7 * 2^16 < 2^31`.
const MAX_LATE_TOKENS: usize = 1 << 16;

impl ModelConfig {
    /// Channels of one head.
    pub fn head_dim(&self) -> usize {
        self.hidden / self.heads
    }

    /// Longest sequence in tokens; RoBERTa's position numbers start after the padding id.
    pub fn max_tokens(&self) -> usize {
        match self.position_ids {
            PositionIds::Absolute => self.positions,
            PositionIds::AfterPadding { padding_id } => self.positions.saturating_sub(padding_id as usize + 1),
        }
    }

    /// Checks the sizes and attributes against each other.
    pub(super) fn validate(&self) -> Result<(), ModelError> {
        let dimensions = [
            ("hidden", self.hidden),
            ("heads", self.heads),
            ("ffn", self.ffn),
            ("layers", self.layers),
            ("vocab", self.vocab),
            ("positions", self.positions),
            ("token_types", self.token_types),
            ("longest sequence", self.max_tokens()),
        ];
        for (field, value) in dimensions {
            if !(1..=MAX_DIMENSION).contains(&value) {
                return Err(ModelError::config(field, value, "1..=2^24"));
            }
        }
        if self.layers > MAX_LAYERS {
            return Err(ModelError::config("layers", self.layers, "1..=1024"));
        }
        if !self.hidden.is_multiple_of(self.heads) {
            return Err(ModelError::config("heads", self.heads, "a divisor of `hidden`"));
        }
        if self.head_dim() > MAX_HEAD_DIM {
            return Err(ModelError::config("heads", self.heads, "enough for at most 2^16 channels a head"));
        }
        for (field, bits) in [("residual_bits", self.residual_bits), ("embedding_bits", self.embedding_bits)] {
            if bits != 8 && bits != 16 {
                return Err(ModelError::config(field, bits, "8 or 16"));
            }
        }
        if self.softmax == SoftmaxForm::Late && self.max_tokens() > MAX_LATE_TOKENS {
            return Err(ModelError::config("longest sequence", self.max_tokens(), "1..=2^16 with late softmax"));
        }
        if self.chained_requant && self.residual_bits != 8 {
            // h' is also the second residual (docs/numerics.md, "The encoder"), so it exists in one width only.
            return Err(ModelError::config("chained_requant", true, "false where `residual_bits` is 16"));
        }
        Ok(())
    }
}
