//! `ibert completions`: a shell's completion script, from the definition of the commands.

use std::io::{self, Write};

use clap::CommandFactory;
use schemars::JsonSchema;
use serde::Serialize;

use super::Verdict;
use super::arguments::{Arguments, CompletionsArguments};
use super::console::{Console, Report};
use super::error::Error;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Script {
    /// Name of the shell.
    shell: String,
    /// Completion script to be sourced by the shell.
    script: String,
}

pub(super) fn run(arguments: &CompletionsArguments, console: &Console) -> Result<Verdict, Error> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "ibert", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    console.report(&Script { shell: arguments.shell.to_string(), script });
    Ok(Verdict::Done)
}

impl Report for Script {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.script.as_bytes())
    }
}
