//! ibert-case files recomputed by an engine and compared value by value.

use std::path::{Path, PathBuf};

use ibert_golden::case::{Case, CaseComparison, CaseDifference, CaseError, CaseFile, CaseOperation, Outputs, compare};
use schemars::JsonSchema;
use serde::Serialize;

/// Something that computes the operators of case files.
pub trait CaseEngine {
    /// Computes every output of `operation`.
    ///
    /// # Errors
    /// [`EngineError`] if the engine cannot work at all, as hardware without a simulator.
    fn compute(&mut self, operation: &CaseOperation) -> Result<Answer, EngineError>;

    /// Where element `element` of output `output` of the latest operation came from; `None` from engines without clock
    /// cycles.
    fn origin(&self, _output: &str, _element: usize) -> Option<Origin> {
        None
    }
}

/// A value's way through hardware, in clock cycles from the start of the simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Origin {
    /// The unit.
    pub unit: &'static str,
    /// Cycle in which the unit takes the first operand that the value depends on.
    pub accepted: u64,
    /// First cycle in which the unit shows the value.
    pub offered: u64,
}

/// Result of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Every output.
    Outputs(Outputs),
    /// Nothing: the engine does not have the operator, or its ports do not carry the operands.
    NotComputed {
        /// Cause.
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

impl CaseEngine for Golden {
    fn compute(&mut self, operation: &CaseOperation) -> Result<Answer, EngineError> {
        operation.golden().map(Answer::Outputs).map_err(|error| EngineError(error.into()))
    }
}

/// How one case ended.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CheckedCase {
    /// The case's name, unique in its file.
    pub id: String,
    /// Operator of the case.
    pub op: String,
    /// Why nothing was compared, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_computed: Option<String>,
    /// Values compared, values that differ, and the first of those.
    #[serde(flatten)]
    pub comparison: CaseComparison,
    /// Values that differ from what the golden operator computes, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub different_from_golden: Option<usize>,
    /// First value that differs from the golden operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_from_golden: Option<CaseDifference>,
    /// Where the first value that differs came from, if the engine has clock cycles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

impl CheckedCase {
    /// The first value that differs from the file, or else from the golden operator.
    pub fn first(&self) -> Option<&CaseDifference> {
        self.comparison.first.as_ref().or(self.first_from_golden.as_ref())
    }
}

/// What to check of a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection<'a> {
    /// This case only.
    pub case: Option<&'a str>,
    /// Compare with the golden operators too.
    pub golden: bool,
}

/// How one file ended.
#[derive(Clone, Debug, Serialize, JsonSchema)]
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
        /// Description of the fault.
        source: Box<CaseError>,
    },
    /// No case of that name.
    #[error("{} has no case `{id}`; it has {known}", path.display())]
    NoSuchCase {
        /// The file.
        path: PathBuf,
        /// The name asked for.
        id: String,
        /// The names that there are, or the first of them.
        known: String,
    },
    /// The engine failed on a case.
    #[error("{source} (computing case `{id}` of {})", path.display())]
    Engine {
        /// The file.
        path: PathBuf,
        /// The case.
        id: String,
        /// Error of the engine.
        source: EngineError,
    },
}

/// Recomputes the selected cases of the file at `path` with `engine`; `on_case` is called after each, for progress
/// display.
///
/// # Errors
/// When the file or a case in it is malformed, there is no case to check, or the engine fails. A difference is a
/// result, not an error.
pub fn check_selected(
    path: &Path,
    engine: &mut dyn CaseEngine,
    selection: Selection<'_>,
    mut on_case: impl FnMut(&CheckedCase),
) -> Result<CheckedFile, CheckError> {
    let malformed = |source| CheckError::File { path: path.to_owned(), source: Box::new(source) };
    let file = CaseFile::read(path).map_err(|error| match error {
        // It names the file itself.
        CaseError::Io { .. } => CheckError::Unreadable(Box::new(error)),
        other => malformed(other),
    })?;
    let mut cases = Vec::with_capacity(file.cases.len());
    for case in file.cases.iter().filter(|case| selection.case.is_none_or(|id| id == case.id)) {
        let operation = CaseOperation::decode(case).map_err(malformed)?;
        let failed = |source| CheckError::Engine { path: path.to_owned(), id: case.id.clone(), source };
        let mut checked = CheckedCase {
            id: case.id.clone(),
            op: case.op.clone(),
            not_computed: None,
            comparison: CaseComparison { values: 0, different: 0, first: None },
            different_from_golden: None,
            first_from_golden: None,
            origin: None,
        };
        match engine.compute(&operation).map_err(failed)? {
            Answer::NotComputed { reason } => checked.not_computed = Some(reason),
            Answer::Outputs(outputs) => {
                checked.comparison = compare(case, &outputs).map_err(malformed)?;
                if selection.golden {
                    let golden = operation.golden().map_err(|error| failed(EngineError(error.into())))?;
                    let (count, first) = differences(case, &golden, &outputs);
                    (checked.different_from_golden, checked.first_from_golden) = (Some(count), first);
                }
                checked.origin = checked.first().and_then(|first| engine.origin(&first.tensor, first.element));
            }
        }
        on_case(&checked);
        cases.push(checked);
    }
    match (selection.case, cases.is_empty()) {
        (Some(id), true) => Err(no_such_case(path, id, &file)),
        _ => Ok(CheckedFile { path: path.to_owned(), cases }),
    }
}

/// [`check_selected`] for every case, against the file alone.
///
/// # Errors
/// As for [`check_selected`].
pub fn check_file(
    path: &Path,
    engine: &mut dyn CaseEngine,
    on_case: impl FnMut(&CheckedCase),
) -> Result<CheckedFile, CheckError> {
    check_selected(path, engine, Selection::default(), on_case)
}

/// Values in which `outputs` is not what the golden operator computes, and the first; an output that is missing or of
/// another length differs throughout.
fn differences(case: &Case, golden: &Outputs, outputs: &Outputs) -> (usize, Option<CaseDifference>) {
    let (mut count, mut first) = (0, None);
    for (name, expected) in golden {
        let got = match outputs.iter().find(|(found, _)| found == name) {
            Some((_, got)) if got.len() == expected.len() => got,
            _ => {
                count += expected.len();
                continue;
            }
        };
        for (element, (&expected, &got)) in expected.iter().zip(got).enumerate().filter(|(_, (a, b))| a != b) {
            count += 1;
            first.get_or_insert_with(|| CaseDifference {
                tensor: (*name).into(),
                index: case.tensors.get(*name).map_or(vec![element], |tensor| tensor.index_of(element)),
                element,
                expected,
                got,
            });
        }
    }
    (count, first)
}

fn no_such_case(path: &Path, id: &str, file: &CaseFile) -> CheckError {
    const SHOWN: usize = 8;
    let mut known: Vec<&str> = file.cases.iter().take(SHOWN).map(|case| case.id.as_str()).collect();
    if file.cases.len() > SHOWN {
        known.push("…");
    }
    CheckError::NoSuchCase { path: path.to_owned(), id: id.to_owned(), known: known.join(", ") }
}
