//! Compiles C++ into a shared library, without Verilator's makefile: `verilated.mk` differs between versions and
//! packages.
//!
//! Code that runs every cycle is compiled with `-O2`. Code that runs once (`__Slow` classes) is compiled with `-O0`,
//! because it is half of a design's text and gains nothing from optimization. Small classes share a translation unit,
//! because reading `verilated.h` takes longer than compiling them. The runtime's objects are a separate cache entry,
//! shared by all designs of a Verilator.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::cache::{Entry, Key};
use crate::verilate::Verilated;
use crate::{Compiler, Error, Trace, Verilator};

const ABI_H: &str = include_str!("cpp/abi.h");
const MODEL_CPP: &str = include_str!("cpp/model.cpp");
const WAVES_H: &str = include_str!("cpp/waves.h");
const RECORDER_H: &str = include_str!("cpp/recorder.h");
const AXI_MEMORY_H: &str = include_str!("cpp/axi_memory.h");
const AXI_MEMORY_CPP: &str = include_str!("cpp/axi_memory.cpp");

/// Bytes of C++ text per translation unit: about one second with `-O2`.
const UNIT_BYTES: u64 = 150_000;

/// Exported symbols of a library. All others are local, including those that the C++ library declares visible. This
/// keeps the runtimes of several designs in one process separate and lets a library be unloaded.
const EXPORTS: &str = "{ global: ibert_*; local: *; };\n";

/// Flags of every file.
const FLAGS: [&str; 12] = [
    "-std=gnu++17",
    "-w",
    "-fPIC",
    "-fvisibility=hidden",
    "-fvisibility-inlines-hidden",
    "-pthread",
    "-DVL_TIME_CONTEXT",
    "-DVL_USER_FINISH",
    "-DVL_USER_STOP",
    "-DVL_USER_FATAL",
    "-DVM_COVERAGE=0",
    "-DVM_SC=0",
];
/// `$display` writes to standard error, because standard output belongs to the program.
const PRINTF: &str = "-DVL_PRINTF(...)=std::fprintf(stderr, __VA_ARGS__)";

/// Adds everything in this file that affects the result to a cache key.
pub(crate) fn identity(key: &mut Key) {
    key.add(ABI_H)
        .add(MODEL_CPP)
        .add(WAVES_H)
        .add(RECORDER_H)
        .add(AXI_MEMORY_H)
        .add(AXI_MEMORY_CPP)
        .add(EXPORTS)
        .add(PRINTF);
    for flag in FLAGS {
        key.add(flag);
    }
}

/// The tools and flags of one design.
pub(crate) struct Toolchain<'a> {
    pub(crate) compiler: &'a Compiler,
    pub(crate) verilator: &'a Verilator,
    pub(crate) trace: Trace,
    pub(crate) cache: &'a Path,
}

/// One file to compile.
struct Unit {
    source: PathBuf,
    object: PathBuf,
    optimization: &'static str,
}

impl Toolchain<'_> {
    /// Builds `library` from Verilator's output and the model around it.
    pub(crate) fn build(&self, verilated: &Verilated, design_header: &str, library: &Path) -> Result<(), Error> {
        let folder = &verilated.folder;
        for (name, text) in [
            ("abi.h", ABI_H),
            ("waves.h", WAVES_H),
            ("recorder.h", RECORDER_H),
            ("axi_memory.h", AXI_MEMORY_H),
            ("model.cpp", MODEL_CPP),
            ("design.h", design_header),
            ("exports.map", EXPORTS),
        ] {
            write(&folder.join(name), text)?;
        }
        let include = self.verilator.include()?;
        let runtime = self.runtime(&verilated.runtime, &include)?;

        let mut fast = verilated.fast.clone();
        fast.push("model".into());
        let mut units = group(folder, "fast", &fast, "-O2")?;
        units.extend(group(folder, "slow", &verilated.slow, "-O0")?);
        self.compile(&units, &include)?;

        let mut command = self.compiler.command();
        command.args(["-shared", "-pthread", "-o"]).arg(library);
        // macOS's linker has no version scripts and binds a library's symbols to itself by default.
        if !cfg!(target_os = "macos") {
            command.current_dir(folder).arg("-Wl,--version-script=exports.map");
        }
        command.args(units.iter().map(|unit| &unit.object)).args(runtime);
        if self.trace == Trace::Fst {
            command.arg("-lz");
            if self.needs_lz4(&include) {
                command.arg("-llz4");
            }
        }
        self.run(command, "design.so")
    }

    /// Objects of Verilator's and this crate's runtime, built once for each Verilator, compiler and kind of waves.
    fn runtime(&self, files: &[String], include: &Path) -> Result<Vec<PathBuf>, Error> {
        let mut key = Key::new();
        identity(&mut key);
        key.add(&self.verilator.identity()).add(&include.to_string_lossy()).add(self.compiler.version());
        key.add(&format!("{:?}", self.trace));
        for file in files {
            key.add(file);
        }
        let entry = Entry::new(self.cache, "runtime", &key);
        entry.get_or_build(|folder| {
            let unit = |file: &String| Unit {
                source: include.join(format!("{file}.cpp")),
                object: folder.join(format!("{file}.o")),
                optimization: "-O2",
            };
            for (name, text) in [("abi.h", ABI_H), ("axi_memory.h", AXI_MEMORY_H), ("axi_memory.cpp", AXI_MEMORY_CPP)] {
                write(&folder.join(name), text)?;
            }
            let memory = folder.join("axi_memory.cpp");
            let memory = Unit { object: memory.with_extension("o"), source: memory, optimization: "-O2" };
            let units: Vec<Unit> = files.iter().map(unit).chain([memory]).collect();
            self.compile(&units, include)
        })?;
        let objects = files.iter().map(String::as_str).chain(["axi_memory"]);
        Ok(objects.map(|file| entry.path().join(format!("{file}.o"))).collect())
    }

    /// Compiles units on all cores. Returns the first error in the order of the units.
    fn compile(&self, units: &[Unit], include: &Path) -> Result<(), Error> {
        let next = AtomicUsize::new(0);
        let errors = Mutex::new(Vec::new());
        let work = || {
            while let Some((index, unit)) =
                Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, units.get(i)?)))
            {
                if let Err(error) = self.compile_one(unit, include) {
                    errors.lock().unwrap_or_else(|e| e.into_inner()).push((index, error));
                    next.fetch_max(units.len(), Ordering::Relaxed);
                }
            }
        };
        let cores = thread::available_parallelism().map_or(1, usize::from).min(units.len());
        thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
        let errors = errors.into_inner().unwrap_or_else(|e| e.into_inner());
        errors.into_iter().min_by_key(|(index, _)| *index).map_or(Ok(()), |(_, error)| Err(error))
    }

    fn compile_one(&self, unit: &Unit, include: &Path) -> Result<(), Error> {
        let mut command = self.compiler.command();
        command.args(FLAGS).arg(PRINTF).arg(unit.optimization);
        command.arg(format!("-DVM_TRACE={}", u8::from(self.trace != Trace::None)));
        command.arg(format!("-DVM_TRACE_VCD={}", u8::from(self.trace == Trace::Vcd)));
        command.arg(format!("-DVM_TRACE_FST={}", u8::from(self.trace == Trace::Fst)));
        command.arg("-DVM_TRACE_SAIF=0");
        command.arg("-I").arg(include).arg("-I").arg(include.join("vltstd"));
        command.arg("-c").arg(&unit.source).arg("-o").arg(&unit.object);
        self.run(command, &unit.source.file_name().unwrap_or_default().to_string_lossy())
    }

    fn run(&self, mut command: Command, file: &str) -> Result<(), Error> {
        let compiler = self.compiler.path();
        let output = command.output().map_err(|source| Error::Io { path: compiler.into(), source })?;
        if output.status.success() {
            return Ok(());
        }
        let mut message = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
        if message.is_empty() {
            message = output.status.to_string();
        }
        let lacks =
            |library: &str| message.contains(&format!("{library}.h")) || message.contains(&format!("-l{library}"));
        let hint = [("lz4", "liblz4-dev"), ("z", "zlib1g-dev")]
            .into_iter()
            .find(|(library, _)| self.trace == Trace::Fst && (lacks(library) || (*library == "z" && lacks("zlib"))));
        let hint = hint.map(|(_, package)| {
            format!(
                "FST waves of this Verilator need {package} (`apt install {package}`); VCD waves (Trace::Vcd) do not"
            )
        });
        // If the system kills the compiler proper, g++ continues and reports it with this message.
        let killed = message.contains("Killed signal terminated program") || message.contains("SIGKILL");
        let memory = "the system has ended the compiler, probably for lack of memory: run fewer builds at a time";
        let hint = hint.or(killed.then(|| memory.to_owned()));
        Err(Error::Cpp { file: file.into(), message, hint })
    }

    /// Verilator 5.048 writes FST with its own library and the system's lz4. Earlier versions use GTKWave's library,
    /// which includes lz4.
    fn needs_lz4(&self, include: &Path) -> bool {
        include.join("fstcpp").is_dir()
    }
}

/// Packs classes into translation units of about [`UNIT_BYTES`].
fn group(folder: &Path, name: &str, classes: &[String], optimization: &'static str) -> Result<Vec<Unit>, Error> {
    let mut texts: Vec<(u64, String)> = Vec::new();
    for class in classes {
        let file = format!("{class}.cpp");
        let path = folder.join(&file);
        let size = fs::metadata(&path).map_err(|source| Error::Io { path, source })?.len();
        let include = format!("#include \"{file}\"\n");
        match texts.last_mut() {
            Some((bytes, text)) if *bytes + size <= UNIT_BYTES => {
                *bytes += size;
                text.write_str(&include).unwrap();
            }
            _ => texts.push((size, include)),
        }
    }
    let unit = |(index, (_, text)): (usize, &(u64, String))| {
        let source = folder.join(format!("{name}_{index}.cpp"));
        write(&source, text)?;
        Ok(Unit { object: source.with_extension("o"), source, optimization })
    };
    texts.iter().enumerate().map(unit).collect()
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|source| Error::Io { path: path.into(), source })
}
