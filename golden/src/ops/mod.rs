//! The exact integer operators of I-BERT, one file an operator (docs/numerics.md, "Operators").
//!
//! Each file holds the operator as plain scalar integer code and, apart from it under "off-line", the derivation of
//! its constants in `f64`. The integer code is the specification: it never touches a float, never panics on data, and
//! computes in `i128` wherever an `i64` could overflow, so a result is either exact or an [`OpError`].
//!
//! Divisions are floors of non-negative operands, `>>` is an arithmetic shift, RNE is round-half-to-even.

mod dyadic;
mod error;
mod exp;
mod gelu;
mod isqrt;
mod late_softmax;
mod layernorm;
mod linear;
mod poly;
mod quantize;
mod requant;
mod rounding;
mod softmax;
mod width;

pub use dyadic::{Dyadic, frexp31};
pub use error::OpError;
pub use exp::{ExpConstants, ExpSteps, iexp};
pub use gelu::{ErfPolynomial, GELU_SHIFT, GeluConstants, gelu_output_scale, gelu_output_scale_with, igelu};
pub use isqrt::{IsqrtSteps, isqrt};
pub use late_softmax::{LateSoftmaxConstants, RowReciprocal, late_softmax_row};
pub use layernorm::{LayerNormSteps, VarianceShift, layernorm_bias, layernorm_output_scale, layernorm_row};
pub use linear::{linear, linear_bias};
pub use poly::ipoly;
pub use quantize::{SymmetricScale, quantize_f32, quantize_f64};
pub use requant::{requant, requant_residual, requant_zero_point};
pub use rounding::{round_half_even_div, round_half_even_shift};
pub use softmax::{SoftmaxConstants, SoftmaxSteps, softmax_row};
pub use width::Width;
