//! When the hardware does what: latencies, periods and queue sizes, independent of the data.
//!
//! Each constant is defined here once. The hardware is built from them, testbenches expect them, and the cycle model computes with them.

pub mod bus;
pub mod control;
pub mod matrix;
pub mod units;
pub mod vector;
