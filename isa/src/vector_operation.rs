//! [`VectorOperation`]: what a vector instruction computes.

use crate::field::Coded;

/// Operation of a vector instruction; the discriminant is its code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VectorOperation {
    /// Accumulators to 8-bit operands.
    #[default]
    Requantize = 0,
    /// i-GELU of accumulators, to 8-bit operands.
    Gelu = 1,
    /// Residual add: accumulators and the residual stream to LayerNorm inputs.
    Join = 2,
    /// Softmax of attention scores, row by row.
    Softmax = 3,
    /// LayerNorm, row by row.
    Layernorm = 4,
    /// Late softmax of attention scores, row by row: weights, and the reciprocal of each row's sum.
    LateSoftmax = 5,
    /// Accumulators of weighted values, divided by the sum of their row, to 8-bit operands.
    Normalize = 6,
}

impl VectorOperation {
    /// All operations, in the order of their codes.
    pub const ALL: [VectorOperation; 7] = [
        VectorOperation::Requantize,
        VectorOperation::Gelu,
        VectorOperation::Join,
        VectorOperation::Softmax,
        VectorOperation::Layernorm,
        VectorOperation::LateSoftmax,
        VectorOperation::Normalize,
    ];

    /// Name in listings, documentation and C.
    pub const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// Whether the operation belongs to late softmax and uses its reciprocals.
    pub const fn is_late(self) -> bool {
        matches!(self, VectorOperation::LateSoftmax | VectorOperation::Normalize)
    }

    /// Whether each result depends on all elements of its row, as in both softmaxes and LayerNorm.
    pub const fn by_rows(self) -> bool {
        match self {
            VectorOperation::Softmax | VectorOperation::Layernorm | VectorOperation::LateSoftmax => true,
            VectorOperation::Requantize
            | VectorOperation::Gelu
            | VectorOperation::Join
            | VectorOperation::Normalize => false,
        }
    }
}

impl Coded for VectorOperation {
    const VALUES: &'static [Self] = &Self::ALL;
    const NAMES: &'static [&'static str] =
        &["requantize", "gelu", "join", "softmax", "layernorm", "late_softmax", "normalize"];

    fn name(self) -> &'static str {
        VectorOperation::name(self)
    }
}
