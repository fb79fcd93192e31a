//! ibert-case files recomputed by an engine and compared value by value.

use std::path::{Path, PathBuf};

use ibert_golden::case::{CaseError, CaseFile, Comparison, Operation, Outputs, compare};
use serde::Serialize;

/// Something that computes the operators of case files.
pub trait Engine {
    /// Computes every output of `operation`.
    ///
    /// # Errors
    /// [`EngineError`] if the engine cannot work at all, as hardware without a simulator.
    fn compute(&mut self, operation: &Operation) -> Result<Answer, EngineError>;
}

/// What an engine answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Every output.
    Outputs(Outputs),
    /// Nothing: the engine does not have the operator, or its ports do not carry the operands.
    NotComputed {
        /// Why.
        reason: String,
    },
}

/// Why an engine failed, in the engine's own words.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct EngineError(pub Box<dyn std::error::Error + Send + Sync>);

/// The golden operators. They have every operator.
#[derive(Clone, Copy, Debug, Default)]
pub struct Golden;

impl Engine for Golden {
    fn compute(&mut self, operation: &Operation) -> Result<Answer, EngineError> {
        operation.golden().map(Answer::Outputs).map_err(|error| EngineError(error.into()))
    }
}

/// How one case ended.
#[derive(Clone, Debug, Serialize)]
pub struct CheckedCase {
    /// The case's name, unique in its file.
    pub id: String,
    /// Its operator.
    pub op: String,
    /// Why nothing was compared, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_computed: Option<String>,
    /// Values compared, values that differ, and the first of those.
    #[serde(flatten)]
    pub comparison: Comparison,
}

/// How one file ended.
#[derive(Clone, Debug, Serialize)]
pub struct CheckedFile {
    /// The file.
    pub path: PathBuf,
    /// Its cases, in the file's order.
    pub cases: Vec<CheckedCase>,
}

/// Why a file could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(Box<CaseError>),
    /// The file is damaged, or a case in it is malformed.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<CaseError>,
    },
    /// The engine failed on a case.
    #[error("{source} (computing case `{id}` of {})", path.display())]
    Engine {
        /// The file.
        path: PathBuf,
        /// The case.
        id: String,
        /// What the engine said.
        source: EngineError,
    },
}

/// Recomputes every case of the file at `path` with `engine`; `on_case` is called after each, for progress display.
///
/// # Errors
/// When the file or a case in it is malformed, or the engine fails. A difference is a result, not an error.
pub fn check_file(
    path: &Path,
    engine: &mut dyn Engine,
    mut on_case: impl FnMut(&CheckedCase),
) -> Result<CheckedFile, CheckError> {
    let malformed = |source| CheckError::File { path: path.to_owned(), source: Box::new(source) };
    let file = CaseFile::read(path).map_err(|error| match error {
        // It names the file itself.
        CaseError::Io { .. } => CheckError::Unreadable(Box::new(error)),
        other => malformed(other),
    })?;
    let mut cases = Vec::with_capacity(file.cases.len());
    for case in &file.cases {
        let operation = Operation::decode(case).map_err(malformed)?;
        let failed = |source| CheckError::Engine { path: path.to_owned(), id: case.id.clone(), source };
        let (comparison, not_computed) = match engine.compute(&operation).map_err(failed)? {
            Answer::Outputs(outputs) => (compare(case, &outputs).map_err(malformed)?, None),
            Answer::NotComputed { reason } => (Comparison { values: 0, different: 0, first: None }, Some(reason)),
        };
        let checked = CheckedCase { id: case.id.clone(), op: case.op.clone(), not_computed, comparison };
        on_case(&checked);
        cases.push(checked);
    }
    Ok(CheckedFile { path: path.to_owned(), cases })
}
