//! Hardware units by name, and their files in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use ibert::staging::Staged;
use ibert_hdl::catalogue::{self, Unit, UnitSize};

use super::arguments::ConfigurationName;
use super::console::Console;
use super::error::Error;

/// Unit of this name.
pub(super) fn named(name: &str) -> Result<&'static Unit, Error> {
    let known = || catalogue::units().iter().map(|unit| unit.name).collect::<Vec<_>>().join(", ");
    catalogue::unit(name).ok_or_else(|| Error::UnknownUnit { name: name.to_owned(), known: known() })
}

/// Size of a unit in a configuration; a unit with one size has that size in every configuration.
pub(super) fn size_of(unit: &'static Unit, config: ConfigurationName) -> Result<&'static UnitSize, Error> {
    let fits = |size: &&UnitSize| size.side.is_none_or(|side| side == config.side());
    unit.sizes.iter().find(fits).ok_or_else(|| Error::UnknownSize {
        name: unit.name,
        side: config.side(),
        known: unit
            .sizes
            .iter()
            .filter_map(|size| size.side.map(|side| side.to_string()))
            .collect::<Vec<_>>()
            .join(", "),
    })
}

/// Notes that the requested configuration makes no difference for a unit with one size.
pub(super) fn note_of_one_size(unit: &Unit, console: &Console) {
    if unit.sizes.iter().all(|size| size.side.is_none()) {
        console.step(format_args!("{} has one size, whatever the configuration", unit.name));
    }
}

/// Writes files into a folder, which is created; each appears when it is complete. Returns their paths.
pub(super) fn write<N: AsRef<str>, C: AsRef<[u8]>>(folder: &Path, files: &[(N, C)]) -> Result<Vec<PathBuf>, Error> {
    let refused = |source| Error::Folder { folder: folder.to_owned(), source };
    if folder.is_file() {
        return Err(Error::NoFolder { path: folder.to_owned() });
    }
    let mut written = Vec::new();
    for (name, content) in files {
        let path = folder.join(name.as_ref());
        fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(refused)?;
        let staged = Staged::file(&path)?;
        fs::write(staged.path(), content).map_err(refused)?;
        staged.publish()?;
        written.push(path);
    }
    Ok(written)
}
