#![doc = include_str!("../README.md")]

pub mod accelerator;
pub mod check;
pub mod units;
