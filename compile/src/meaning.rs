//! [`Meaning`]: the tensor elements that an instruction writes.

use ibert_golden::encoder::TensorId;
use ibert_isa::{Matmul, Operation, Vector};

/// What an instruction computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// Tensor of the golden encoder. A matmul writes the accumulator without its bias.
    pub tensor: TensorId,
    /// Tensor written to memory R; `layernorm` only.
    pub residual: Option<TensorId>,
    /// Position of the elements in the tensor.
    pub place: Place,
}

/// Elements of a matrix within a tensor, as a function of the instruction's tile, step (word of the tile) and lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index of the matrix's first element in the tensor.
    pub offset: usize,
    /// Rows of the matrix.
    pub rows: usize,
    /// Columns of the matrix, which is also the row stride.
    pub columns: usize,
    /// Row of an element.
    pub row: Axis,
    /// Column of an element.
    pub column: Axis,
}

/// `base + tile·tile' + step·step' + lane·lane'`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Axis {
    /// Value at tile 0, step 0 and lane 0.
    pub base: usize,
    /// Increment per tile.
    pub tile: usize,
    /// Increment per step.
    pub step: usize,
    /// Increment per lane.
    pub lane: usize,
}

impl Axis {
    fn at(&self, tile: usize, step: usize, lane: usize) -> usize {
        self.base + tile * self.tile + step * self.step + lane * self.lane
    }
}

impl Place {
    /// Index of the element in the tensor; `None` for padding.
    pub fn element(&self, tile: usize, step: usize, lane: usize) -> Option<usize> {
        let (row, column) = (self.row.at(tile, step, lane), self.column.at(tile, step, lane));
        (row < self.rows && column < self.columns).then(|| self.offset + row * self.columns + column)
    }
}

/// Tile and step of a word that an instruction writes; `to_residual` selects words of R.
pub(crate) fn tile_and_step(
    operation: &Operation,
    side: usize,
    address: usize,
    to_residual: bool,
) -> Option<(usize, usize)> {
    let (base, pitch) = match *operation {
        Operation::Matmul(Matmul { c, .. }) => (c, side as u64),
        Operation::Vector(Vector { destination, residual, stride, steps, tiles, .. }) => {
            let pitch = if tiles > 1 { stride } else { steps };
            (if to_residual { residual } else { destination }, pitch)
        }
        Operation::Load(_) | Operation::Store(_) => return None,
    };
    let (pitch, offset) = (pitch as usize, address.checked_sub(base as usize)?);
    Some((offset / pitch, offset % pitch))
}
