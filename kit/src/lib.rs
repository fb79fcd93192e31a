#![doc = include_str!("../README.md")]

pub mod datasheet;
pub mod fusesoc;
pub mod synthesis;
pub mod testbench;
pub mod toolchain;
