//! The parts of an integer model, in the order of the computation.

use super::{ModelConfig, SoftmaxForm};
use crate::ops::{Dyadic, ExpConstants, GeluConstants, LateSoftmaxConstants, SoftmaxConstants, VarianceShift};

/// A whole encoder as plain data, which may be wrong in any way; checked, it is an
/// [`IntegerModel`](super::IntegerModel).
#[derive(Debug, Clone, PartialEq)]
pub struct ModelParts {
    /// Sizes and attributes.
    pub config: ModelConfig,
    /// Token, type and position tables and the first LayerNorm.
    pub embeddings: Embeddings,
    /// The encoder layers.
    pub layers: Vec<Layer>,
    /// The bytes of the checkpoint's `tokenizer.json`, if it has one.
    pub tokenizer: Option<Vec<u8>>,
}

/// Embedding: word and token type requantized to 16 bits, joined with position, normalized.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    /// `[vocab, hidden]`.
    pub word: Table,
    /// `[token_types, hidden]`.
    pub token_type: Table,
    /// `[positions, hidden]`.
    pub position: Table,
    /// Word (main term) and token type (residual term) to 16 bits.
    pub word_type: ResidualRequantization,
    /// That sum (main term) and position (residual term) to 16 bits.
    pub sum: ResidualRequantization,
    /// LayerNorm and its output.
    pub norm: Norm,
}

/// An embedding table of `config.embedding_bits`-bit integers, row-major `[rows, hidden]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The values; int8 ones are widened.
    pub values: Vec<i16>,
}

/// One encoder layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Self-attention, its output projection and LayerNorm.
    pub attention: Attention,
    /// The two feed-forward layers and their LayerNorm.
    pub ffn: FeedForward,
}

/// Self-attention block.
#[derive(Debug, Clone, PartialEq)]
pub struct Attention {
    /// Query projection.
    pub query: Projection,
    /// Key projection.
    pub key: Projection,
    /// Value projection.
    pub value: Projection,
    /// i-softmax of the scores; `1/sqrt(head_dim)` is folded into its scale.
    pub softmax: Softmax,
    /// `P * V` accumulator to int8.
    pub context: Requantization,
    /// Output projection; its accumulator goes to [`Attention::norm_input`].
    pub output: Linear,
    /// Output accumulator plus residual to 22 bits.
    pub norm_input: ResidualRequantization,
    /// LayerNorm and its output.
    pub norm: Norm,
}

/// Constants of the softmax, in the form that `config.softmax` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Softmax {
    /// I-BERT's i-softmax.
    Paper(SoftmaxConstants),
    /// Late i-softmax.
    Late(LateSoftmaxConstants),
}

impl Softmax {
    /// The form.
    pub const fn form(&self) -> SoftmaxForm {
        match self {
            Softmax::Paper(_) => SoftmaxForm::Paper,
            Softmax::Late(_) => SoftmaxForm::Late,
        }
    }

    /// Constants of i-exp, which both forms have.
    pub const fn exp(&self) -> ExpConstants {
        match self {
            Softmax::Paper(softmax) => softmax.exp(),
            Softmax::Late(softmax) => softmax.exp(),
        }
    }
}

/// Feed-forward block.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedForward {
    /// Chained requant 8→8 of the block's input, which is then also its residual (`config.chained_requant`).
    pub input: Option<Requantization>,
    /// First linear layer.
    pub inner: Linear,
    /// i-GELU constants of each of the `ffn` channels; one shift `n` for all.
    pub gelu: Vec<GeluConstants>,
    /// i-GELU output to int8.
    pub activation: Requantization,
    /// Added after the rounding of [`FeedForward::activation`], -128..=127; folded into `output.bias`.
    pub zero_point: i32,
    /// Chained requant 8→8 of the activation (`config.chained_requant`).
    pub rescale: Option<Requantization>,
    /// Second linear layer; its accumulator goes to [`FeedForward::norm_input`].
    pub output: Linear,
    /// Output accumulator plus residual to 22 bits.
    pub norm_input: ResidualRequantization,
    /// LayerNorm and its output.
    pub norm: Norm,
}

/// A linear layer followed by its requantization to int8.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Projection {
    /// The matrix and bias.
    pub linear: Linear,
    /// Accumulator to int8.
    pub output: Requantization,
}

/// Weights and bias of a linear layer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Linear {
    /// `[outputs, inputs]`, row-major.
    pub weight: Vec<i8>,
    /// `[outputs]`, at the accumulator's scale.
    pub bias: Vec<i32>,
}

/// i-LayerNorm and the requantizations of its result.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Norm {
    /// `[hidden]`, up to 40 bits.
    pub bias: Vec<i64>,
    /// Right shift before the variance's squares.
    pub shift: VarianceShift,
    /// Result to int8, the operand of the next matrix multiplication.
    pub output: Requantization,
    /// Result to the 16-bit residual (`config.residual_bits` = 16); with 8 the int8 output is the residual.
    pub residual: Option<Requantization>,
}

/// Requantization constants and the real scale of the integers they produce.
///
/// Both have one element per channel, or one for all channels. The scale is never used on the integer path: it tells
/// what the integers stand for, `real = scale * (integer - zero_point)`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Requantization {
    /// `m / 2^e`.
    pub constants: Vec<Dyadic>,
    /// Scale of the result, positive.
    pub scale: Vec<f64>,
}

/// A requantization with a residual term.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResidualRequantization {
    /// Constants of the main term, and the scale of the result.
    pub main: Requantization,
    /// Constant of the residual term.
    pub residual: Dyadic,
}

impl Linear {
    /// Rows of the weights.
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// Columns of the weights; 0 if there are no rows.
    pub fn inputs(&self) -> usize {
        self.weight.len().checked_div(self.bias.len()).unwrap_or(0)
    }
}

impl Requantization {
    /// Constant of a channel.
    #[inline]
    pub fn constant(&self, channel: usize) -> Dyadic {
        of_channel(&self.constants, channel)
    }

    /// Scale of a channel.
    #[inline]
    pub fn scale(&self, channel: usize) -> f64 {
        of_channel(&self.scale, channel)
    }
}

impl Norm {
    /// Scale of the residual that leaves this LayerNorm, one per channel or one for all channels.
    pub fn residual_scale(&self) -> &[f64] {
        &self.residual.as_ref().unwrap_or(&self.output).scale
    }
}

fn of_channel<T: Copy>(values: &[T], channel: usize) -> T {
    if values.len() == 1 { values[0] } else { values[channel] }
}
