//! Everything that ends a command with exit status 2.

use ibert::check::CheckError;
use ibert::fetch::FetchError;

/// What went wrong; each message names the file, tensor, line or limit, and the way out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// `fetch` failed.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A case file is malformed, or the engine failed on it.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// None of the files held a case that the engine can compute.
    #[error("nothing was compared: {not_computed} cases, and the engine has the operator of none; use --engine golden")]
    NothingCompared {
        /// Cases that the files hold.
        not_computed: usize,
    },
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
