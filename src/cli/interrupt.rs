//! Ctrl-C and termination: no half-written file remains.

use std::process;

use ibert::staging;

use super::error::Error;

/// 128 + SIGINT, as shells report it.
const INTERRUPTED: i32 = 130;

/// From now on SIGINT, SIGTERM and SIGHUP remove the partial files before the process ends.
pub(super) fn discard_partial_files_on_signal() -> Result<(), Error> {
    ctrlc::set_handler(|| {
        staging::discard_all();
        process::exit(INTERRUPTED);
    })
    .map_err(Error::Signals)
}
