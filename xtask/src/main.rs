//! Developer tools: `cargo xtask COMMAND`.

mod coverage_command;
mod mutation_command;

use std::error::Error;
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask COMMAND
  mutation [MUTANTS|all [UNIT…]]   faults in the Verilog of each unit, and how many its testbench notices
  coverage [UNIT…]                 what the stimulus of each unit's testbench does, and how often";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("mutation") => mutation_command::run(arguments),
        Some("coverage") => coverage_command::run(arguments),
        _ => {
            eprintln!("{USAGE}");
            Ok(ExitCode::from(2))
        }
    }
}
