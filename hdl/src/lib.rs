//! The hardware of ibert in rust-hdl.

// The expansion of `#[circuit(kind = …)]` refers to this crate by name.
extern crate self as ibert_hdl;
#[macro_use]
extern crate ibert_hdl_macros;

#[macro_use]
mod comment;

pub mod array;
pub mod bus;
pub mod catalogue;
pub mod cells;
pub mod control;
pub mod dma;
pub mod fields;
pub mod matrix;
pub mod memory;
pub mod top;
pub mod units;
pub mod vector;
pub mod verilog;
