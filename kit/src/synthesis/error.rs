//! Why a unit could not be synthesized.

use std::io;
use std::path::PathBuf;

/// A failure of synthesis.
#[derive(Debug, thiserror::Error)]
pub enum SynthesisError {
    /// Yosys is not installed.
    #[error("Yosys is not here; install it with `make setup`, or on Debian with `apt-get install yosys`")]
    NoYosys,
    /// No temporary folder to work in.
    #[error("cannot make a temporary folder: {source}")]
    Folder {
        /// Error of the operating system.
        source: io::Error,
    },
    /// A tool cannot be started, or its files cannot be written or read.
    #[error("{}: {source}", tool.display())]
    Tool {
        /// The tool.
        tool: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// A tool ended with an error.
    #[error("{} fails on {top}: {said}", tool.display())]
    Failed {
        /// The tool.
        tool: PathBuf,
        /// The unit's top module.
        top: String,
        /// Last lines that the tool printed.
        said: String,
    },
    /// A tool ended without an error and did not write an expected file.
    #[error("{} wrote no {file} for {top}, and no error either; try another version", tool.display())]
    Silent {
        /// The tool.
        tool: PathBuf,
        /// The unit's top module.
        top: String,
        /// The file.
        file: &'static str,
    },
    /// A report has an unknown format.
    #[error("{} wrote a {file} that is not understood: {source}; try another version", tool.display())]
    Report {
        /// The tool.
        tool: PathBuf,
        /// The file.
        file: &'static str,
        /// Description of the fault.
        source: serde_json::Error,
    },
}

/// The last lines that a tool printed, or how it ended.
pub(super) fn last_words(output: &std::process::Output) -> String {
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    match lines.len() {
        0 => output.status.to_string(),
        count => lines[count.saturating_sub(3)..].join(" / "),
    }
}
