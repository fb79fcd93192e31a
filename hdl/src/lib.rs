//! The ibert hardware, in rust-hdl.

mod comment;

pub mod array;
pub mod catalogue;
pub mod cells;
pub mod control;
pub mod isa;
pub mod matrix;
pub mod units;
pub mod verilog;
