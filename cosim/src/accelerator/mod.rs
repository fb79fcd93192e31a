//! Programs on the accelerator's RTL in Verilator: memory image in, interrupt, memory image out, and everything that
//! was observed on the way.
//!
//! [`Accelerator`] is the built RTL of a configuration, [`Session`] one simulation of it with a memory on its bus.
//! The host's part is what a driver does: write the image, start, wait for the interrupt, read back. [`Observed`] has
//! each instruction's cycles, and every value that an engine wrote goes to a [`Watcher`], as from the
//! [instruction-level model](ibert_compile::machine).

mod agreement;
mod error;
mod host;
mod memory;
mod observation;
mod session;
mod verified;
pub mod view;
mod wave;

pub use agreement::Agreement;
pub use error::AcceleratorError;
pub use memory::memory_timing;
pub use observation::Observed;
pub use session::{Ended, Session};
pub use verified::{IN_MEMORY, Verified, VerifyError, verify};
pub use wave::Wave;

use crate::units::source;
use ibert_compile::Compiled;
use ibert_compile::machine::Watcher;
use ibert_hdl::catalogue;
use ibert_hdl::verilog::{Design, Observation};
use ibert_isa::Configuration;
use ibert_sim::{AxiTiming, BuildOptions, Library};
use std::fmt;
use std::sync::Arc;

/// The RTL of a configuration, built.
#[derive(Debug, Clone)]
pub struct Accelerator {
    configuration: Configuration,
    observation: Observation,
    design: Arc<Design>,
    library: Library,
}

/// Told now and then how many cycles a program has run.
#[derive(Clone)]
pub struct ProgressCallback(pub Arc<dyn Fn(u64)>);

impl fmt::Debug for ProgressCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProgressCallback")
    }
}

/// How programs are run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// When memory answers.
    pub timing: AxiTiming,
    /// Cycles without an interrupt after which a program is given up. The hardware's own watchdog is earlier.
    pub limit: u64,
    /// Seed of the contents of all registers and memories before the reset, if the RTL was built with
    /// [`Initial::Unique`](ibert_sim::Initial::Unique).
    pub initial: Option<u32>,
    /// Waves to write; the RTL must have been built for them.
    pub wave: Option<Wave>,
    /// Progress callback.
    pub progress: Option<ProgressCallback>,
}

impl Default for RunOptions {
    /// Memory that answers after 30 cycles, at the bandwidth of the bus.
    fn default() -> Self {
        let timing = AxiTiming { read_latency: 30, write_latency: 30, ..AxiTiming::default() };
        RunOptions { timing, limit: 1 << 32, initial: None, wave: None, progress: None }
    }
}

impl Accelerator {
    /// Generates the Verilog of a configuration and builds it, unless that has been done before.
    ///
    /// # Errors
    /// [`AcceleratorError`]: no such configuration, no Verilator, or one that fails.
    pub fn build(configuration: Configuration, options: &BuildOptions) -> Result<Self, AcceleratorError> {
        Self::build_with(configuration, Observation::On, options)
    }

    /// [`build`](Self::build) with or without the observation ports. Without them a [`Session`] can start programs,
    /// wait for them and read their memory, but cannot [`run`](Session::run) them under a watcher.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn build_with(
        configuration: Configuration,
        observation: Observation,
        options: &BuildOptions,
    ) -> Result<Self, AcceleratorError> {
        let design = catalogue::accelerator(&configuration, observation)
            .ok_or(AcceleratorError::UnknownConfiguration { name: configuration.name })??;
        let library = Library::build(&source(&design), options)?;
        Ok(Accelerator { configuration, observation, design: Arc::new(design), library })
    }

    /// Kind.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Verilog of the accelerator.
    pub fn design(&self) -> &Design {
        &self.design
    }

    /// The built simulation.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Runs a program on an accelerator of its own. What engines wrote is shown to `watcher` in the order of each
    /// memory's writes, when the program has ended.
    ///
    /// # Errors
    /// [`AcceleratorError`]: the program stopped, no interrupt came, or the simulation broke off.
    pub fn run(
        &self,
        compiled: &Compiled,
        options: &RunOptions,
        watcher: &mut impl Watcher,
    ) -> Result<Observed, AcceleratorError> {
        Session::new(self, compiled.image.bytes.len(), options)?.run(compiled, watcher)
    }
}
