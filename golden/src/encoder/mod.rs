//! The integer encoder: token ids in, last hidden state out, no floats in between (docs/numerics.md, "The encoder").
//!
//! The operators are those of [`crate::ops`], applied row by row; only the matrix multiplications have a fast path,
//! which is tested equal to [`crate::ops::linear`]. Sequences are run one by one, so padding costs only what it
//! computes.

mod attention;
mod embeddings;
mod error;
mod feed_forward;
mod matmul;
mod norm;
mod observer;
mod tensor_id;

pub use error::EncodeError;
pub use norm::HiddenStream;
pub use observer::{Observer, Recording, Unobserved};
pub use tensor_id::{Block, Role, TensorId, UnknownTensor};

use crate::model::{IntegerModel, ModelParts};
use observer::Scope;

/// One sequence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sequence {
    /// Token ids.
    pub ids: Vec<u32>,
    /// Token-type ids, one per token, or empty for all 0.
    pub token_types: Vec<u32>,
    /// Which tokens are attended to (padding is not), one flag per token, or empty for all.
    pub mask: Vec<bool>,
}

impl Sequence {
    /// A sequence of one type without padding.
    pub fn new(ids: Vec<u32>) -> Self {
        Sequence { ids, ..Self::default() }
    }

    /// Whether the mask keeps a token; one beyond its end is not kept.
    pub fn keeps(&self, token: usize) -> bool {
        self.mask.is_empty() || self.mask.get(token).copied().unwrap_or(false)
    }
}

/// The last hidden state of one sequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Hidden {
    /// `[tokens, channels]`: the residual stream after the last LayerNorm, of `config.residual_bits` bits.
    pub values: Vec<i16>,
    /// Channels of a token.
    pub channels: usize,
    /// Scale of the values, one per channel or one for all channels.
    pub scale: Vec<f64>,
    /// LayerNorm variances that left 32 bits and were saturated, in the whole run; 0 for a well-calibrated model.
    pub saturated_variances: usize,
}

impl Hidden {
    /// The hidden state of a model's last layer with these values, `[tokens, channels]`, wherever they were computed.
    pub fn of(model: &IntegerModel, values: Vec<i16>) -> Self {
        let last = model.layers.last().map_or(&model.embeddings.norm, |layer| &layer.ffn.norm);
        Hidden { values, channels: model.config.hidden, scale: last.residual_scale().to_vec(), saturated_variances: 0 }
    }
}

/// Runs an integer model.
///
/// ```
/// use ibert_golden::encoder::{Block, Encoder, Recording, Role, Sequence};
/// use ibert_golden::model::{IntegerModel, Preset};
///
/// let model = IntegerModel::random(Preset::Tiny.config(), 1)?;
/// let mut recording = Recording::default();
/// let hidden = Encoder::new(&model).run_observed(&Sequence::new(vec![5, 6, 7]), &mut recording)?;
/// assert_eq!((hidden.values.len(), hidden.channels), (3 * 64, 64));
/// // Every tensor on the way.
/// let probabilities = &recording.tensors[&Block::Attention(1).tensor(Role::Probabilities)];
/// assert_eq!(probabilities.values.len(), model.config.heads * 3 * 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Encoder<'m> {
    model: &'m IntegerModel,
}

impl<'m> Encoder<'m> {
    /// An encoder of `model`.
    pub fn new(model: &'m IntegerModel) -> Self {
        Encoder { model }
    }

    /// The last hidden state of a sequence.
    ///
    /// # Errors
    /// [`EncodeError`] for a sequence that is empty, too long, of unknown tokens, or without a token that the mask
    /// keeps.
    pub fn run(&self, sequence: &Sequence) -> Result<Hidden, EncodeError> {
        self.run_observed(sequence, &mut Unobserved)
    }

    /// [`Encoder::run`], showing every intermediate tensor to `observer`.
    ///
    /// # Errors
    /// As [`Encoder::run`].
    pub fn run_observed(&self, sequence: &Sequence, observer: &mut impl Observer) -> Result<Hidden, EncodeError> {
        let mut stream = self.embed(sequence, observer)?;
        for index in 0..self.model.layers.len() {
            stream = self.layer(index, stream, &sequence.mask, observer)?;
        }
        let saturated_variances = stream.saturated_variances;
        Ok(Hidden { saturated_variances, ..Hidden::of(self.model, stream.into_residual()) })
    }

    /// The embeddings of a sequence: what enters layer 0.
    ///
    /// # Errors
    /// As [`Encoder::run`], but for the mask's tokens.
    pub fn embed(&self, sequence: &Sequence, observer: &mut impl Observer) -> Result<HiddenStream, EncodeError> {
        let ModelParts { config, embeddings, .. } = &**self.model;
        error::check_sequence(sequence, config)?;
        let mut scope = Scope { observer, block: Block::Embeddings };
        embeddings::forward(embeddings, config, sequence, &mut scope)
    }

    /// One layer: what enters layer `index` becomes what enters the next. `mask` is that of the sequence that was
    /// embedded.
    ///
    /// # Errors
    /// [`EncodeError`] for a layer that the model does not have, a stream of a model of another shape, a mask of
    /// another length, or one that keeps no token.
    pub fn layer(
        &self,
        index: usize,
        stream: HiddenStream,
        mask: &[bool],
        observer: &mut impl Observer,
    ) -> Result<HiddenStream, EncodeError> {
        let ModelParts { config, layers, .. } = &**self.model;
        let layer = layers.get(index).ok_or(EncodeError::NoSuchLayer { index, layers: layers.len() })?;
        error::check_stream(&stream, mask, config)?;
        let at = |source| EncodeError::Op { layer: Some(index), source };
        let mut scope = Scope { observer, block: Block::Attention(index) };
        let stream = attention::forward(&layer.attention, config, stream, mask, &mut scope).map_err(at)?;
        scope.block = Block::FeedForward(index);
        feed_forward::forward(&layer.ffn, config, stream, &mut scope).map_err(at)
    }
}

impl Hidden {
    /// The real values that the integers stand for, `[tokens, channels]`.
    pub fn dequantize(&self) -> Vec<f32> {
        let scales = self.scale.iter().cycle();
        self.values.iter().zip(scales).map(|(&value, &scale)| (f64::from(value) * scale) as f32).collect()
    }

    /// Sentence embedding: mean over the tokens that `sequence` keeps, then L2 normalization. On the host, in float.
    pub fn mean_pooled(&self, sequence: &Sequence) -> Vec<f32> {
        let mut sums = vec![0_i64; self.channels];
        let tokens = self.values.chunks_exact(self.channels).enumerate().filter(|(token, _)| sequence.keeps(*token));
        for (_, token) in tokens {
            for (sum, &value) in sums.iter_mut().zip(token) {
                *sum += i64::from(value);
            }
        }
        // The mean's division cancels in the normalization.
        let real: Vec<f64> = sums.iter().zip(self.scale.iter().cycle()).map(|(&sum, &s)| sum as f64 * s).collect();
        let norm = real.iter().map(|v| v * v).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
        real.iter().map(|v| (v / norm) as f32).collect()
    }
}
