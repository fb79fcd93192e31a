//! Comparing recomputed outputs with the expected ones.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Case, CaseError, Outputs};

/// How the outputs of one case compare with the file's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Comparison")]
pub struct CaseComparison {
    /// Number of values compared, over all outputs that the file holds.
    pub values: usize,
    /// Number of values that differ.
    pub different: usize,
    /// First value that differs.
    pub first: Option<CaseDifference>,
}

/// One value that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Difference")]
pub struct CaseDifference {
    /// Name of the output tensor.
    pub tensor: String,
    /// Index of the value in each dimension.
    pub index: Vec<usize>,
    /// Row-major index of the value.
    pub element: usize,
    /// Expected value: from the file, or from the golden operator.
    pub expected: i64,
    /// Value computed by the engine.
    pub got: i64,
}

/// Compares `outputs` with the outputs that `case` holds; one that it does not hold is optional and passed over, but a
/// case without any expected output is an error, because it would compare nothing.
pub fn compare(case: &Case, outputs: &Outputs) -> Result<CaseComparison, CaseError> {
    let mut comparison = CaseComparison { values: 0, different: 0, first: None };
    let mut compared = 0;
    for (name, got) in outputs {
        let Some(expected) = case.tensors.get(*name) else { continue };
        if expected.values.len() != got.len() {
            return Err(case.wrong_shape(name, expected, format!("{} values", got.len())));
        }
        compared += 1;
        comparison.values += got.len();
        for (flat, (&expected_value, &got)) in expected.values.iter().zip(got).enumerate() {
            if expected_value != got {
                comparison.different += 1;
                comparison.first.get_or_insert_with(|| CaseDifference {
                    tensor: (*name).into(),
                    index: expected.index_of(flat),
                    element: flat,
                    expected: expected_value,
                    got,
                });
            }
        }
    }
    if compared == 0 {
        let names: Vec<_> = outputs.iter().map(|(name, _)| *name).collect();
        return Err(CaseError::MissingTensor { tensor: case.full_name(&names.join(" or ")) });
    }
    Ok(comparison)
}
