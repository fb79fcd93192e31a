//! Verilog text: a top module and the files that define it.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::Error;

/// Verilog files and the name of the top module among them.
///
/// Names are relative paths; they appear in Verilator's messages as given. Files ending in `.v`, `.sv` or `.vlt` are
/// compiled in order. All others (`.vh`, `.svh`, …) are stored next to them for `` `include ``.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    top: String,
    files: Vec<(String, String)>,
}

impl Source {
    /// A source without files yet, whose top module is `top`.
    pub fn new(top: impl Into<String>) -> Source {
        Source { top: top.into(), files: Vec::new() }
    }

    /// Adds a file.
    #[must_use]
    pub fn file(mut self, name: impl Into<String>, text: impl Into<String>) -> Source {
        self.files.push((name.into(), text.into()));
        self
    }

    /// Adds files from disk under their file names.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that cannot be read as UTF-8 text.
    pub fn paths<P: AsRef<Path>>(mut self, paths: impl IntoIterator<Item = P>) -> Result<Source, Error> {
        for path in paths {
            let path = path.as_ref();
            let text = fs::read_to_string(path).map_err(|source| Error::Io { path: path.into(), source })?;
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            self.files.push((name, text));
        }
        Ok(self)
    }

    /// All Verilog files (`.v`, `.sv`, `.vh`, `.svh`, `.vlt`) of one folder, in order of their names.
    ///
    /// # Errors
    /// [`Error::Io`] for a folder or file that cannot be read.
    pub fn read_dir(top: impl Into<String>, folder: impl AsRef<Path>) -> Result<Source, Error> {
        let folder = folder.as_ref();
        let failed = |source| Error::Io { path: folder.into(), source };
        let mut paths = Vec::<PathBuf>::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if matches!(extension(&path), "v" | "sv" | "vh" | "svh" | "vlt") {
                paths.push(path);
            }
        }
        paths.sort();
        Source::new(top).paths(paths)
    }

    /// The top module's name.
    pub fn top(&self) -> &str {
        &self.top
    }

    /// Names and texts, in order.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// Names of the files that Verilator compiles.
    pub(crate) fn compiled(&self) -> impl Iterator<Item = &str> {
        self.files().map(|(name, _)| name).filter(|name| matches!(extension(Path::new(name)), "v" | "sv" | "vlt"))
    }

    pub(crate) fn validate(&self) -> Result<(), Error> {
        let wrong = |reason: String| Err(Error::Source { top: self.top.clone(), reason });
        if !self.top.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return wrong("the top module needs a Verilog identifier as its name".into());
        }
        if self.compiled().next().is_none() {
            return wrong("there is no .v or .sv file".into());
        }
        for (index, (name, _)) in self.files.iter().enumerate() {
            let inside = Path::new(name).components().all(|c| matches!(c, Component::Normal(_)));
            if name.is_empty() || name.starts_with('-') || !inside {
                return wrong(format!("file name `{name}` is not a plain relative path"));
            }
            if self.files[..index].iter().any(|(other, _)| other == name) {
                return wrong(format!("file `{name}` is given twice"));
            }
        }
        Ok(())
    }
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|e| e.to_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_the_folder_or_repeat_are_refused() {
        let refused = |source: Source| source.validate().unwrap_err().to_string();
        assert!(refused(Source::new("t").file("../t.v", "")).contains("`../t.v` is not a plain relative path"));
        assert!(refused(Source::new("t").file("/t.v", "")).contains("not a plain relative path"));
        assert!(refused(Source::new("t").file("-t.v", "")).contains("not a plain relative path"));
        assert!(refused(Source::new("t").file("t.v", "").file("t.v", "")).contains("`t.v` is given twice"));
        assert!(refused(Source::new("t").file("t.vh", "")).contains("no .v or .sv file"));
        assert!(refused(Source::new("").file("t.v", "")).contains("identifier"));
        assert!(Source::new("t").file("rtl/t.v", "").file("rtl/t.vh", "").validate().is_ok());
    }
}
