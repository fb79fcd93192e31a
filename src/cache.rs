//! The one folder that ibert writes to unasked: checkpoints, models and simulations that can be regenerated.
//!
//! ```text
//! $IBERT_CACHE, else <platform cache>/ibert     e.g. ~/.cache/ibert
//! ├── models/minilm/                            a fetched checkpoint, as Hugging Face lays it out
//! ├── models/minilm.ibert.safetensors           the integer model made from it
//! └── …                                         built simulations, kept by the `ibert-sim` crate
//! ```
//!
//! The folder can be deleted at any time; its content is then regenerated.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

/// Environment variable that names the cache folder itself (not its parent).
pub const VARIABLE: &str = "IBERT_CACHE";

/// Why the cache folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// Neither the variable nor a home folder defines the cache folder.
    #[error("no cache folder: this account has no home folder; set {VARIABLE} to a folder that you can write to")]
    NoHome,
    /// The folder cannot be created or written to.
    #[error("cannot write to the cache folder {}: {source}; make it writable, or set {VARIABLE} to another folder", folder.display())]
    NotWritable {
        /// The folder that was to be created or written.
        folder: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
}

/// The cache folder: `$IBERT_CACHE`, else `ibert` in the platform's cache folder. It need not exist.
///
/// An empty variable counts as unset.
///
/// # Errors
/// [`CacheError::NoHome`] when the variable is unset and the account has no home folder.
pub fn folder() -> Result<PathBuf, CacheError> {
    if let Some(folder) = env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        return Ok(PathBuf::from(folder));
    }
    let platform = etcetera::choose_base_strategy().map_err(|_| CacheError::NoHome)?;
    Ok(platform.cache_dir().join("ibert"))
}

/// Creates `folder` and its parents and makes sure that a file can be created in it.
///
/// # Errors
/// [`CacheError::NotWritable`] naming `folder`.
pub fn create_writable(folder: &Path) -> Result<(), CacheError> {
    let refused = |source| CacheError::NotWritable { folder: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(refused)?;
    // Permission bits are not sufficient (root, read-only mounts), so a file is created.
    tempfile::tempfile_in(folder).map_err(refused)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_below_a_regular_file_is_refused_by_name() {
        let file = tempfile::NamedTempFile::new().expect("temporary file");
        let folder = file.path().join("cache");
        let message = create_writable(&folder).expect_err("a file is no folder").to_string();
        assert!(message.contains(&folder.display().to_string()), "{message}");
        assert!(message.contains(VARIABLE), "{message}");
    }

    #[test]
    fn a_new_folder_is_created_with_its_parents_and_left_empty() {
        let parent = tempfile::tempdir().expect("temporary folder");
        let folder = parent.path().join("a/b");
        create_writable(&folder).expect("writable");
        assert_eq!(std::fs::read_dir(&folder).expect("it exists").count(), 0);
    }
}
