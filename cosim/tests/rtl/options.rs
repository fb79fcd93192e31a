//! How the units are built for tests.

use ibert_sim::{BuildOptions, Initial};

/// Registers start random if an instance is given a seed, else at zero. Tests with and without a seed share one build.
pub(crate) fn shared() -> BuildOptions {
    BuildOptions { initial: Initial::Unique, ..BuildOptions::default() }
}
