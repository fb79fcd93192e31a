//! Reference vectors, computed by other implementations, for tests of this crate and of hardware.
//!
//! They are files in the sources of this crate, not in the compiled library: use them in tests, where the sources are
//! at hand.

mod tiny_encoder;

pub use tiny_encoder::TinyEncoder;

use std::path::PathBuf;

/// Folder of the vectors.
fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data"))
}

/// The case file of an operator: `exp`, `gelu`, `isqrt`, `layernorm`, `linear`, `requant`, `softmax`.
///
/// ```
/// use ibert_golden::case::CaseFile;
///
/// let cases = CaseFile::read(&ibert_golden::vectors::case_file("exp"))?;
/// assert!(!cases.cases.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn case_file(operator: &str) -> PathBuf {
    folder().join("cases").join(format!("{operator}.safetensors"))
}
