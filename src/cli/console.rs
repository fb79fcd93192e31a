//! Output of commands: results on stdout, as text or as one JSON object; progress, notes and errors on stderr.

use std::cell::Cell;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use schemars::JsonSchema;
use serde::Serialize;

use super::arguments::ConsoleArguments;

/// A command's result, in both forms.
pub(super) trait Report: Serialize + JsonSchema {
    /// Writes the result as text.
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()>;
}

/// Output settings of this run.
#[derive(Debug)]
pub(super) struct Console {
    json: bool,
    quiet: bool,
    verbose: bool,
    /// A result could not be printed.
    failed: Cell<bool>,
}

impl Console {
    pub(super) fn new(arguments: &ConsoleArguments) -> Self {
        Self { json: arguments.json, quiet: arguments.quiet, verbose: arguments.verbose, failed: Cell::new(false) }
    }

    /// Prints a result on stdout.
    ///
    /// A reader that stops early (`| head`) is not an error and does not change the exit status.
    pub(super) fn report(&self, report: &impl Report) {
        let mut out = io::stdout().lock();
        let written = if self.json { write_json(report, &mut out) } else { report.write_text(&mut out) };
        if let Err(error) = written.and_then(|()| out.flush())
            && error.kind() != ErrorKind::BrokenPipe
        {
            self.error(&format_args!("cannot write to stdout: {error}"));
            self.failed.set(true);
        }
    }

    /// Whether a result could not be printed.
    pub(super) fn failed(&self) -> bool {
        self.failed.get()
    }

    /// Reports a step on stderr, with `--verbose`.
    pub(super) fn note(&self, text: impl Display) {
        if self.verbose {
            to_stderr(format_args!("{text}"));
        }
    }

    /// Reports a step of a command with several long steps on stderr; not with `--quiet` or `--json`.
    pub(super) fn step(&self, text: impl Display) {
        if !self.quiet && !self.json {
            to_stderr(format_args!("==> {text}"));
        }
    }

    /// Prints a warning on stderr; not with `--json`, whose object has the warnings.
    pub(super) fn warning(&self, warning: &impl Display) {
        if !self.json {
            to_stderr(format_args!("warning: {warning}"));
        }
    }

    /// Prints an error on stderr.
    pub(super) fn error(&self, error: &impl Display) {
        to_stderr(format_args!("error: {error}"));
    }

    /// A spinner with a message for work of unknown length; invisible unless stderr is a terminal.
    pub(super) fn spinner(&self) -> ProgressBar {
        if self.hides_progress() {
            return ProgressBar::hidden();
        }
        let spinner = ProgressBar::new_spinner();
        spinner.enable_steady_tick(Duration::from_millis(100));
        spinner
    }

    /// Reports a step that takes minutes: a spinner on a terminal, else a line.
    pub(super) fn lengthy(&self, what: impl Display) -> ProgressBar {
        let spinner = self.spinner();
        if spinner.is_hidden() {
            self.step(&what);
        }
        spinner.with_message(what.to_string())
    }

    /// A bar over `length` steps; invisible unless stderr is a terminal.
    pub(super) fn progress(&self, length: u64) -> ProgressBar {
        if self.hides_progress() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{msg:30} {wide_bar} {pos}/{len} {eta:>4}");
        ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }

    fn hides_progress(&self) -> bool {
        self.quiet || !io::stderr().is_terminal()
    }
}

fn write_json(report: &impl Report, out: &mut dyn Write) -> io::Result<()> {
    // The object is printed as a whole or not at all.
    let line = serde_json::to_string(report)?;
    writeln!(out, "{line}")
}

/// A closed stderr cannot be reported, so errors are ignored.
fn to_stderr(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{text}");
}
