//! The matrix engine: tiles of products of memories A and B, into memory C.
//!
//! [`MatrixEngine`] = [`TileFeeder`] (addresses and flags) → systolic array → [`TileDrain`] (where the sums go, and what has retired).

mod drain;
mod engine;
mod feeder;

pub use drain::TileDrain;
pub use engine::MatrixEngine;
pub use feeder::TileFeeder;
