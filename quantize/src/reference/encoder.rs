//! The forward pass.

use thiserror::Error;

use super::matrix::{Matrix, PackedWeights};
use super::operators::{gelu, layer_norm, softmax};
use super::tap::{Observer, Tap};
use crate::checkpoint::{EmbeddingWeights, EncoderConfig, EncoderWeights, LayerNormWeights, LinearWeights};
use crate::text::Tokens;

/// Why a sequence cannot be run.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ForwardError {
    /// Nothing to run.
    #[error("the sequence has no token")]
    Empty,
    /// More tokens than positions.
    #[error("the sequence has {found} tokens, the model allows {limit}; split the text")]
    TooLong {
        /// Tokens of the sequence.
        found: usize,
        /// Tokens that the position table allows.
        limit: usize,
    },
    /// An id beyond its table.
    #[error("token {at} has {kind} {id}, the model's table has {limit} rows")]
    OutOfTable {
        /// Index of the token in the sequence.
        at: usize,
        /// `id` or `type id`.
        kind: &'static str,
        /// The id.
        id: u32,
        /// Rows of the table.
        limit: usize,
    },
    /// Parallel inputs of different lengths.
    #[error("{ids} token ids come with {type_ids} type ids and a mask of {mask}; the three must be equally many")]
    Unequal {
        /// Number of token ids.
        ids: usize,
        /// Number of type ids.
        type_ids: usize,
        /// Length of the mask.
        mask: usize,
    },
}

/// One layer, weights packed for the product.
struct Layer {
    query: PackedWeights,
    key: PackedWeights,
    value: PackedWeights,
    attention_output: PackedWeights,
    attention_norm: LayerNormWeights,
    intermediate: PackedWeights,
    output: PackedWeights,
    output_norm: LayerNormWeights,
}

/// The fp32 encoder.
pub struct FloatEncoder {
    config: EncoderConfig,
    embeddings: EmbeddingWeights,
    layers: Vec<Layer>,
}

impl FloatEncoder {
    /// Packs checked weights.
    pub fn new(config: EncoderConfig, weights: &EncoderWeights) -> Self {
        let pack = |linear: &LinearWeights| PackedWeights::new(&linear.weight, &linear.bias);
        let layers = weights.layers.iter().map(|layer| Layer {
            query: pack(&layer.query),
            key: pack(&layer.key),
            value: pack(&layer.value),
            attention_output: pack(&layer.attention_output),
            attention_norm: layer.attention_norm.clone(),
            intermediate: pack(&layer.intermediate),
            output: pack(&layer.output),
            output_norm: layer.output_norm.clone(),
        });
        Self { embeddings: weights.embeddings.clone(), layers: layers.collect(), config }
    }

    /// Shape and options.
    pub fn config(&self) -> &EncoderConfig {
        &self.config
    }

    /// Hidden states of the last layer, `[tokens, hidden]`. Columns whose `mask` is `false` are not attended to.
    pub fn forward(&self, tokens: &Tokens, mask: &[bool], observer: &mut dyn Observer) -> Result<Matrix, ForwardError> {
        self.check(tokens, mask)?;
        let mut hidden = self.embed(tokens, observer);
        for (index, layer) in self.layers.iter().enumerate() {
            hidden = self.layer(index, layer, &hidden, mask, observer);
        }
        Ok(hidden)
    }

    fn check(&self, tokens: &Tokens, mask: &[bool]) -> Result<(), ForwardError> {
        let (ids, type_ids, mask) = (tokens.ids.len(), tokens.type_ids.len(), mask.len());
        if ids != type_ids || ids != mask {
            return Err(ForwardError::Unequal { ids, type_ids, mask });
        }
        match ids {
            0 => return Err(ForwardError::Empty),
            found if found > self.config.max_tokens() => {
                return Err(ForwardError::TooLong { found, limit: self.config.max_tokens() });
            }
            _ => {}
        }
        let tables =
            [("id", &tokens.ids, self.config.vocabulary), ("type id", &tokens.type_ids, self.config.token_types)];
        for (kind, ids, limit) in tables {
            if let Some((at, id)) = ids.iter().enumerate().find(|(_, id)| **id as usize >= limit) {
                return Err(ForwardError::OutOfTable { at, kind, id: *id, limit });
            }
        }
        Ok(())
    }

    fn embed(&self, tokens: &Tokens, observer: &mut dyn Observer) -> Matrix {
        let hidden = self.config.hidden;
        let row = |table: &'_ [f32], index: usize, channel: usize| table[index * hidden + channel];
        let mut sum = Matrix::zeros(tokens.len(), hidden);
        for (at, position) in self.config.position_ids(&tokens.ids).into_iter().enumerate() {
            let (id, type_id) = (tokens.ids[at] as usize, tokens.type_ids[at] as usize);
            for (channel, out) in sum.row_mut(at).iter_mut().enumerate() {
                *out = row(&self.embeddings.word, id, channel)
                    + row(&self.embeddings.token_type, type_id, channel)
                    + row(&self.embeddings.position, position, channel);
            }
        }
        observer.observe(0, Tap::EmbeddingSum, &sum);
        let normalized = layer_norm(&sum, &self.embeddings.norm, self.config.layer_norm_eps);
        observer.observe(0, Tap::Embeddings, &normalized);
        normalized
    }

    fn layer(&self, index: usize, layer: &Layer, x: &Matrix, mask: &[bool], observer: &mut dyn Observer) -> Matrix {
        let eps = self.config.layer_norm_eps;
        let mut see = |tap, tensor: &Matrix| observer.observe(index, tap, tensor);
        let query = layer.query.apply(x);
        see(Tap::Query, &query);
        let key = layer.key.apply(x);
        see(Tap::Key, &key);
        let value = layer.value.apply(x);
        see(Tap::Value, &value);

        let context = self.attention(&query, &key, &value, mask, &mut see);
        see(Tap::Context, &context);
        let projected = layer.attention_output.apply(&context);
        see(Tap::AttentionOutput, &projected);
        let sum = added(projected, x);
        see(Tap::AttentionSum, &sum);
        let attended = layer_norm(&sum, &layer.attention_norm, eps);
        see(Tap::AttentionNorm, &attended);

        let mut wide = layer.intermediate.apply(&attended);
        see(Tap::Intermediate, &wide);
        wide.data.iter_mut().for_each(|v| *v = gelu(*v));
        see(Tap::Gelu, &wide);
        let narrow = layer.output.apply(&wide);
        see(Tap::Output, &narrow);
        let sum = added(narrow, &attended);
        see(Tap::OutputSum, &sum);
        let out = layer_norm(&sum, &layer.output_norm, eps);
        see(Tap::OutputNorm, &out);
        out
    }

    fn attention(
        &self,
        query: &Matrix,
        key: &Matrix,
        value: &Matrix,
        mask: &[bool],
        see: &mut impl FnMut(Tap, &Matrix),
    ) -> Matrix {
        let (tokens, heads, dim) = (query.rows, self.config.heads, self.config.head_dim());
        let scale = 1.0 / (dim as f32).sqrt();
        let mut scores = Matrix::zeros(heads * tokens, tokens);
        for (head, block) in scores.data.chunks_exact_mut(tokens * tokens).enumerate() {
            let keys = PackedWeights::new(&key.columns(head * dim, dim).data, &vec![0.0; tokens]);
            let products = keys.apply(&query.columns(head * dim, dim));
            block.iter_mut().zip(&products.data).for_each(|(s, p)| *s = p * scale);
        }
        see(Tap::Scores, &scores);
        let mut probabilities = scores;
        probabilities.data.chunks_exact_mut(tokens).for_each(|row| softmax(row, mask));
        see(Tap::Probabilities, &probabilities);

        let mut context = Matrix::zeros(tokens, heads * dim);
        for (head, block) in probabilities.data.chunks_exact(tokens * tokens).enumerate() {
            let values = PackedWeights::new(&value.columns(head * dim, dim).transposed().data, &vec![0.0; dim]);
            let mixed = values.apply(&Matrix { rows: tokens, columns: tokens, data: block.to_vec() });
            for token in 0..tokens {
                context.row_mut(token)[head * dim..][..dim].copy_from_slice(mixed.row(token));
            }
        }
        context
    }
}

/// Sum of two matrices of equal shape.
fn added(mut a: Matrix, b: &Matrix) -> Matrix {
    a.data.iter_mut().zip(&b.data).for_each(|(a, b)| *a += b);
    a
}
