//! The `ibert` command from outside: what it prints and its exit status.

mod bad_input;
mod browser;
mod c_driver;
mod check;
mod cocotb;
mod devtools;
mod doctor;
mod generated_pages;
mod help;
mod interruption;
mod minilm;
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

use ibert_test_support::checkpoints as fixture_checkpoint;
