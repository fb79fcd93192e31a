//! Self-checking Verilog testbenches of hardware units, which run without Rust.
//!
//! A unit's vectors hold the stimulus of each cycle and the expected results. They come from seeds, edge values and
//! the golden operators, never from a simulation. [`Testbench`] turns them into Verilog-2005, hex files and a Makefile.

mod edges;
mod makefile;
mod stimulus;
#[cfg(test)]
mod tests;
mod vectors;
mod verilog;
mod word;

pub use self::vectors::{Expected, ResultPort, Vectors, When, is_flag};
pub use self::verilog::willing;
pub use self::word::Word;

use ibert_golden::ops::OpError;
use ibert_hdl::catalogue::{Unit, UnitSize};
use ibert_hdl::verilog::{Design, EmitError};

/// Seed of every testbench: the same unit gives the same files.
const SEED: u64 = 2021;

/// Why there is no testbench.
#[derive(Debug, thiserror::Error)]
pub enum TestbenchError {
    /// The unit's Verilog cannot be made.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// A golden operator rejects the stimulus, which is a defect of the stimulus.
    #[error("{unit}: the stimulus is not legal: {source}")]
    Stimulus {
        /// The unit.
        unit: &'static str,
        /// Error of the operator.
        source: OpError,
    },
    /// The unit is in the catalogue and has no stimulus.
    #[error("{unit} has no testbench")]
    None {
        /// The unit.
        unit: &'static str,
    },
}

/// A testbench with its stimulus and the unit's modules.
#[derive(Debug, Clone)]
pub struct Testbench {
    /// The unit's name.
    unit: &'static str,
    design: Design,
    vectors: Vectors,
}

/// A file to write: its name and its text.
pub type File = (String, String);

impl Testbench {
    /// The testbench of a unit at one of its sizes.
    ///
    /// # Errors
    /// See [`TestbenchError`].
    pub fn new(unit: &Unit, size: &UnitSize) -> Result<Self, TestbenchError> {
        let fill = stimulus::of(unit.name).ok_or(TestbenchError::None { unit: unit.name })?;
        let design = size.design()?;
        let mut vectors = Vectors::new(&design, SEED);
        fill(&mut vectors, size.side).map_err(|source| TestbenchError::Stimulus { unit: unit.name, source })?;
        vectors.close();
        Ok(Testbench { unit: unit.name, design, vectors })
    }

    /// Name of the testbench's module, which is its top.
    pub fn top(&self) -> String {
        verilog::name(&self.design.top)
    }

    /// The unit's name.
    pub fn unit(&self) -> &'static str {
        self.unit
    }

    /// Stimulus and expected results.
    pub fn vectors(&self) -> &Vectors {
        &self.vectors
    }

    /// Number of results that are compared.
    pub fn results(&self) -> usize {
        self.vectors.expected_lines().count()
    }

    /// Number of cycles of stimulus, without cycles of backpressure.
    pub fn rows(&self) -> usize {
        self.vectors.next_row()
    }

    /// The testbench and its hex files.
    pub fn bench_files(&self) -> Vec<File> {
        let lines = |words: &mut dyn Iterator<Item = Word>| words.map(|word| word.hex() + "\n").collect::<String>();
        vec![
            (format!("{}.v", self.top()), verilog::testbench(&self.vectors)),
            ("stimulus.hex".into(), lines(&mut self.vectors.rows.iter().cloned())),
            ("expected.hex".into(), lines(&mut self.vectors.expected_lines())),
        ]
    }

    /// Everything in one folder: the unit's modules, the testbench with its hex files, and the Makefile.
    pub fn files(&self) -> Vec<File> {
        let modules = self.design.modules.iter().map(|module| (format!("{}.v", module.name), module.text.clone()));
        let mut files: Vec<File> = modules.collect();
        let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
        files.extend(self.bench_files());
        files.push(("Makefile".into(), makefile::makefile(&self.design.top, &names)));
        files
    }
}
