//! The matrix engine: tiles of products of memories A and B, into memory C.
//!
//! [`MatrixEngine`] = [`TileFeeder`] (operand addresses and flags) → systolic array → [`TileDrain`] (addresses of
//! the accumulators in C, and retirement).

mod drain;
mod engine;
mod feeder;

pub use drain::TileDrain;
pub use engine::MatrixEngine;
pub use feeder::TileFeeder;
