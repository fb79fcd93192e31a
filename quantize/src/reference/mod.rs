//! The encoder in fp32, as its authors trained it: what calibration observes and what the integer encoder is compared
//! with.
//!
//! Small on purpose: exact (erf) GELU, LayerNorm with its epsilon, softmax over the unmasked columns, one sequence at a
//! time. Every sum runs in a fixed order, so results do not depend on the number of threads.

mod encoder;
mod matrix;
mod operators;
mod tap;

pub use encoder::{FloatEncoder, ForwardError};
pub use matrix::{Matrix, PackedWeights};
pub use operators::{gelu, layer_norm, softmax};
pub use tap::{Ignore, Observer, Tap};
