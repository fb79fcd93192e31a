//! The golden model against references, against big integers, and against damaged files.

mod derivations;
mod faults;
mod late_softmax;
mod operators;
mod random_models;
mod reference_cases;
#[path = "../support/mod.rs"]
mod support;
mod tiny_encoder;
mod widths;
