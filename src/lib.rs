//! The ibert workspace library.

pub mod quantize;
pub mod text;
