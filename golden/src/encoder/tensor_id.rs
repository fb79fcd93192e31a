//! What the encoder's intermediate tensors are called, as types.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

/// A part of the encoder that ends in a LayerNorm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Block {
    /// Table look-ups, their sum and LayerNorm.
    Embeddings,
    /// Self-attention of the layer with this index.
    Attention(usize),
    /// Feed-forward block of the layer with this index.
    FeedForward(usize),
}

/// What a tensor is within its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Embeddings: word plus token type, 16 bits.
    WordType,
    /// Embeddings: that plus position, 16 bits; the LayerNorm's input.
    Sum,
    /// Accumulator of the query projection.
    QueryAcc,
    /// Queries, int8.
    Query,
    /// Accumulator of the key projection.
    KeyAcc,
    /// Keys, int8.
    Key,
    /// Accumulator of the value projection.
    ValueAcc,
    /// Values, int8.
    Value,
    /// Accumulator of `Q * K^T`, all heads.
    Scores,
    /// 16-bit exponentials of the scores.
    Exp,
    /// Sum of a row's exponentials; in late i-softmax of its weights.
    ExpSum,
    /// `2^32 div sum` of a row; in late i-softmax the mantissa of its reciprocal.
    ExpFactor,
    /// Unsigned 8-bit probabilities, all heads; in late i-softmax weights relative to the row's maximum.
    Probabilities,
    /// Accumulator of `P * V`, heads side by side.
    ContextAcc,
    /// Late i-softmax: that divided by the row's sum of weights, in 256ths, 16 bits.
    ContextMean,
    /// Context, int8.
    Context,
    /// Feed-forward block: its input after the chained requantization, int8.
    Input,
    /// Accumulator of the first feed-forward layer.
    InnerAcc,
    /// i-GELU of that.
    Gelu,
    /// The same requantized, int8.
    Activation,
    /// The activation after the chained requantization, int8.
    Rescaled,
    /// Accumulator of the block's last linear layer.
    OutputAcc,
    /// That plus the residual, 22 bits: the LayerNorm's input.
    NormInput,
    /// LayerNorm: mean of a token.
    NormMean,
    /// LayerNorm: variance of a token.
    NormVar,
    /// LayerNorm: standard deviation of a token.
    NormStd,
    /// LayerNorm: `2^31 div std` of a token.
    NormFactor,
    /// LayerNorm: its result before requantization.
    Norm,
    /// The block's result, int8: operand of the next matrix multiplication.
    Hidden,
    /// The block's result as a 16-bit residual.
    Residual,
}

/// Identity of an intermediate tensor. Prints as its name: `embeddings.sum`, `layer.3.attention.scores`, ….
///
/// docs/model-file.md lists all names with their shapes and widths. Identities are ordered as the encoder computes.
///
/// ```
/// use ibert_golden::encoder::{Block, Role, TensorId};
///
/// let scores = Block::Attention(3).tensor(Role::Scores);
/// assert_eq!(scores.to_string(), "layer.3.attention.scores");
/// assert_eq!("layer.3.attention.scores".parse(), Ok(scores));
/// assert_eq!(scores.layer(), Some(3));
/// assert!("layer.3.attention.gelu".parse::<TensorId>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TensorId {
    /// The block that computes it.
    pub block: Block,
    /// Role within the block.
    pub role: Role,
}

/// How every block ends.
const NORM: [Role; 7] =
    [Role::NormMean, Role::NormVar, Role::NormStd, Role::NormFactor, Role::Norm, Role::Hidden, Role::Residual];

impl Block {
    /// The layer, none for the embeddings.
    pub const fn layer(self) -> Option<usize> {
        match self {
            Block::Embeddings => None,
            Block::Attention(layer) | Block::FeedForward(layer) => Some(layer),
        }
    }

    /// The name within the layer: `embeddings`, `attention` or `ffn`.
    pub const fn name(self) -> &'static str {
        match self {
            Block::Embeddings => "embeddings",
            Block::Attention(_) => "attention",
            Block::FeedForward(_) => "ffn",
        }
    }

    /// The tensor of this block that plays `role`.
    pub const fn tensor(self, role: Role) -> TensorId {
        TensorId { block: self, role }
    }

    /// The roles that the tensors of this block may play, in the order of the computation.
    pub fn roles(self) -> impl Iterator<Item = Role> {
        use Role::*;
        let own: &[Role] = match self {
            Block::Embeddings => &[WordType, Sum],
            Block::Attention(_) => &[
                QueryAcc,
                Query,
                KeyAcc,
                Key,
                ValueAcc,
                Value,
                Scores,
                Exp,
                ExpSum,
                ExpFactor,
                Probabilities,
                ContextAcc,
                ContextMean,
                Context,
                OutputAcc,
                NormInput,
            ],
            Block::FeedForward(_) => &[Input, InnerAcc, Gelu, Activation, Rescaled, OutputAcc, NormInput],
        };
        own.iter().copied().chain(NORM)
    }
}

/// `embeddings`, `layer.3.attention`, `layer.3.ffn`.
impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(layer) = self.layer() {
            write!(f, "layer.{layer}.")?;
        }
        f.write_str(self.name())
    }
}

impl Role {
    /// The last part of the tensor's name.
    pub const fn name(self) -> &'static str {
        match self {
            Role::WordType => "word_type",
            Role::Sum => "sum",
            Role::QueryAcc => "query_acc",
            Role::Query => "query",
            Role::KeyAcc => "key_acc",
            Role::Key => "key",
            Role::ValueAcc => "value_acc",
            Role::Value => "value",
            Role::Scores => "scores",
            Role::Exp => "exp",
            Role::ExpSum => "exp_sum",
            Role::ExpFactor => "exp_factor",
            Role::Probabilities => "probabilities",
            Role::ContextAcc => "context_acc",
            Role::ContextMean => "context_mean",
            Role::Context => "context",
            Role::Input => "input",
            Role::InnerAcc => "inner_acc",
            Role::Gelu => "gelu",
            Role::Activation => "activation",
            Role::Rescaled => "rescaled",
            Role::OutputAcc => "output_acc",
            Role::NormInput => "norm_input",
            Role::NormMean => "norm_mean",
            Role::NormVar => "norm_var",
            Role::NormStd => "norm_std",
            Role::NormFactor => "norm_factor",
            Role::Norm => "norm",
            Role::Hidden => "hidden",
            Role::Residual => "residual",
        }
    }
}

impl TensorId {
    /// The layer, none for the embeddings.
    pub const fn layer(self) -> Option<usize> {
        self.block.layer()
    }

    /// The name without the layer: `embeddings.sum`, `attention.scores`.
    pub fn within_layer(self) -> String {
        format!("{}.{}", self.block.name(), self.role.name())
    }
}

impl Ord for TensorId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // Attention comes before the feed-forward block of the same layer.
        let place = |id: &Self| (id.layer(), matches!(id.block, Block::FeedForward(_)), id.role);
        place(self).cmp(&place(other))
    }
}

impl PartialOrd for TensorId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for TensorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.block, self.role.name())
    }
}

/// A name that no tensor of an encoder has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no tensor `{0}`; names are like `embeddings.sum` and `layer.3.attention.scores`")]
pub struct UnknownTensor(String);

impl FromStr for TensorId {
    type Err = UnknownTensor;

    fn from_str(name: &str) -> Result<Self, UnknownTensor> {
        let parse = || {
            let (block, role) = name.rsplit_once('.')?;
            let block = match block.strip_prefix("layer.").map(|rest| rest.split_once('.')) {
                None => (block == "embeddings").then_some(Block::Embeddings)?,
                Some(layer_and_block) => {
                    let (layer, block) = layer_and_block?;
                    let index = layer.parse().ok()?;
                    [Block::Attention(index), Block::FeedForward(index)].into_iter().find(|it| it.name() == block)?
                }
            };
            let tensor = block.tensor(block.roles().find(|it| it.name() == role)?);
            // One spelling for each: `layer.03` and `layer.+3` are not names.
            (tensor.to_string() == name).then_some(tensor)
        };
        parse().ok_or_else(|| UnknownTensor(name.into()))
    }
}

impl Serialize for TensorId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A string.
impl JsonSchema for TensorId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "TensorId".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}
