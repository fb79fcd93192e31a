//! The `ibert` command: argument parsing, progress and printing around the `ibert` library.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
