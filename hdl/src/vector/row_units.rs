//! The LayerNorm unit of a lane, for the longest row of the accelerator.

use crate::units::LayerNorm;
use ibert_isa::timing::vector::ROW_ADDRESS;

/// LayerNorm unit of a lane.
pub type LaneNorm = LayerNorm<ROW_ADDRESS, { ROW_ADDRESS + 1 }>;
