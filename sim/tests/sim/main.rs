//! Tests with small designs: search for tools, builds, behaviour of built designs, waves, and the AXI4 memory.

mod axi_memory;
mod build;
mod designs;
mod recording;
mod reset;
mod simulate;
#[cfg(unix)]
mod tools;
mod waves;
