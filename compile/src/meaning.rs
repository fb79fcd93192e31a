//! [`Meaning`]: which elements of which tensor an instruction writes.

use ibert_golden::encoder::TensorId;
use ibert_isa::{Matmul, Operation, Vector};

/// What an instruction computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The tensor of the golden encoder; sums of the array are the accumulator without its bias yet.
    pub tensor: TensorId,
    /// What goes to memory R, for layernorm.
    pub residual: Option<TensorId>,
    /// Where the elements are in it.
    pub place: Place,
}

/// Elements of a matrix within a tensor, as functions of the instruction's tile, step (word of the tile) and lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Element of the tensor where the matrix begins.
    pub offset: usize,
    /// Its rows.
    pub rows: usize,
    /// Its columns, which are also the distance of rows.
    pub columns: usize,
    /// Row of an element.
    pub row: Axis,
    /// Column of an element.
    pub column: Axis,
}

/// `base + tile·tile' + step·step' + lane·lane'`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Axis {
    /// At tile, step and lane 0.
    pub base: usize,
    /// From a tile to the next.
    pub tile: usize,
    /// From a word to the next.
    pub step: usize,
    /// From a lane to the next.
    pub lane: usize,
}

impl Axis {
    fn at(&self, tile: usize, step: usize, lane: usize) -> usize {
        self.base + tile * self.tile + step * self.step + lane * self.lane
    }
}

impl Place {
    /// The element of the tensor; none for padding.
    pub fn element(&self, tile: usize, step: usize, lane: usize) -> Option<usize> {
        let (row, column) = (self.row.at(tile, step, lane), self.column.at(tile, step, lane));
        (row < self.rows && column < self.columns).then(|| self.offset + row * self.columns + column)
    }
}

/// Tile and step of a word that an instruction writes; `to_residual` for a word of R.
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
