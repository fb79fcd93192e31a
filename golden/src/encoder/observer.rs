//! Looking at intermediate tensors while the encoder runs.

use std::{collections::BTreeMap, fmt};

use crate::Tensor;

/// Name of an intermediate tensor: `embeddings.sum`, `layer.3.attention.scores`, ….
///
/// docs/model-file.md lists them all with their shapes and widths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TensorName {
    /// The encoder layer, none for the embeddings.
    pub layer: Option<usize>,
    /// The block within it: `attention` or `ffn`; `embeddings` outside the layers.
    pub block: &'static str,
    /// The tensor within the block.
    pub tensor: &'static str,
}

impl fmt::Display for TensorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(layer) = self.layer {
            write!(f, "layer.{layer}.")?;
        }
        write!(f, "{}.{}", self.block, self.tensor)
    }
}

/// Sees every intermediate tensor of a run, in the order of the computation.
///
/// The encoder is compiled for the observer's type: for [`Unobserved`] nothing is left of it, and tensors that only an
/// observer would read (exponentials, means, variances, …) are not even kept.
pub trait Observer {
    /// Whether tensors are looked at, at all.
    const OBSERVES: bool = true;

    /// Sees one tensor, row-major.
    fn tensor<T: Copy + Into<i64>>(&mut self, name: TensorName, shape: &[usize], values: &[T]);
}

/// Nobody looks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    const OBSERVES: bool = false;

    fn tensor<T: Copy + Into<i64>>(&mut self, _: TensorName, _: &[usize], _: &[T]) {}
}

/// Keeps every tensor by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recording {
    /// The tensors.
    pub tensors: BTreeMap<String, Tensor>,
}

impl Observer for Recording {
    fn tensor<T: Copy + Into<i64>>(&mut self, name: TensorName, shape: &[usize], values: &[T]) {
        let tensor = Tensor { shape: shape.to_vec(), values: values.iter().map(|&v| v.into()).collect() };
        self.tensors.insert(name.to_string(), tensor);
    }
}

/// The names of one block, for an observer.
pub(super) struct Block<'o, O> {
    pub observer: &'o mut O,
    pub layer: Option<usize>,
    pub block: &'static str,
}

impl<O: Observer> Block<'_, O> {
    pub(super) fn see<T: Copy + Into<i64>>(&mut self, tensor: &'static str, shape: &[usize], values: &[T]) {
        self.observer.tensor(TensorName { layer: self.layer, block: self.block, tensor }, shape, values);
    }
}
