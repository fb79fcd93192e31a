//! Small designs in Verilator: what is found and built, that built designs do what their Verilog says, waves, the AXI4 memory.

mod axi_memory;
mod build;
mod designs;
mod recording;
mod reset;
mod simulate;
#[cfg(unix)]
mod tools;
mod waves;
