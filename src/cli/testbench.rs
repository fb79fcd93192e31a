//! `ibert testbench`: a hardware unit with a self-checking testbench.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ibert_kit::testbench::Testbench;
use schemars::JsonSchema;
use serde::Serialize;

use super::Verdict;
use super::arguments::TestbenchArguments;
use super::console::{Console, Report};
use super::error::Error;
use super::unit;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Written {
    /// Name of the testbench module.
    top: String,
    /// Number of results that the testbench compares.
    vectors: usize,
    /// Number of cycles of stimulus.
    rows: usize,
    /// Files written, the Makefile last.
    files: Vec<PathBuf>,
}

pub(super) fn run(arguments: &TestbenchArguments, console: &Console) -> Result<Verdict, Error> {
    let unit = unit::named(&arguments.unit)?;
    let testbench = Testbench::new(unit, unit::size_of(unit, arguments.config)?)?;
    let files = unit::write(&arguments.output, &testbench.files())?;
    let (top, vectors, rows) = (testbench.top(), testbench.results(), testbench.rows());
    console.report(&Written { top, vectors, rows, files });
    Ok(Verdict::Done)
}

impl Report for Written {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let folder = self.files.last().and_then(|makefile| makefile.parent()).unwrap_or(Path::new(""));
        let (top, count, folder) = (&self.top, self.files.len(), folder.display());
        writeln!(out, "{count} files in {folder}, with {top}.v and a Makefile")?;
        writeln!(out, "{} vectors in {} cycles of stimulus; to run it: make -C {folder}", self.vectors, self.rows)
    }
}
