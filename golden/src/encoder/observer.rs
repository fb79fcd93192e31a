//! Looking at intermediate tensors while the encoder runs.

use std::collections::BTreeMap;

use super::{Block, Role, TensorId};
use crate::Tensor;

/// Sees every intermediate tensor of a run, in the order of the computation.
///
/// The encoder is compiled for the observer's type: for [`Unobserved`] nothing is left of it, and tensors that only an
/// observer would read (exponentials, means, variances, …) are not even kept.
pub trait Observer {
    /// Whether tensors are looked at, at all.
    const OBSERVES: bool = true;

    /// Sees one tensor, row-major.
    fn tensor<T: Copy + Into<i64>>(&mut self, id: TensorId, shape: &[usize], values: &[T]);
}

/// Discards every tensor.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    const OBSERVES: bool = false;

    fn tensor<T: Copy + Into<i64>>(&mut self, _: TensorId, _: &[usize], _: &[T]) {}
}

/// Keeps every tensor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recording {
    /// The tensors, in the order of the computation.
    pub tensors: BTreeMap<TensorId, Tensor>,
}

impl Observer for Recording {
    fn tensor<T: Copy + Into<i64>>(&mut self, id: TensorId, shape: &[usize], values: &[T]) {
        let tensor = Tensor { shape: shape.to_vec(), values: values.iter().map(|&v| v.into()).collect() };
        self.tensors.insert(id, tensor);
    }
}

/// An observer within one block.
pub(super) struct Scope<'o, O> {
    pub observer: &'o mut O,
    pub block: Block,
}

impl<O: Observer> Scope<'_, O> {
    pub(super) fn see<T: Copy + Into<i64>>(&mut self, role: Role, shape: &[usize], values: &[T]) {
        self.observer.tensor(self.block.tensor(role), shape, values);
    }
}
