//! What leaves for other flows, in the tools of those flows: Verilator, Icarus Verilog, Yosys, FuseSoC.

mod fusesoc;
mod lint;
mod testbench;
