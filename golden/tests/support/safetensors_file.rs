//! A safetensors file in parts that a test can change: that is how broken files are made of valid ones.

use std::collections::{BTreeMap, HashMap};

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

/// Metadata and tensors.
#[derive(Debug, Clone, Default)]
pub(crate) struct File {
    pub(crate) metadata: HashMap<String, String>,
    pub(crate) tensors: BTreeMap<String, Stored>,
}

/// One tensor as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    pub(crate) bytes: Vec<u8>,
}

impl Stored {
    /// An int64 tensor.
    pub(crate) fn i64(shape: &[usize], values: &[i64]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Stored { dtype: Dtype::I64, shape: shape.to_vec(), bytes }
    }

    /// Overwrites element `index` with the little-endian bytes of a value of the tensor's element type.
    pub(crate) fn set<const N: usize>(&mut self, index: usize, value: [u8; N]) {
        self.bytes[index * N..][..N].copy_from_slice(&value);
    }
}

impl File {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let (_, header) = SafeTensors::read_metadata(bytes).unwrap();
        let tensors = SafeTensors::deserialize(bytes).unwrap();
        let stored = |view: TensorView<'_>| Stored {
            dtype: view.dtype(),
            shape: view.shape().to_vec(),
            bytes: view.data().to_vec(),
        };
        File {
            metadata: header.metadata().clone().unwrap_or_default(),
            tensors: tensors.tensors().into_iter().map(|(name, view)| (name, stored(view))).collect(),
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let views = self
            .tensors
            .iter()
            .map(|(name, stored)| (name, TensorView::new(stored.dtype, stored.shape.clone(), &stored.bytes).unwrap()));
        safetensors::serialize(views.collect::<Vec<_>>(), Some(self.metadata.clone())).unwrap()
    }

    pub(crate) fn tensor(&mut self, name: &str) -> &mut Stored {
        self.tensors.get_mut(name).unwrap_or_else(|| panic!("no tensor `{name}`"))
    }
}
