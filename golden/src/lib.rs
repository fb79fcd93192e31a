//! Bit-exact integer operators and encoder of I-BERT (Kim et al., ICML 2021), and the files they live in.
//!
//! This crate is the golden model: what any other implementation, in hardware or in software, is compared with. It is
//! written to be read and checked, and an encoder of MiniLM's size still runs in a fraction of a second.
//!
//! - [`ops`]: every integer operator as plain scalar code, beside the derivation of its constants. Constants are valid
//!   by
//!   construction: an operator is defined for every value that can be built.
//! - [`encoder`]: the whole encoder, every intermediate tensor observable by its [`TensorId`](encoder::TensorId).
//! - [`model`]: the integer-model file. An [`IntegerModel`](model::IntegerModel) was checked, shape by shape and width
//!   by
//!   width; random models serve where there is no checkpoint.
//! - [`case`]: reference vectors of single operators.
//!
//! It depends on no other crate of the workspace, and needs no Verilator, no Python and no network. `docs/numerics.md` of
//! the repository is its specification.
//!
//! ```
//! use ibert_golden::encoder::{Block, Encoder, Recording, Role, Sequence};
//! use ibert_golden::model::{IntegerModel, Preset};
//!
//! let model = IntegerModel::random(Preset::Tiny.config(), 1)?;
//! let mut recording = Recording::default();
//! let hidden = Encoder::new(&model).run_observed(&Sequence::new(vec![5, 6, 7]), &mut recording)?;
//! assert_eq!(hidden.values.len(), 3 * 64);
//! let probabilities = &recording.tensors[&Block::Attention(0).tensor(Role::Probabilities)];
//! assert_eq!(probabilities.shape, [2, 3, 3]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(unsafe_code)]

pub mod case;
pub mod encoder;
pub mod model;
pub mod ops;
mod tensor;
pub mod vectors;

pub use tensor::Tensor;

/// The example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
