//! The `ibert` command from outside: what it prints and its exit status.

mod bad_input;
mod check;
mod doctor;
mod help;
mod interruption;
mod model;
mod run;
mod verilog;
mod vocabulary;
