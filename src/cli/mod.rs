//! One file per command; each turns arguments into library calls and a result into a [`Report`](console::Report).

mod arguments;
mod check;
mod completions;
mod console;
mod demo;
mod doctor;
mod error;
mod fetch;
mod input;
mod interrupt;
mod man;
mod model;
mod model_file;
mod quantize;
mod run;
mod schedule;
mod schema;
mod sequence;
mod sim;
mod synth;
mod testbench;
mod timeline;
mod unit;
mod verilog;

use std::process::ExitCode;

use clap::Parser;

use self::arguments::{Arguments, Command};
use self::console::Console;
use self::error::Error;

/// Outcome of a command that ran to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// There was nothing to compare: exit status 0.
    Done,
    /// Everything compared is equal: exit status 0.
    Equal,
    /// Something compared differs: exit status 1.
    Different,
}

/// Parses the command line, runs the command, prints its error if it fails.
pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let console = Console::new(&arguments.console);
    let result = interrupt::discard_partial_files_on_signal().and_then(|()| dispatch(&arguments.command, &console));
    match result {
        Ok(_) if console.failed() => ExitCode::from(2),
        Ok(Verdict::Done | Verdict::Equal) => ExitCode::SUCCESS,
        Ok(Verdict::Different) => ExitCode::from(1),
        Err(error) => {
            console.error(&error);
            ExitCode::from(2)
        }
    }
}

fn dispatch(command: &Command, console: &Console) -> Result<Verdict, Error> {
    match command {
        Command::Demo(_) => demo::run(console),
        Command::Doctor(_) => doctor::run(console),
        Command::Fetch(arguments) => fetch::run(arguments, console),
        Command::Quantize(arguments) => quantize::run(arguments, console),
        Command::Model(command) => model::run(command, console),
        Command::Run(arguments) => run::run(arguments, console),
        Command::Check(arguments) => check::run(arguments, console),
        Command::Verilog(arguments) => verilog::run(arguments, console),
        Command::Testbench(arguments) => testbench::run(arguments, console),
        Command::Synth(arguments) => synth::run(arguments, console),
        Command::Schedule(arguments) => schedule::run(arguments, console),
        Command::Sim(arguments) => sim::run(arguments, console),
        Command::Schema(arguments) => schema::run(arguments, console),
        Command::Completions(arguments) => completions::run(arguments, console),
        Command::Man(arguments) => man::run(arguments, console),
    }
}
