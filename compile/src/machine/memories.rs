//! The on-chip memories.

use ibert_golden::ops::RowReciprocal;
use ibert_isa::timing::vector::RECIPROCALS;
use ibert_isa::{CONSTANT_BITS, Configuration, Memory, Stop};

/// Bytes of a constant word.
pub(super) const CONSTANT: usize = CONSTANT_BITS / 8;

/// A memory: words of `lanes` elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words<T> {
    elements: Vec<T>,
    lanes: usize,
}

/// All on-chip memories. docs/machine.md describes their words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memories {
    /// Activations: N bytes per word.
    pub a: Words<u8>,
    /// Weights, keys and values: N bytes per word.
    pub b: Words<u8>,
    /// Accumulators, 32 bits.
    pub c: Words<i32>,
    /// Residual stream, 16 bits.
    pub r: Words<i16>,
    /// LayerNorm inputs, 22 bits.
    pub y: Words<i32>,
    /// Constants: bytes of a constant word.
    pub k: Words<u8>,
    /// Reciprocals of row sums, one per lane.
    pub reciprocals: Vec<Vec<RowReciprocal>>,
}

impl Memories {
    /// Memories filled with zeros.
    pub fn new(configuration: &Configuration) -> Self {
        let side = configuration.side;
        Memories {
            a: Words::new(configuration.a_depth, side),
            b: Words::new(configuration.b_depth, side),
            c: Words::new(configuration.c_depth, side),
            r: Words::new(configuration.r_depth, side),
            y: Words::new(configuration.y_depth, side),
            k: Words::new(configuration.k_depth, CONSTANT),
            reciprocals: vec![vec![RowReciprocal::NONE; configuration.lanes]; RECIPROCALS],
        }
    }

    /// Number of words of a memory.
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
    /// [`Stop::AddressRange`]: the address is out of range.
    pub fn word(&self, address: usize) -> Result<&[T], Stop> {
        self.elements.chunks_exact(self.lanes).nth(address).ok_or(Stop::AddressRange)
    }

    /// Mutable access to the word at an address.
    ///
    /// # Errors
    /// [`Stop::AddressRange`]: the address is out of range.
    pub fn word_mut(&mut self, address: usize) -> Result<&mut [T], Stop> {
        self.elements.chunks_exact_mut(self.lanes).nth(address).ok_or(Stop::AddressRange)
    }
}
