//! Integer tensors, widened to 64 bits.

/// A dense integer tensor in row-major order, each value widened to `i64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// Extent of each dimension.
    pub shape: Vec<usize>,
    /// The values, row-major; as many as the product of `shape`.
    pub values: Vec<i64>,
}

impl Tensor {
    /// Index in each dimension of the `flat`-th element.
    pub fn index_of(&self, mut flat: usize) -> Vec<usize> {
        let mut index = vec![0; self.shape.len()];
        for (i, &extent) in index.iter_mut().zip(&self.shape).rev() {
            *i = flat % extent;
            flat /= extent;
        }
        index
    }
}
