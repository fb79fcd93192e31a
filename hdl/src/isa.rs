//! The instruction set as the hardware sees it: the definitions of `ibert-isa`, and their fields as wires.

pub use crate::fields::*;
pub use ibert_isa::*;

/// The control registers, and their decoders.
pub mod registers {
    pub use crate::fields::registers::*;
    pub use ibert_isa::registers::*;
}
