//! The C++ compiler that turns Verilator's output into a shared library.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Error, verilator::on_path};

/// A C++ compiler with the command line of g++ or clang++.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiler {
    path: PathBuf,
    origin: String,
    version: String,
}

impl Compiler {
    /// The compiler that `$CXX` names, else the first of `g++`, `c++`, `clang++` on `PATH`.
    ///
    /// # Errors
    /// [`Error::CompilerMissing`] if there is none or it does not run.
    pub fn find() -> Result<Compiler, Error> {
        if let Some(named) = env::var_os("CXX").filter(|v| !v.is_empty()) {
            let named = PathBuf::from(named);
            let path = if named.components().count() == 1 { on_path(&named.to_string_lossy()) } else { Some(named) };
            return Compiler::probe(path.unwrap_or_default(), "$CXX");
        }
        match ["g++", "c++", "clang++"].into_iter().find_map(on_path) {
            Some(path) => Compiler::probe(path, "PATH"),
            None => Err(Error::CompilerMissing { reason: "neither g++, c++ nor clang++ is on PATH".into() }),
        }
    }

    /// The executable.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the compiler was found: `$CXX` or `PATH`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The first line of `--version`.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn command(&self) -> Command {
        Command::new(&self.path)
    }

    fn probe(path: PathBuf, origin: &str) -> Result<Compiler, Error> {
        let failed =
            |reason: String| Error::CompilerMissing { reason: format!("{} ({origin}) {reason}", path.display()) };
        let output = Command::new(&path).arg("--version").output();
        let output = output.map_err(|error| failed(format!("cannot be run ({error})")))?;
        let version = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().trim().to_owned();
        if !output.status.success() || version.is_empty() {
            return Err(failed(format!("ends with {} when asked for its version", output.status)));
        }
        Ok(Compiler { path, origin: origin.into(), version })
    }
}
