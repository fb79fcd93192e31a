//! Input files: texts or token ids, one entry per line.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// One line of a file, or one argument, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Place for messages, such as `texts.txt, line 3`.
    pub(super) place: String,
    /// Text of the line without white space at its ends; not empty.
    pub(super) text: String,
}

/// Why a file of lines cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// There is no such file.
    #[error("there is no file {}; it should hold {expected}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// Expected content.
        expected: &'static str,
    },
    /// A folder instead of a file.
    #[error("{} is a folder; name a file that holds {expected}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Expected content.
        expected: &'static str,
    },
    /// It is not UTF-8.
    #[error("{} is not a text file; it should hold {expected}, in UTF-8", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// Expected content.
        expected: &'static str,
    },
    /// It cannot be opened.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// Nothing but white space in it.
    #[error("{} is empty; it should hold {expected}", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// Expected content.
        expected: &'static str,
    },
    /// The result would replace an input.
    #[error("{} is an input of this command; write the result elsewhere", path.display())]
    Overwritten {
        /// The file.
        path: PathBuf,
    },
    /// A word that is not a token id.
    #[error("{place}: `{word}` is not a token id; write numbers separated by spaces or commas, one sequence per line")]
    NotAnId {
        /// File and line.
        place: String,
        /// The word.
        word: String,
    },
}

/// Checks that `output` is not the same file as any of `inputs`, under any name.
pub(super) fn distinct<'a>(output: &Path, inputs: impl IntoIterator<Item = &'a Path>) -> Result<(), InputError> {
    let Ok(written) = fs::canonicalize(output) else { return Ok(()) };
    let is_output = |input: &Path| fs::canonicalize(input).is_ok_and(|input| input == written);
    match inputs.into_iter().any(is_output) {
        true => Err(InputError::Overwritten { path: output.to_owned() }),
        false => Ok(()),
    }
}

/// Checks that the file exists.
pub(super) fn file(path: &Path, expected: &'static str) -> Result<(), InputError> {
    match path.metadata() {
        Ok(what) if what.is_dir() => Err(InputError::Folder { path: path.to_owned(), expected }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(InputError::Missing { path: path.to_owned(), expected })
        }
        // Reading reports every other problem.
        _ => Ok(()),
    }
}

/// The lines of a file that are not blank; at least one.
pub(super) fn lines(path: &Path, expected: &'static str) -> Result<Vec<Line>, InputError> {
    file(path, expected)?;
    let content = fs::read_to_string(path).map_err(|source| match source.kind() {
        io::ErrorKind::InvalidData => InputError::NotText { path: path.to_owned(), expected },
        _ => InputError::Unreadable { path: path.to_owned(), source },
    })?;
    let numbered = content.lines().enumerate().map(|(index, text)| Line {
        place: format!("{}, line {}", path.display(), index + 1),
        text: text.trim().to_owned(),
    });
    let lines: Vec<_> = numbered.filter(|line| !line.text.is_empty()).collect();
    if lines.is_empty() {
        return Err(InputError::Empty { path: path.to_owned(), expected });
    }
    Ok(lines)
}

/// The token ids of a line.
pub(super) fn token_ids(line: &Line) -> Result<Vec<u32>, InputError> {
    let words = line.text.split([' ', '\t', ',']).filter(|word| !word.is_empty());
    words
        .map(|word| word.parse().map_err(|_| InputError::NotAnId { place: line.place.clone(), word: word.to_owned() }))
        .collect()
}
