//! Whether a testbench notices a mutant, in Icarus Verilog.

use super::Mutant;
use ibert_kit::testbench::Testbench;
use ibert_kit::toolchain;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A simulation that takes so much longer than that of the unit itself hangs; the testbench ends by itself when nothing comes out.
const PATIENCE: u32 = 10;

/// The least that any simulation may take: other programs may be busy.
const LEAST: Duration = Duration::from_secs(3);

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The testbench failed; its first message.
    Killed(String),
    /// The simulation did not end.
    Hung,
    /// The compiler refused it.
    Invalid,
    /// The testbench passed.
    Survived,
}

/// Why nothing can be judged.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// No Icarus Verilog.
    #[error("Icarus Verilog is not here; install it with `make setup`, or on Debian with `apt-get install iverilog`")]
    NoIcarus,
    /// Files cannot be written, or a program not be run.
    #[error("cannot simulate: {0}")]
    Io(#[from] io::Error),
    /// The unit itself does not pass.
    #[error("{top}: the unit itself does not pass: {said}")]
    UnitFails {
        /// The testbench's module.
        top: String,
        /// What the testbench said.
        said: String,
    },
}

/// A testbench ready to be run on mutants of its unit.
pub struct Bench {
    folder: TempDir,
    top: String,
    /// Verilog files.
    sources: Vec<String>,
    compiler: PathBuf,
    simulator: PathBuf,
    /// Time after which a simulation hangs.
    patience: Duration,
}

impl Bench {
    /// Writes the testbench to a temporary folder and sees it pass.
    ///
    /// # Errors
    /// [`JudgeError`].
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

    /// Another time after which a simulation hangs.
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

    /// The outcome with the mutant's module in place of the unit's, or with the unit itself.
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
