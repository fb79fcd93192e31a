//! Reading the file: safetensors with three metadata keys.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use safetensors::SafeTensors;
use serde::Deserialize;

use super::{CaseError, widen::widen};
use crate::Tensor;

/// A case file: its provenance and its cases in the order of the list.
#[derive(Debug, Clone)]
pub struct CaseFile {
    /// Where the vectors come from (metadata `ibert.source`).
    pub source: String,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One case: an operator, its attributes, and its tensors by name (without the id).
#[derive(Debug, Clone)]
pub struct Case {
    /// Unique name within the file.
    pub id: String,
    /// Operator name: `requant`, `linear`, `gelu`, `exp`, `softmax`, `layernorm`, `isqrt`.
    pub op: String,
    /// Integer attributes.
    pub attrs: BTreeMap<String, i64>,
    /// Inputs, constants and expected outputs.
    pub tensors: BTreeMap<String, Tensor>,
}

#[derive(Deserialize)]
struct ListedCase {
    id: String,
    op: String,
    #[serde(default)]
    attrs: BTreeMap<String, i64>,
}

impl CaseFile {
    /// Reads and checks a file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, CaseError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|source| CaseError::Io { path: path.into(), source })?;
        Self::from_bytes(&bytes)
    }

    /// Reads and checks a file's content.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CaseError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let empty = Default::default();
        let metadata = header.metadata().as_ref().unwrap_or(&empty);
        let entry = |key| metadata.get(key).ok_or(CaseError::MissingMetadata { key });
        let version = entry("ibert.case")?;
        if version != "1" {
            return Err(CaseError::Version { found: version.clone() });
        }
        let listed: Vec<ListedCase> = serde_json::from_str(entry("ibert.cases")?)?;
        let source = entry("ibert.source")?.clone();

        let mut ids = BTreeSet::new();
        if let Some(twice) = listed.iter().find(|case| !ids.insert(case.id.as_str())) {
            return Err(CaseError::DuplicateId { id: twice.id.clone() });
        }
        let mut tensors: BTreeMap<&str, BTreeMap<String, Tensor>> = BTreeMap::new();
        let views = SafeTensors::deserialize(bytes)?;
        for (tensor, view) in views.iter() {
            let (id, name) = tensor
                .split_once('/')
                .filter(|(id, _)| ids.contains(id))
                .ok_or_else(|| CaseError::OrphanTensor { tensor: tensor.into() })?;
            tensors.entry(id).or_default().insert(name.into(), widen(tensor, &view)?);
        }
        let mut tensors: BTreeMap<String, _> = tensors.into_iter().map(|(id, named)| (id.to_owned(), named)).collect();
        let cases = listed
            .into_iter()
            .map(|ListedCase { id, op, attrs }| {
                let tensors = tensors.remove(&id).unwrap_or_default();
                Case { id, op, attrs, tensors }
            })
            .collect();
        Ok(CaseFile { source, cases })
    }
}

impl Case {
    /// Name of a tensor as in the file.
    pub(super) fn full_name(&self, name: &str) -> String {
        format!("{}/{name}", self.id)
    }

    pub(super) fn tensor(&self, name: &str) -> Result<&Tensor, CaseError> {
        self.tensors.get(name).ok_or_else(|| CaseError::MissingTensor { tensor: self.full_name(name) })
    }

    pub(super) fn attribute(&self, attribute: &'static str) -> Result<i64, CaseError> {
        let value = self.attrs.get(attribute).copied();
        value.ok_or_else(|| CaseError::Attribute { id: self.id.clone(), attribute })
    }

    pub(super) fn wrong_shape(&self, name: &str, tensor: &Tensor, expected: impl Into<String>) -> CaseError {
        CaseError::Shape { tensor: self.full_name(name), found: tensor.shape.clone(), expected: expected.into() }
    }
}
