//! The encoder's weights in f32, found under whatever prefix the checkpoint was saved with.

use super::config::EncoderConfig;
use super::error::CheckpointError;
use super::tensors::TensorStore;

/// The tensor by which the encoder is located.
const ANCHOR: &str = "embeddings.word_embeddings.weight";

/// A fully connected layer: `y = x · weightᵀ + bias`.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearWeights {
    /// `[outputs, inputs]`, row-major.
    pub weight: Vec<f32>,
    /// `[outputs]`.
    pub bias: Vec<f32>,
}

impl LinearWeights {
    /// Output channels.
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// Input channels.
    pub fn inputs(&self) -> usize {
        self.weight.len() / self.bias.len()
    }
}

/// A layer normalization: `(x - mean) / sqrt(var + eps) · gamma + beta`.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerNormWeights {
    /// `[channels]`.
    pub gamma: Vec<f32>,
    /// `[channels]`.
    pub beta: Vec<f32>,
}

/// The embedding tables, each `[rows, hidden]`, and their normalization.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbeddingWeights {
    /// One row per vocabulary entry.
    pub word: Vec<f32>,
    /// One row per position.
    pub position: Vec<f32>,
    /// One row per segment.
    pub token_type: Vec<f32>,
    /// Applied to their sum.
    pub norm: LayerNormWeights,
}

/// One encoder layer.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerWeights {
    /// `[hidden, hidden]`.
    pub query: LinearWeights,
    /// `[hidden, hidden]`.
    pub key: LinearWeights,
    /// `[hidden, hidden]`.
    pub value: LinearWeights,
    /// `[hidden, hidden]`: the projection after the heads.
    pub attention_output: LinearWeights,
    /// After the attention's residual.
    pub attention_norm: LayerNormWeights,
    /// `[intermediate, hidden]`: the first feed-forward matrix, before GELU.
    pub intermediate: LinearWeights,
    /// `[hidden, intermediate]`: the second feed-forward matrix.
    pub output: LinearWeights,
    /// After the feed-forward residual.
    pub output_norm: LayerNormWeights,
}

/// All weights of an encoder.
#[derive(Clone, Debug, PartialEq)]
pub struct EncoderWeights {
    /// Tables and their normalization.
    pub embeddings: EmbeddingWeights,
    /// In order of execution.
    pub layers: Vec<LayerWeights>,
}

impl EncoderWeights {
    /// Reads every encoder tensor of `store`; other tensors (pooler, task heads, `position_ids`) are left alone.
    pub fn read(store: &TensorStore, config: &EncoderConfig) -> Result<Self, CheckpointError> {
        let scope = Scope { store, prefix: encoder_prefix(store)? };
        let hidden = config.hidden;
        let table =
            |name: &str, rows| store.f32(&scope.name(&format!("embeddings.{name}_embeddings.weight")), &[rows, hidden]);
        let embeddings = EmbeddingWeights {
            word: table("word", config.vocabulary)?,
            position: table("position", config.positions)?,
            token_type: table("token_type", config.token_types)?,
            norm: scope.norm("embeddings.LayerNorm", hidden)?,
        };
        let layers = (0..config.layers).map(|layer| scope.layer(layer, config)).collect::<Result<_, _>>()?;
        Ok(Self { embeddings, layers })
    }
}

/// The prefix of the encoder's tensor names: `""`, `"bert."`, `"roberta."`, `"0.auto_model."`, …
pub(crate) fn encoder_prefix(store: &TensorStore) -> Result<String, CheckpointError> {
    let prefixes: Vec<&str> = store
        .names()
        .filter_map(|name| name.strip_suffix(ANCHOR))
        .filter(|prefix| prefix.is_empty() || prefix.ends_with('.'))
        .collect();
    match prefixes[..] {
        [prefix] => Ok(prefix.to_owned()),
        _ => Err(CheckpointError::NoEncoder {
            path: store.root().to_owned(),
            anchor: ANCHOR,
            found: if prefixes.is_empty() {
                "no tensor has that name".into()
            } else {
                format!("several encoders, under the prefixes {prefixes:?}")
            },
        }),
    }
}

/// Tensors below one prefix.
struct Scope<'a> {
    store: &'a TensorStore,
    prefix: String,
}

impl Scope<'_> {
    fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn linear(&self, module: &str, outputs: usize, inputs: usize) -> Result<LinearWeights, CheckpointError> {
        Ok(LinearWeights {
            weight: self.store.f32(&self.name(&format!("{module}.weight")), &[outputs, inputs])?,
            bias: self.store.f32(&self.name(&format!("{module}.bias")), &[outputs])?,
        })
    }

    /// `weight` and `bias`, or `gamma` and `beta` as checkpoints converted from TensorFlow have them.
    fn norm(&self, module: &str, channels: usize) -> Result<LayerNormWeights, CheckpointError> {
        let modern = self.name(&format!("{module}.weight"));
        let old = self.name(&format!("{module}.gamma"));
        let [gamma, beta] = if !self.store.contains(&modern) && self.store.contains(&old) {
            ["gamma", "beta"]
        } else {
            ["weight", "bias"]
        };
        let read = |name| self.store.f32(&self.name(&format!("{module}.{name}")), &[channels]);
        Ok(LayerNormWeights { gamma: read(gamma)?, beta: read(beta)? })
    }

    fn layer(&self, layer: usize, config: &EncoderConfig) -> Result<LayerWeights, CheckpointError> {
        let (hidden, intermediate) = (config.hidden, config.intermediate);
        let module = |name: &str| format!("encoder.layer.{layer}.{name}");
        Ok(LayerWeights {
            query: self.linear(&module("attention.self.query"), hidden, hidden)?,
            key: self.linear(&module("attention.self.key"), hidden, hidden)?,
            value: self.linear(&module("attention.self.value"), hidden, hidden)?,
            attention_output: self.linear(&module("attention.output.dense"), hidden, hidden)?,
            attention_norm: self.norm(&module("attention.output.LayerNorm"), hidden)?,
            intermediate: self.linear(&module("intermediate.dense"), intermediate, hidden)?,
            output: self.linear(&module("output.dense"), hidden, intermediate)?,
            output_norm: self.norm(&module("output.LayerNorm"), hidden)?,
        })
    }
}
