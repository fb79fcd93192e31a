//! The `ibert` command from outside: what it prints and its exit status.

mod bad_input;
mod browser;
mod check;
mod doctor;
#[path = "../fixture_checkpoint/mod.rs"]
mod fixture_checkpoint;
mod help;
mod interruption;
mod model;
mod numerics;
mod pages;
mod quantize;
mod run;
mod schedule;
mod schema;
mod sim;
mod synth;
mod testbench;
mod verilog;
mod vocabulary;
