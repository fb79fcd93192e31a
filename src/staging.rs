//! Files and folders that appear under their final name only when they are complete.
//!
//! Work is written next to its destination under a hidden name ending in `.partial` and renamed at the end, so a reader
//! never sees half of it. Dropping a [`Staged`] value removes what was written; a signal handler, which unwinds
//! nothing, calls [`discard_all`].

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Every partial path of this process that is neither published nor removed.
static PARTIAL: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Why a file or folder could not be put in its place.
#[derive(Debug, thiserror::Error)]
pub enum StagingError {
    /// The destination has no file name, as in `..` or `/`.
    #[error("{} does not name a file", target.display())]
    NoName {
        /// Requested destination.
        target: PathBuf,
    },
    /// The folder that is to hold the destination does not exist.
    #[error("cannot write {}: there is no folder {}; create it first", target.display(), folder.display())]
    NoFolder {
        /// Requested destination.
        target: PathBuf,
        /// Parent folder.
        folder: PathBuf,
    },
    /// The destination exists and is not what can be replaced.
    #[error("cannot write {}: it is {what}; choose another name", target.display())]
    Occupied {
        /// Requested destination.
        target: PathBuf,
        /// Kind of the existing entry.
        what: &'static str,
    },
    /// The operating system refused.
    #[error("cannot write {}: {source}", target.display())]
    Refused {
        /// Requested destination.
        target: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
}

/// A destination and the partial path to write to until [`publish`](Staged::publish).
#[derive(Debug)]
pub struct Staged {
    target: PathBuf,
    partial: PathBuf,
}

impl Staged {
    /// Reserves a partial path for a file that will become `target`, and proves that it can be written. A symbolic link
    /// is followed.
    ///
    /// # Errors
    /// When the parent folder is missing or not writable, or `target` is there and no regular file that may be written.
    pub fn file(target: &Path) -> Result<Self, StagingError> {
        let target = &fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        if let Ok(metadata) = fs::metadata(target) {
            let what = match metadata.is_file() {
                true if metadata.permissions().readonly() => Some("read-only"),
                true => None,
                false if metadata.is_dir() => Some("a folder"),
                false => Some("no regular file"),
            };
            if let Some(what) = what {
                return Err(StagingError::Occupied { target: target.clone(), what });
            }
        }
        let staged = Self::reserve(target)?;
        fs::write(&staged.partial, []).map_err(|source| staged.refused(source))?;
        Ok(staged)
    }

    /// Creates an empty folder that will become `target`.
    ///
    /// # Errors
    /// When the parent folder is missing or not writable.
    pub fn folder(target: &Path) -> Result<Self, StagingError> {
        let staged = Self::reserve(target)?;
        fs::create_dir(&staged.partial).map_err(|source| staged.refused(source))?;
        Ok(staged)
    }

    /// Where to write until the work is complete.
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// Gives the work its final name, replacing what was there.
    ///
    /// # Errors
    /// When the operating system refuses the renaming; the partial work is then removed.
    pub fn publish(self) -> Result<(), StagingError> {
        if self.partial.is_dir() && self.target.exists() {
            // A folder cannot be renamed over another: move the old one into the partial name's place, where it is then
            // removed.
            let old = Self::reserve(&self.target)?;
            fs::rename(&self.target, &old.partial).map_err(|source| self.refused(source))?;
        }
        fs::rename(&self.partial, &self.target).map_err(|source| self.refused(source))
    }

    fn reserve(target: &Path) -> Result<Self, StagingError> {
        static SERIAL: AtomicU32 = AtomicU32::new(0);
        let name = target.file_name().ok_or_else(|| StagingError::NoName { target: target.to_owned() })?;
        let folder = match target.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        if !folder.is_dir() {
            return Err(StagingError::NoFolder { target: target.to_owned(), folder: folder.to_owned() });
        }
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let partial = folder.join(format!(".{}.{}-{serial}.partial", name.to_string_lossy(), process::id()));
        partials().insert(partial.clone());
        Ok(Self { target: target.to_owned(), partial })
    }

    fn refused(&self, source: io::Error) -> StagingError {
        StagingError::Refused { target: self.target.clone(), source }
    }
}

impl Drop for Staged {
    /// Removes what is left under the partial name; after publishing there is nothing.
    fn drop(&mut self) {
        remove(&self.partial);
        partials().remove(&self.partial);
    }
}

/// Removes every partial file and folder of this process. For signal handlers that end the process afterwards.
pub fn discard_all() {
    for path in partials().iter() {
        remove(path);
    }
}

fn partials() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    // The set stays consistent whatever panicked while it was locked.
    PARTIAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Nothing useful can be done about a failure here, and none matters: the name is hidden and unique.
fn remove(path: &Path) {
    let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .expect("folder")
            .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_published_file_replaces_the_old_one_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().expect("folder");
        let target = folder.path().join("model.safetensors");
        fs::write(&target, "old").expect("old file");
        let staged = Staged::file(&target).expect("staged");
        fs::write(staged.path(), "new").expect("partial");
        assert_eq!(fs::read_to_string(&target).expect("old"), "old");
        staged.publish().expect("published");
        assert_eq!(fs::read_to_string(&target).expect("new"), "new");
        assert_eq!(names(folder.path()), ["model.safetensors"]);
    }

    #[test]
    fn a_published_folder_replaces_the_old_one_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().expect("folder");
        let target = folder.path().join("minilm");
        fs::create_dir(&target).expect("old folder");
        fs::write(target.join("stale"), "").expect("old content");
        let staged = Staged::folder(&target).expect("staged");
        fs::write(staged.path().join("fresh"), "").expect("new content");
        staged.publish().expect("published");
        assert_eq!(names(&target), ["fresh"]);
        assert_eq!(names(folder.path()), ["minilm"]);
    }

    #[test]
    fn work_that_is_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        let staged = Staged::folder(&folder.path().join("minilm")).expect("staged");
        fs::write(staged.path().join("half"), "").expect("content");
        drop(staged);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn what_is_no_writable_regular_file_is_left_alone() {
        let folder = tempfile::tempdir().expect("folder");
        let refusal = |path: &Path| match Staged::file(path) {
            Err(StagingError::Occupied { what, .. }) => what,
            other => panic!("{other:?}"),
        };
        assert_eq!(refusal(folder.path()), "a folder");
        let file = folder.path().join("file");
        fs::write(&file, "kept").expect("written");
        let mut permissions = fs::metadata(&file).expect("it is there").permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&file, permissions).expect("read-only");
        assert_eq!(refusal(&file), "read-only");
        #[cfg(unix)]
        assert_eq!(refusal(Path::new("/dev/null")), "no regular file");
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_stays_one_and_its_target_is_replaced() {
        let folder = tempfile::tempdir().expect("folder");
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "old").expect("written");
        std::os::unix::fs::symlink(&target, &link).expect("a link");
        let staged = Staged::file(&link).expect("staged");
        fs::write(staged.path(), "new").expect("partial");
        staged.publish().expect("published");
        assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
        assert_eq!(fs::read_to_string(&target).expect("target"), "new");
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = Staged::file(Path::new("/nonexistent-folder/model")).expect_err("no such folder");
        assert!(
            matches!(&error, StagingError::NoFolder { folder, .. } if folder == Path::new("/nonexistent-folder")),
            "{error}"
        );
    }
}
