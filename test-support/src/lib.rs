//! Fixtures that the tests of several crates share: small checkpoints, names of Hugging Face's stages, and linters of Verilog.

pub mod checkpoints;
pub mod hugging_face;
pub mod linters;
pub mod tools;
