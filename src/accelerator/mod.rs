//! Programs on the accelerator's RTL in Verilator: memory image in, interrupt, memory image out, and everything that was observed on the way.
//!
//! The host's part is what a driver does: write the image, start, wait for the interrupt, read back. [`Observed`] has each instruction's cycles,
//! and every value that an engine wrote goes to a [`Watcher`], as from the [instruction-level model](crate::machine).

mod error;
mod host;
mod observation;

pub use error::AcceleratorError;
pub use observation::{Observed, Timeline};

use crate::machine::Watcher;
use crate::rtl::source;
use crate::schedule::Compiled;
use host::Host;
use ibert_hdl::catalogue;
use ibert_hdl::isa::Configuration;
use ibert_sim::{AxiTiming, BuildOptions, Library};
use observation::Recorders;
use std::path::PathBuf;
use std::time::Instant;

/// The RTL of a configuration, built.
#[derive(Debug, Clone)]
pub struct Accelerator {
    configuration: Configuration,
    library: Library,
}

/// How a program is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOptions {
    /// When memory answers.
    pub timing: AxiTiming,
    /// Cycles after which the simulation is given up; the hardware's own watchdog is earlier.
    pub limit: u64,
    /// Seed of the random contents of all registers and memories before the reset, if the RTL was built for it.
    pub initial: Option<u32>,
    /// Where waves of the run go.
    pub wave: Option<PathBuf>,
}

impl Default for RunOptions {
    /// Memory that answers after 30 cycles, at the bandwidth of the bus.
    fn default() -> Self {
        let timing = AxiTiming { read_latency: 30, write_latency: 30, ..AxiTiming::default() };
        RunOptions { timing, limit: 1 << 32, initial: None, wave: None }
    }
}

impl Accelerator {
    /// Generates the Verilog of a configuration and builds it, unless that has been done before.
    ///
    /// # Errors
    /// [`AcceleratorError`]: no Verilator, or one that fails.
    pub fn build(configuration: Configuration, options: &BuildOptions) -> Result<Self, AcceleratorError> {
        let design = catalogue::accelerator(&configuration)
            .ok_or(AcceleratorError::UnknownConfiguration { name: configuration.name })??;
        let library = Library::build(&source(&design), options)?;
        Ok(Accelerator { configuration, library })
    }

    /// What it is.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// The built simulation.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Runs a program. What engines wrote is shown to `watcher` in the order of each memory's writes, when the program has ended.
    ///
    /// # Errors
    /// [`AcceleratorError`]: the program stopped, no interrupt came, or the simulation broke off.
    pub fn run(
        &self,
        compiled: &Compiled,
        options: &RunOptions,
        watcher: &mut impl Watcher,
    ) -> Result<Observed, AcceleratorError> {
        let started = Instant::now();
        let mut instance = match options.initial {
            Some(seed) => self.library.instance_with_seed(seed)?,
            None => self.library.instance()?,
        };
        if let Some(wave) = &options.wave {
            instance.open_trace(wave)?;
        }
        let mut host = Host::new(instance, compiled, options.timing)?;
        let mut recorders = Recorders::new(host.instance(), compiled)?;
        let ended = host.run(compiled, options.limit)?;
        recorders.show(host.instance(), compiled, watcher)?;
        let timeline = recorders.timeline(host.instance(), compiled)?;
        Ok(Observed {
            cycles: ended.cycles,
            variance_saturated: ended.variance_saturated,
            memory: host.memory(),
            timeline,
            seconds: started.elapsed().as_secs_f64(),
        })
    }
}
