//! Timing of the hardware: latencies, periods and queue sizes, all independent of the data.
//!
//! Each constant is defined here once. The hardware is generated from the constants, testbenches expect them, and the
//! cycle model computes with them.

pub mod bus;
pub mod control;
pub mod matrix;
pub mod units;
pub mod vector;
