//! Bit-exact integer operators and encoder of I-BERT (Kim et al., ICML 2021), and the files they live in.
//!
//! This crate is the reference that everything else in the workspace is judged by. It depends on no other crate of the
//! workspace and needs neither Verilator, Python nor a network.
//!
//! - [`ops`]: every integer operator as plain scalar code, beside the derivation of its constants.
//! - [`encoder`]: the whole encoder, every intermediate tensor observable.
//! - [`model`]: the integer-model file, validated against the hardware's widths, and random models.
//! - [`case`]: reference vectors of single operators.
#![deny(unsafe_code)]

pub mod case;
pub mod encoder;
pub mod model;
pub mod ops;
mod tensor;

pub use tensor::Tensor;
