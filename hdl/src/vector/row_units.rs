//! The row units of a lane, for the longest row of the accelerator.

use crate::units::{LayerNorm, Softmax};
use ibert_isa::timing::vector::ROW_ADDRESS;

/// Softmax unit of a lane.
pub type LaneSoftmax = Softmax<ROW_ADDRESS, { ROW_ADDRESS + 1 }>;

/// LayerNorm unit of a lane.
pub type LaneNorm = LayerNorm<ROW_ADDRESS, { ROW_ADDRESS + 1 }>;
