//! Everything that ends a command with exit status 2.

use ibert::fetch::FetchError;

/// What went wrong; each message names the file, tensor, line or limit, and the way out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// `fetch` failed.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// `doctor` found that the machine cannot simulate.
    #[error("not usable: {missing}; `make setup` installs what is missing")]
    ToolsMissing {
        /// Names of the required tools that are missing or too old.
        missing: String,
    },
    /// The signal handler could not be installed.
    #[error("cannot handle signals: {0}")]
    Signals(ctrlc::Error),
}
