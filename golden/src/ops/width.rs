//! Signed widths and saturation to them.

use super::OpError;

/// Width in bits of a two's-complement destination, 2 to 63.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Width(u32);

impl Width {
    /// Activations and weights.
    pub const INT8: Width = Width(8);
    /// Embeddings and the optional wide residual.
    pub const INT16: Width = Width(16);
    /// LayerNorm input: output projection plus residual.
    pub const INT22: Width = Width(22);

    /// A width of `bits`.
    ///
    /// # Errors
    /// [`OpError::Constant`] for `bits` outside 2..=63.
    pub const fn new(bits: u32) -> Result<Self, OpError> {
        match bits {
            2..=63 => Ok(Width(bits)),
            _ => Err(OpError::Constant { op: "width", name: "bits", value: bits as i128, legal: "2..=63" }),
        }
    }

    /// The number of bits.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Most negative value, `-2^(bits-1)`.
    pub const fn min(self) -> i64 {
        -(1 << (self.0 - 1))
    }

    /// Most positive value, `2^(bits-1) - 1`.
    pub const fn max(self) -> i64 {
        (1 << (self.0 - 1)) - 1
    }

    /// `value` clamped to the range of this width.
    #[inline]
    pub fn saturate(self, value: i128) -> i64 {
        // The clamped value lies in the range of a width of at most 63 bits.
        value.clamp(self.min().into(), self.max().into()) as i64
    }
}
