//! Sequences and operands that the encoder rejects.

use super::{HiddenStream, Sequence};
use crate::{model::ModelConfig, ops::OpError};

/// Why a sequence cannot be encoded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// No tokens.
    #[error("the sequence has no tokens")]
    Empty,
    /// More tokens than positions.
    #[error("the sequence has {tokens} tokens, the model's positions allow {limit}; split or truncate the text")]
    TooLong {
        /// Tokens of the sequence.
        tokens: usize,
        /// Longest sequence of the model.
        limit: usize,
    },
    /// A token id without a row in the word table.
    #[error("token {index} has id {id}, the vocabulary has ids 0..={}", .vocab.saturating_sub(1))]
    UnknownToken {
        /// Position in the sequence.
        index: usize,
        /// The id.
        id: u32,
        /// Rows of the table.
        vocab: usize,
    },
    /// A token type without a row in its table.
    #[error("token {index} is of type {token_type}, the model has types 0..={}", .token_types.saturating_sub(1))]
    UnknownTokenType {
        /// Position in the sequence.
        index: usize,
        /// The type.
        token_type: u32,
        /// Rows of the table.
        token_types: usize,
    },
    /// Token types or mask of another length than the ids.
    #[error("`{name}` has {found} entries for {tokens} tokens")]
    Length {
        /// `token_types` or `mask`.
        name: &'static str,
        /// Length found.
        found: usize,
        /// Tokens of the sequence.
        tokens: usize,
    },
    /// A layer that the model does not have.
    #[error("there is no layer {index}, the model has {layers} layers")]
    NoSuchLayer {
        /// The layer.
        index: usize,
        /// Layers of the model.
        layers: usize,
    },
    /// A stream that came from an encoder of another shape.
    #[error("the stream has {operands} operands and {residuals} residuals, which are not tokens of {hidden} channels")]
    OtherStream {
        /// int8 operands.
        operands: usize,
        /// Residuals.
        residuals: usize,
        /// Channels of the model's tokens.
        hidden: usize,
    },
    /// An operator rejects its operands.
    #[error("{}: {source}", layer.map_or("embeddings".into(), |layer| format!("layer {layer}")))]
    Op {
        /// The layer, none for the embeddings.
        layer: Option<usize>,
        /// Error of the operator.
        source: OpError,
    },
}

/// Checks what enters a layer against the model's sizes.
pub(super) fn check_stream(stream: &HiddenStream, mask: &[bool], config: &ModelConfig) -> Result<(), EncodeError> {
    let (operands, residuals, hidden) = (stream.operand.len(), stream.residual().len(), config.hidden);
    let wide = stream.residual.is_some() == (config.residual_bits == 16);
    if !wide || operands == 0 || residuals != operands || !operands.is_multiple_of(hidden) {
        return Err(EncodeError::OtherStream { operands, residuals, hidden });
    }
    let (found, tokens) = (mask.len(), operands / hidden);
    if found != 0 && found != tokens {
        return Err(EncodeError::Length { name: "mask", found, tokens });
    }
    Ok(())
}

/// Checks a sequence against the model's tables.
pub(super) fn check_sequence(sequence: &Sequence, config: &ModelConfig) -> Result<(), EncodeError> {
    let tokens = sequence.ids.len();
    if tokens == 0 {
        return Err(EncodeError::Empty);
    }
    if tokens > config.max_tokens() {
        return Err(EncodeError::TooLong { tokens, limit: config.max_tokens() });
    }
    for (name, found) in [("token_types", sequence.token_types.len()), ("mask", sequence.mask.len())] {
        if found != 0 && found != tokens {
            return Err(EncodeError::Length { name, found, tokens });
        }
    }
    let vocab = config.vocab;
    if let Some((index, &id)) = sequence.ids.iter().enumerate().find(|&(_, &id)| id as usize >= vocab) {
        return Err(EncodeError::UnknownToken { index, id, vocab });
    }
    let token_types = config.token_types;
    let unknown = sequence.token_types.iter().enumerate().find(|&(_, &t)| t as usize >= token_types);
    match unknown {
        Some((index, &token_type)) => Err(EncodeError::UnknownTokenType { index, token_type, token_types }),
        None => Ok(()),
    }
}
