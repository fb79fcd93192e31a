//! A built design: Verilog that is verilated, compiled and loaded.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::abi::Abi;
use crate::cache::{self, Entry, Key};
use crate::compile::{self, Toolchain};
use crate::instance::{Instance, Port};
use crate::{BuildOptions, Compiler, Error, Initial, PortInfo, Source, Trace, Verilator, Wave, ports, verilate};

/// Record of a build, in `build.json` next to the shared library.
#[derive(Serialize, Deserialize)]
struct Record {
    seconds: f64,
    verilator: String,
    compiler: String,
    warnings: String,
}

/// A design as a loaded shared library. Clones share the library. It can create any number of [`Instance`]s, in any
/// thread.
#[derive(Clone)]
pub struct Library(Arc<Loaded>);

struct Loaded {
    abi: Abi,
    top: String,
    path: PathBuf,
    ports: Vec<PortInfo>,
    clock: Option<usize>,
    trace: Trace,
    wave: Option<Wave>,
    initial: Initial,
    record: Record,
    cached: bool,
    /// Distinguishes the ports of different designs.
    design: u32,
}

impl Library {
    /// Builds a design, or takes it from the cache, and loads it.
    ///
    /// # Errors
    /// [`Error::Verilog`] with Verilator's messages, and the errors of [`Verilator::find`], [`Compiler::find`] and the
    /// cache folder. A failed build leaves nothing in the cache.
    pub fn build(source: &Source, options: &BuildOptions) -> Result<Library, Error> {
        source.validate()?;
        let verilator = match &options.verilator {
            Some(path) => Verilator::at(path)?,
            None => Verilator::find_in(&options.search)?,
        };
        let compiler = Compiler::find()?;
        let cache = cache::folder(options.cache.as_deref())?;
        let cache = std::path::absolute(&cache).map_err(|source| Error::Cache { folder: cache, source })?;
        let key = key(source, options, &verilator, &compiler);
        let entry = Entry::new(&cache, "design", &key);
        let cached = entry.get_or_build(|folder| {
            let toolchain =
                Toolchain { compiler: &compiler, verilator: &verilator, trace: options.trace, cache: &cache };
            build(source, options, &toolchain, folder)
        })?;
        Library::load(source, options, &entry.path(), &key, cached)
    }

    fn load(source: &Source, options: &BuildOptions, folder: &Path, key: &Key, cached: bool) -> Result<Library, Error> {
        let failed = |path: &Path, reason: String| Error::Load { path: path.into(), reason };
        let json = folder.join("build.json");
        let text = fs::read_to_string(&json).map_err(|source| Error::Io { path: json.clone(), source })?;
        let record = serde_json::from_str(&text).map_err(|error| failed(&json, error.to_string()))?;
        let path = folder.join("design.so");
        let abi = Abi::load(&path)?;
        let design = u32::from_str_radix(&key.hex()[..8], 16).map_err(|error| failed(&path, error.to_string()))?;
        Ok(Library(Arc::new(Loaded {
            top: source.top().into(),
            ports: abi.ports(),
            clock: abi.clock(),
            abi,
            path,
            trace: options.trace,
            wave: options.wave.clone(),
            initial: options.initial,
            record,
            cached,
            design,
        })))
    }

    /// The top module's name.
    pub fn top(&self) -> &str {
        &self.0.top
    }

    /// Path of the shared library. The folder `verilog/` next to it holds the Verilog that it was built from.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Duration of the original build in seconds.
    pub fn build_seconds(&self) -> f64 {
        self.0.record.seconds
    }

    /// Whether the library came from the cache.
    pub fn was_cached(&self) -> bool {
        self.0.cached
    }

    /// Verilator's lint messages, empty if there are none.
    pub fn warnings(&self) -> &str {
        &self.0.record.warnings
    }

    /// Version of the Verilator that built the library.
    pub fn verilator(&self) -> &str {
        &self.0.record.verilator
    }

    /// First version line of the C++ compiler that built the library.
    pub fn compiler(&self) -> &str {
        &self.0.record.compiler
    }

    /// The ports, in the order of the module header as far as Verilator keeps it.
    pub fn ports(&self) -> &[PortInfo] {
        &self.0.ports
    }

    /// The clock port; `None` for combinational designs.
    pub fn clock(&self) -> Option<&PortInfo> {
        self.0.clock.map(|clock| &self.0.ports[clock])
    }

    /// A handle to a port, valid for every instance of this design.
    ///
    /// # Errors
    /// [`Error::UnknownPort`], which lists the ports.
    pub fn port(&self, name: &str) -> Result<Port, Error> {
        let Some(index) = self.0.ports.iter().position(|port| port.name == name) else {
            let ports = self.0.ports.iter().map(PortInfo::to_string).collect::<Vec<_>>().join(", ");
            return Err(Error::UnknownPort { top: self.0.top.clone(), name: name.into(), ports });
        };
        let info = &self.0.ports[index];
        Ok(Port { index: index as u32, width: info.width, direction: info.direction, design: self.0.design })
    }

    /// A new model with all state zero.
    ///
    /// # Errors
    /// [`Error::Stopped`] if the design's `initial` blocks end the simulation; as [`Instance::open_trace_of`] with
    /// [`BuildOptions::wave`].
    pub fn instance(&self) -> Result<Instance, Error> {
        self.recorded(Instance::new(self.clone(), 0)?)
    }

    /// A new model with random state, the same for the same seed.
    ///
    /// # Errors
    /// [`Error::NoRandomState`] unless built with [`Initial::Unique`]; [`Error::Stopped`] as for [`Library::instance`].
    pub fn instance_with_seed(&self, seed: u32) -> Result<Instance, Error> {
        if self.0.initial != Initial::Unique {
            return Err(Error::NoRandomState { top: self.0.top.clone() });
        }
        // Verilator's seeds are positive; 0 selects the zero state.
        self.recorded(Instance::new(self.clone(), seed % 0x7fff_ffff + 1)?)
    }

    /// Starts the wave file that the options request.
    fn recorded(&self, mut instance: Instance) -> Result<Instance, Error> {
        if let Some(wave) = &self.0.wave {
            instance.open_trace_of(&wave.path, wave.cycles.clone())?;
        }
        Ok(instance)
    }

    pub(crate) fn abi(&self) -> &Abi {
        &self.0.abi
    }

    pub(crate) fn design(&self) -> u32 {
        self.0.design
    }

    pub(crate) fn clock_index(&self) -> Option<usize> {
        self.0.clock
    }

    pub(crate) fn trace(&self) -> Trace {
        self.0.trace
    }
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Library").field("top", &self.0.top).field("path", &self.0.path).finish_non_exhaustive()
    }
}

/// The hash of everything that the shared library depends on.
fn key(source: &Source, options: &BuildOptions, verilator: &Verilator, compiler: &Compiler) -> Key {
    let mut key = Key::new();
    compile::identity(&mut key);
    key.add(&verilator.identity()).add(&compiler.path().to_string_lossy()).add(compiler.version());
    key.add(options.clock.as_deref().unwrap_or_default());
    for flag in verilate::flags(source.top(), options) {
        key.add(&flag);
    }
    for (name, text) in source.files() {
        key.add(name).add(text);
    }
    key
}

/// Fills `folder` with `design.so`, `build.json` and `verilog/`.
fn build(source: &Source, options: &BuildOptions, toolchain: &Toolchain, folder: &Path) -> Result<(), Error> {
    let started = Instant::now();
    let verilated = verilate::verilate(toolchain.verilator, source, options, folder)?;
    let header = verilated.folder.join("Vdut.h");
    let text = fs::read_to_string(&header).map_err(|source| Error::Io { path: header, source })?;
    let declared = ports::declared(source.top(), &text)?;
    let clock = clock(source.top(), &declared, options.clock.as_deref())?;
    toolchain.build(&verilated, &ports::design_header(&declared, clock), &folder.join("design.so"))?;

    let record = Record {
        seconds: started.elapsed().as_secs_f64(),
        verilator: toolchain.verilator.version().to_string(),
        compiler: toolchain.compiler.version().into(),
        warnings: verilated.warnings,
    };
    let written = fs::remove_dir_all(&verilated.folder)
        .and_then(|()| fs::write(folder.join("build.json"), serde_json::to_vec_pretty(&record)?));
    written.map_err(|source| Error::Io { path: folder.into(), source })
}

/// Index of the clock: the port named in the options, else one called `clock` if there is one.
fn clock(top: &str, declared: &[ports::Declared], named: Option<&str>) -> Result<Option<usize>, Error> {
    let position = declared.iter().position(|port| port.info.name == named.unwrap_or("clock"));
    match (position, named) {
        (None, Some(name)) => {
            let ports = declared.iter().map(|port| port.info.to_string()).collect::<Vec<_>>().join(", ");
            Err(Error::UnknownPort { top: top.into(), name: name.into(), ports })
        }
        (Some(index), _) if declared[index].info.width != 1 => Err(Error::PortUse {
            port: declared[index].info.name.clone(),
            reason: format!("is {} bits wide and cannot be the clock", declared[index].info.width),
        }),
        (position, _) => Ok(position),
    }
}
