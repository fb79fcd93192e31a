//! [`Memory`]: the on-chip memories.

use crate::field::Coded;
use crate::{CONSTANT_BYTES, Configuration};

/// An on-chip memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Memory {
    /// Activations: N bytes per word.
    #[default]
    A,
    /// Weights, keys and values: N bytes per word.
    B,
    /// Accumulators: N × 32 bits per word.
    C,
    /// Residual stream: N × 16 bits per word.
    R,
    /// LayerNorm inputs: N × 22 bits per word.
    Y,
    /// Constants: one word of [`CONSTANT_BITS`](crate::CONSTANT_BITS) bits.
    K,
}

impl Memory {
    /// All memories.
    pub const ALL: [Memory; 6] = [Memory::A, Memory::B, Memory::C, Memory::R, Memory::Y, Memory::K];

    /// The memories that loads and stores can name, in the order of their codes.
    pub const CODES: [Memory; 4] = [Memory::A, Memory::B, Memory::R, Memory::K];

    /// Name in listings, reports and C.
    pub const fn name(self) -> &'static str {
        match self {
            Memory::A => "A",
            Memory::B => "B",
            Memory::C => "C",
            Memory::R => "R",
            Memory::Y => "Y",
            Memory::K => "K",
        }
    }

    /// Words of the memory in a configuration.
    pub const fn words(self, configuration: &Configuration) -> usize {
        1 << match self {
            Memory::A => configuration.a_depth,
            Memory::B => configuration.b_depth,
            Memory::C => configuration.c_depth,
            Memory::R => configuration.r_depth,
            Memory::Y => configuration.y_depth,
            Memory::K => configuration.k_depth,
        }
    }

    /// Bytes per word in external memory, for an array of side `side`; `None` for C and Y, which no load or store
    /// accesses.
    pub const fn transfer_bytes(self, side: usize) -> Option<usize> {
        match self {
            Memory::A | Memory::B => Some(side),
            Memory::R => Some(2 * side),
            Memory::K => Some(CONSTANT_BYTES),
            Memory::C | Memory::Y => None,
        }
    }
}

impl Coded for Memory {
    const VALUES: &'static [Self] = &Self::CODES;
    const NAMES: &'static [&'static str] = &["A", "B", "R", "K"];

    fn name(self) -> &'static str {
        Memory::name(self)
    }
}
