//! Places in the encoder where a tensor can be observed.

use std::fmt;

use super::matrix::Matrix;

/// An intermediate tensor of one layer (or of the embeddings), `[tokens, channels]` unless said. The names are those of
/// docs/numerics.md, "One encoder layer".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tap {
    /// Sum of the three embeddings, before the normalization.
    EmbeddingSum,
    /// The encoder's input: normalized embeddings.
    Embeddings,
    /// Output of the query projection.
    Query,
    /// Output of the key projection.
    Key,
    /// Output of the value projection.
    Value,
    /// `[heads × tokens, tokens]`: scaled products of queries and keys, before the softmax.
    Scores,
    /// `[heads × tokens, tokens]`: attention probabilities.
    Probabilities,
    /// Probabilities times values, heads side by side.
    Context,
    /// Output of the attention's output projection, without the residual.
    AttentionOutput,
    /// The same with the residual: input of the attention's LayerNorm.
    AttentionSum,
    /// Output of the attention's LayerNorm: input of the feed-forward network.
    AttentionNorm,
    /// `[tokens, intermediate]`: output of the first feed-forward matrix, before GELU.
    Intermediate,
    /// `[tokens, intermediate]`: output of GELU.
    Gelu,
    /// Output of the second feed-forward matrix, without the residual.
    Output,
    /// The same with the residual: input of the output LayerNorm.
    OutputSum,
    /// The layer's output.
    OutputNorm,
}

impl fmt::Display for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmbeddingSum => "embeddings.sum",
            Self::Embeddings => "embeddings.output",
            Self::Query => "attention.query",
            Self::Key => "attention.key",
            Self::Value => "attention.value",
            Self::Scores => "attention.scores",
            Self::Probabilities => "attention.probabilities",
            Self::Context => "attention.context",
            Self::AttentionOutput => "attention.output",
            Self::AttentionSum => "attention.sum",
            Self::AttentionNorm => "attention.norm",
            Self::Intermediate => "ffn.intermediate",
            Self::Gelu => "ffn.gelu",
            Self::Output => "ffn.output",
            Self::OutputSum => "ffn.sum",
            Self::OutputNorm => "ffn.norm",
        })
    }
}

/// Sees every intermediate tensor of a forward pass, in order of execution. `layer` is 0 for the embeddings.
pub trait Observer {
    /// One tensor.
    fn observe(&mut self, layer: usize, tap: Tap, tensor: &Matrix);
}

/// Observer that ignores every tensor.
pub struct Ignore;

impl Observer for Ignore {
    fn observe(&mut self, _: usize, _: Tap, _: &Matrix) {}
}

impl<F: FnMut(usize, Tap, &Matrix)> Observer for F {
    fn observe(&mut self, layer: usize, tap: Tap, tensor: &Matrix) {
        self(layer, tap, tensor);
    }
}
