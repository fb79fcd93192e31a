//! `ibert man`: a manual page for each command, from the definition of the commands.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::CommandFactory;
use clap_mangen::Man;
use schemars::JsonSchema;
use serde::Serialize;

use super::Verdict;
use super::arguments::{Arguments, ManArguments};
use super::console::{Console, Report};
use super::error::Error;
use super::unit;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Pages {
    /// Files written.
    files: Vec<PathBuf>,
}

pub(super) fn run(arguments: &ManArguments, console: &Console) -> Result<Verdict, Error> {
    let mut root = Arguments::command().disable_help_subcommand(true);
    root.build();
    let mut pages = Vec::new();
    add_pages(&root, &mut pages).map_err(|source| Error::Folder { folder: arguments.output.clone(), source })?;
    console.report(&Pages { files: unit::write(&arguments.output, &pages)? });
    Ok(Verdict::Done)
}

/// Adds the page of a command and those of its subcommands.
fn add_pages(command: &clap::Command, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render(&mut page)?;
    pages.push((man.get_filename(), page));
    command.get_subcommands().try_for_each(|subcommand| add_pages(subcommand, pages))
}

impl Report for Pages {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        self.files.iter().try_for_each(|file| writeln!(out, "{}", file.display()))
    }
}
