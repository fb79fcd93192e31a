//! Build results on disk: `<cache>/sim/<kind>-<hash>/`, each complete or absent.
//!
//! An entry is built in `<entry>.part` under a file lock and then renamed. If several threads and processes request the
//! same entry at the same time, one of them builds it. A part left by a killed process is removed by the next process
//! that holds the lock.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use fs4::FileExt;
use sha2::{Digest, Sha256};

use crate::Error;

/// The project's cache folder: `given`, else `$IBERT_CACHE`, else `ibert` in the platform's cache folder.
pub(crate) fn folder(given: Option<&Path>) -> Result<PathBuf, Error> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    if let Some(named) = std::env::var_os("IBERT_CACHE").filter(|v| !v.is_empty()) {
        return Ok(named.into());
    }
    let platform = etcetera::choose_base_strategy().map_err(|_| Error::NoCacheFolder)?;
    Ok(platform.cache_dir().join("ibert"))
}

/// Hash of a list of texts. Unlike the hash of their concatenation, it differs for `["ab", "c"]` and `["a", "bc"]`.
pub(crate) struct Key(Sha256);

impl Key {
    pub(crate) fn new() -> Key {
        Key(Sha256::new())
    }

    pub(crate) fn add(&mut self, text: &str) -> &mut Key {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text);
        self
    }

    /// 128 bits of the hash in hexadecimal.
    pub(crate) fn hex(&self) -> String {
        self.0.clone().finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// An entry of the cache, present or to be built.
pub(crate) struct Entry {
    cache: PathBuf,
    name: String,
}

impl Entry {
    pub(crate) fn new(cache: &Path, kind: &str, key: &Key) -> Entry {
        Entry { cache: cache.join("sim"), name: format!("{kind}-{}", key.hex()) }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.cache.join(&self.name)
    }

    /// Returns whether the entry exists. If it does not, `build` fills the folder that it is passed.
    pub(crate) fn get_or_build(&self, build: impl FnOnce(&Path) -> Result<(), Error>) -> Result<bool, Error> {
        if self.path().is_dir() {
            return Ok(true);
        }
        let failed = |source| Error::Cache { folder: self.cache.clone(), source };
        fs::create_dir_all(&self.cache).map_err(failed)?;
        let _lock = Lock::take(self.cache.join(format!("{}.lock", self.name))).map_err(failed)?;
        if self.path().is_dir() {
            return Ok(true);
        }
        let part = Part(self.cache.join(format!("{}.part", self.name)));
        part.remove();
        fs::create_dir(&part.0).map_err(failed)?;
        build(&part.0)?;
        fs::rename(&part.0, self.path()).map_err(failed)?;
        Ok(false)
    }
}

/// A folder being filled; removed unless renamed.
struct Part(PathBuf);

impl Part {
    fn remove(&self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.remove();
    }
}

/// An exclusive lock between threads and processes: a file that is removed on release.
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    fn take(path: PathBuf) -> io::Result<Lock> {
        loop {
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
            FileExt::lock(&file)?;
            // The previous holder removed the file, so the locked file is no longer the one that others open.
            if same_file(&file, &path) {
                return Ok(Lock { path, _file: file });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
fn same_file(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn same_file(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;

    fn key(text: &str) -> Key {
        let mut key = Key::new();
        key.add(text);
        key
    }

    #[test]
    fn key_depends_on_where_texts_are_split() {
        let (mut left, mut right) = (Key::new(), Key::new());
        left.add("ab").add("c");
        right.add("a").add("bc");
        assert_ne!(left.hex(), right.hex());
        assert_eq!(key("ab").hex(), key("ab").hex());
    }

    #[test]
    fn entry_is_built_once_by_many_threads_and_leaves_only_itself() {
        let cache = tempfile::tempdir().unwrap();
        let built = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    let entry = Entry::new(cache.path(), "test", &key("x"));
                    let build = |folder: &Path| {
                        built.fetch_add(1, Ordering::SeqCst);
                        thread::sleep(std::time::Duration::from_millis(20));
                        fs::write(folder.join("done"), "1").map_err(|source| Error::Io { path: folder.into(), source })
                    };
                    entry.get_or_build(build).unwrap();
                    assert!(entry.path().join("done").is_file());
                });
            }
        });
        assert_eq!(built.load(Ordering::SeqCst), 1);
        assert_eq!(fs::read_dir(cache.path().join("sim")).unwrap().count(), 1);
    }

    #[test]
    fn failed_build_leaves_nothing_and_the_next_one_starts_afresh() {
        let cache = tempfile::tempdir().unwrap();
        let entry = Entry::new(cache.path(), "test", &key("x"));
        let failing = |folder: &Path| {
            fs::write(folder.join("rest"), "1").unwrap();
            Err(Error::NoCacheFolder)
        };
        assert!(entry.get_or_build(failing).is_err());
        assert_eq!(fs::read_dir(cache.path().join("sim")).unwrap().count(), 0);

        fs::create_dir_all(cache.path().join("sim").join(format!("{}.part/stale", entry.name))).unwrap();
        let empty = |folder: &Path| {
            assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
            Ok(())
        };
        assert!(!entry.get_or_build(empty).unwrap());
        assert!(entry.get_or_build(|_| panic!("built twice")).unwrap());
    }
}
