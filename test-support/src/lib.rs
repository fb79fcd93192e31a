//! Fixtures shared by the tests of several crates: small checkpoints, Hugging Face's stage names, and Verilog linters.

pub mod checkpoints;
pub mod hugging_face;
pub mod linters;
pub mod tools;
pub mod verdicts;
