//! The integer model: a quantized BERT-family encoder as int8 weights and integer constants (docs/model-file.md).
//!
//! [`ModelParts`] is plain data in the order of the computation of docs/numerics.md, "The encoder". Checked, it is an
//! [`IntegerModel`]: one that has consistent shapes, legal constants and hardware widths, which encoders and compilers
//! rely on. It is read from and written to one safetensors file ([`IntegerModel::read`], [`IntegerModel::write`]).

mod config;
mod error;
mod file;
mod layout;
mod parts;
mod random;
mod valid;
mod validate;
mod widths;

pub use config::{ModelConfig, Pooling, PositionIds, SoftmaxForm};
pub use error::ModelError;
pub use parts::{
    Attention, Embeddings, FeedForward, Layer, Linear, ModelParts, Norm, Projection, Requantization,
    ResidualRequantization, Softmax, Table,
};
pub use random::{Preset, UnknownPreset};
pub use valid::IntegerModel;
pub use widths::{WidthLimit, limits};
