//! The memories on chip.

use ibert_isa::{CONSTANT_BITS, Configuration, Memory, Stop};

/// Bytes of a constant word.
pub(super) const CONSTANT: usize = CONSTANT_BITS / 8;

/// A memory: words of `lanes` elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words<T> {
    elements: Vec<T>,
    lanes: usize,
}

/// All of them; what a word holds is in docs/machine.md.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memories {
    /// Left operands: bytes.
    pub a: Words<u8>,
    /// Operands from above: bytes.
    pub b: Words<u8>,
    /// Sums.
    pub c: Words<i32>,
    /// Residuals.
    pub r: Words<i16>,
    /// LayerNorm inputs, 22 bits.
    pub y: Words<i32>,
    /// Constants: bytes of a word.
    pub k: Words<u8>,
}

impl Memories {
    /// Cleared memories.
    pub fn new(configuration: &Configuration) -> Self {
        let side = configuration.side;
        Memories {
            a: Words::new(configuration.a_depth, side),
            b: Words::new(configuration.b_depth, side),
            c: Words::new(configuration.c_depth, side),
            r: Words::new(configuration.r_depth, side),
            y: Words::new(configuration.y_depth, side),
            k: Words::new(configuration.k_depth, CONSTANT),
        }
    }

    /// Words of a memory.
    pub fn depth(&self, memory: Memory) -> usize {
        match memory {
            Memory::A => self.a.depth(),
            Memory::B => self.b.depth(),
            Memory::C => self.c.depth(),
            Memory::R => self.r.depth(),
            Memory::Y => self.y.depth(),
            Memory::K => self.k.depth(),
        }
    }
}

impl<T> Words<T> {
    /// Number of words.
    pub fn depth(&self) -> usize {
        self.elements.len() / self.lanes
    }
}

impl<T: Copy + Default> Words<T> {
    fn new(depth: usize, lanes: usize) -> Self {
        Words { elements: vec![T::default(); lanes << depth], lanes }
    }

    /// The word at an address.
    ///
    /// # Errors
    /// [`Stop::AddressRange`].
    pub fn word(&self, address: usize) -> Result<&[T], Stop> {
        self.elements.chunks_exact(self.lanes).nth(address).ok_or(Stop::AddressRange)
    }

    /// The word at an address, to be written.
    ///
    /// # Errors
    /// [`Stop::AddressRange`].
    pub fn word_mut(&mut self, address: usize) -> Result<&mut [T], Stop> {
        self.elements.chunks_exact_mut(self.lanes).nth(address).ok_or(Stop::AddressRange)
    }
}
