//! Verilog to Verilator to a Rust handle.
