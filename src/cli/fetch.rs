//! `ibert fetch`: a pretrained checkpoint into the cache.

use std::io::{self, Write};
use std::path::PathBuf;

use ibert::fetch::{self, MINILM};
use schemars::JsonSchema;
use serde::Serialize;

use super::Verdict;
use super::arguments::{CheckpointName, FetchArguments};
use super::console::{Console, Report};
use super::error::Error;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Checkpoint {
    /// Name of the checkpoint.
    name: &'static str,
    /// Folder of the checkpoint.
    path: PathBuf,
    /// Whether this run downloaded the checkpoint; otherwise it was in the cache.
    downloaded: bool,
    /// SHA-256 of `model.safetensors`, in hexadecimal.
    sha256: &'static str,
}

pub(super) fn run(arguments: &FetchArguments, console: &Console) -> Result<Verdict, Error> {
    let source = match arguments.name {
        CheckpointName::Minilm => MINILM,
    };
    let spinner = console.spinner();
    let fetched = fetch::fetch(&source, |step| {
        console.note(step);
        spinner.set_message(step.to_owned());
    });
    spinner.finish_and_clear();
    let fetched = fetched?;
    let (path, downloaded) = (fetched.path, fetched.downloaded);
    console.report(&Checkpoint { name: source.name, path, downloaded, sha256: source.files[0].1 });
    Ok(Verdict::Done)
}

impl Report for Checkpoint {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let how = if self.downloaded { "downloaded and verified" } else { "already here, verified" };
        writeln!(out, "{}  ({how})", self.path.display())
    }
}
