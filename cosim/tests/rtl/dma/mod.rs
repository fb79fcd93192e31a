//! Load and store engine with masters and memories, in Verilator against an AXI memory: contents against a model on
//! bytes, cycles against the documentation, every fault, halt and reset in mid-burst.

mod bench;
mod circuit;
mod faults;
mod halt;
mod lint;
mod model;
mod random;
mod timing;
