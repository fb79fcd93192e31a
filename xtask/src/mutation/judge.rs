//! Runs a testbench on mutants in Icarus Verilog and reports whether it kills them.

use super::Mutant;
use ibert_kit::testbench::Testbench;
use ibert_kit::toolchain;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Factor over the simulation time of the unit itself at which a mutant's simulation counts as hung. The testbench ends
/// by itself if no results arrive.
const PATIENCE: u32 = 10;

/// Lower limit of that time, because other programs may use the machine.
const LEAST: Duration = Duration::from_secs(3);

/// Outcome of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The testbench failed, with this first message.
    Killed(String),
    /// The simulation did not end.
    Hung,
    /// The compiler refused the mutant.
    Invalid,
    /// The testbench passed.
    Survived,
}

/// Why mutants cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// Icarus Verilog is not installed.
    #[error("Icarus Verilog is not here; install it with `make setup`, or on Debian with `apt-get install iverilog`")]
    NoIcarus,
    /// A file cannot be written or a program cannot be run.
    #[error("cannot simulate: {0}")]
    Io(#[from] io::Error),
    /// The unmodified unit does not pass.
    #[error("{top}: the unit itself does not pass: {said}")]
    UnitFails {
        /// The testbench's module.
        top: String,
        /// Output of the testbench.
        said: String,
    },
}

/// A testbench that can be run on mutants of its unit.
pub struct Bench {
    folder: TempDir,
    top: String,
    /// Verilog files.
    sources: Vec<String>,
    compiler: PathBuf,
    simulator: PathBuf,
    /// Time after which a simulation counts as hung.
    patience: Duration,
}

impl Bench {
    /// Writes the testbench to a temporary folder and checks that the unmodified unit passes.
    ///
    /// # Errors
    /// [`JudgeError`]: the testbench cannot be run, or the unmodified unit does not pass.
    pub fn new(testbench: &Testbench) -> Result<Self, JudgeError> {
        let program = |name| toolchain::locate(&[name]).ok_or(JudgeError::NoIcarus);
        let folder = tempfile::tempdir()?;
        let files = testbench.files();
        for (name, text) in &files {
            std::fs::write(folder.path().join(name), text)?;
        }
        let sources = files.into_iter().map(|(name, _)| name).filter(|name| name.ends_with(".v")).collect();
        let (compiler, simulator) = (program("iverilog")?, program("vvp")?);
        let patience = Duration::from_secs(600);
        let mut bench = Bench { folder, top: testbench.top(), sources, compiler, simulator, patience };
        let started = Instant::now();
        match bench.outcome(None)? {
            Outcome::Survived => {}
            other => return Err(JudgeError::UnitFails { top: bench.top, said: format!("{other:?}") }),
        }
        bench.patience = started.elapsed().max(LEAST) * PATIENCE;
        Ok(bench)
    }

    /// Sets the time after which a simulation counts as hung.
    #[cfg(test)]
    pub(super) fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// Runs the testbench on a mutant.
    ///
    /// # Errors
    /// [`JudgeError::Io`].
    pub fn judge(&self, mutant: &Mutant) -> Result<Outcome, JudgeError> {
        self.outcome(Some(mutant))
    }

    /// The outcome with the mutant's module in place of the unit's; for `None`, the outcome of the unit itself.
    fn outcome(&self, mutant: Option<&Mutant>) -> Result<Outcome, JudgeError> {
        let scratch = tempfile::tempdir_in(self.folder.path())?;
        let mutated = scratch.path().join("mutant.v");
        let mut sources: Vec<PathBuf> = self.sources.iter().map(|name| self.folder.path().join(name)).collect();
        if let Some(mutant) = mutant {
            std::fs::write(&mutated, &mutant.text)?;
            let original = self.folder.path().join(format!("{}.v", mutant.module));
            sources.iter_mut().filter(|source| **source == original).for_each(|source| source.clone_from(&mutated));
        }
        let binary = scratch.path().join("simulation");
        let mut compiler = Command::new(&self.compiler);
        compiler.args(["-g2005", "-s", &self.top, "-o"]).arg(&binary).args(sources).stderr(Stdio::null());
        if !compiler.status()?.success() {
            return Ok(Outcome::Invalid);
        }
        self.simulate(&binary, scratch.path())
    }

    fn simulate(&self, binary: &Path, scratch: &Path) -> Result<Outcome, JudgeError> {
        let log = scratch.join("log");
        let mut simulator = Command::new(&self.simulator);
        simulator.arg("-N").arg(binary).current_dir(self.folder.path());
        simulator.stdin(Stdio::null()).stdout(std::fs::File::create(&log)?).stderr(Stdio::null());
        let mut running = simulator.spawn()?;
        let deadline = Instant::now() + self.patience;
        let status = loop {
            match running.try_wait()? {
                Some(status) => break status,
                None if Instant::now() > deadline => {
                    running.kill()?;
                    running.wait()?;
                    return Ok(Outcome::Hung);
                }
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        };
        let said = std::fs::read_to_string(&log)?;
        let first = |word: &str| said.lines().find(|line| line.starts_with(word)).map(str::to_owned);
        Ok(match (status.success(), first("PASS"), first("FAIL")) {
            (true, Some(_), None) => Outcome::Survived,
            (_, _, Some(message)) => Outcome::Killed(message),
            _ => Outcome::Killed(format!("no verdict: {status}")),
        })
    }
}
