//! The integer model: a quantized BERT-family encoder as int8 weights and integer constants (docs/model-file.md).
//!
//! [`IntegerModel`] is plain data in the order of the computation of NUMERICS §2. It is read from and written to one
//! safetensors file ([`IntegerModel::read`], [`IntegerModel::write`]) and validated whenever it crosses that border:
//! a model in memory that came from a file has consistent shapes, legal constants and hardware widths.

mod config;
mod error;
mod file;
mod layout;
mod parts;
mod random;

mod validate;
mod widths;

pub use config::{ModelConfig, Pooling, PositionIds};
pub use error::ModelError;
pub use parts::{
    Attention, Embeddings, FeedForward, IntegerModel, Layer, Linear, Norm, Projection, Requantization,
    ResidualRequantization, Table,
};

pub use random::{Preset, UnknownPreset};
pub use widths::{WidthLimit, limits};
