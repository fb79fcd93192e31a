//! The MODEL argument: an integer-model file, or the name of one in the cache.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use ibert::fetch::{self, SOURCES};
use ibert_golden::model::{IntegerModel, ModelError};

use super::error::Error;

/// Reads and validates the model that the argument names; returns its file too.
///
/// A file or folder of that name has priority over the cache; `./minilm` is never the cached model.
pub(super) fn read(argument: &Path) -> Result<(PathBuf, IntegerModel), Error> {
    let path = locate(argument)?;
    let model = IntegerModel::read(&path).map_err(|error| unreadable(&path, error))?;
    Ok((path, model))
}

fn locate(argument: &Path) -> Result<PathBuf, Error> {
    let named = SOURCES.iter().find(|source| argument == Path::new(source.name));
    let Some(source) = named.filter(|_| !argument.exists()) else {
        let path = argument.to_owned();
        return match path.metadata() {
            Ok(what) if what.is_dir() => Err(Error::ModelFolder { path }),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(Error::NoModel { path, known: SOURCES.map(|source| source.name).join(", ") })
            }
            _ => Ok(path),
        };
    };
    let path = fetch::model_path(source)?;
    if path.is_file() { Ok(path) } else { Err(Error::NotQuantized { name: source.name, path }) }
}

fn unreadable(path: &Path, error: ModelError) -> Error {
    match error {
        // The message already names the file.
        ModelError::Io { .. } => Error::UnreadableModel(Box::new(error)),
        other => Error::Model { path: path.to_owned(), source: Box::new(other) },
    }
}
