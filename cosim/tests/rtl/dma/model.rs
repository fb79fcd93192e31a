//! What loads, stores and vector writes do to memory, computed on bytes.

use super::circuit::{A_DEPTH, B_DEPTH, K_DEPTH, R_DEPTH};
use crate::codes::put_code;
use ibert_isa::{Load, Memory, Opcode, Store};

pub(crate) const A: usize = 0;
pub(crate) const B: usize = 1;
pub(crate) const R: usize = 2;
pub(crate) const K: usize = 3;
/// Words of each memory.
pub(crate) const WORDS: [usize; 4] = [1 << A_DEPTH, 1 << B_DEPTH, 1 << R_DEPTH, 1 << K_DEPTH];

/// A load or a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Transfer {
    /// Code of the memory; need not stand for one.
    pub(crate) memory: usize,
    pub(crate) address: usize,
    pub(crate) count: usize,
    pub(crate) dram: u64,
}

impl Transfer {
    pub(crate) fn load(&self) -> [u8; 32] {
        let (mut bytes, memory, [address, count]) = self.fields();
        Load { memory, address, count, dram: self.dram }.encode(&mut bytes).unwrap();
        put_code(&mut bytes, Opcode::Load, "memory", self.memory as u8);
        bytes
    }

    pub(crate) fn store(&self) -> [u8; 32] {
        let (mut bytes, memory, [address, count]) = self.fields();
        Store { memory, address, count, dram: self.dram }.encode(&mut bytes).unwrap();
        put_code(&mut bytes, Opcode::Store, "memory", self.memory as u8);
        bytes
    }

    /// An empty instruction, a legal memory, address and count.
    fn fields(&self) -> ([u8; 32], Memory, [u64; 2]) {
        ([0; 32], Memory::A, [self.address as u64, self.count as u64])
    }

    /// Bytes in memory.
    pub(crate) fn bytes(&self, side: usize) -> usize {
        self.count * dram_word_bytes(side, self.memory)
    }
}

/// Bytes that a word takes in memory.
pub(crate) fn dram_word_bytes(side: usize, memory: usize) -> usize {
    [side, side, 2 * side, 32][memory]
}

/// Bytes of a word on the chip.
pub(crate) fn word_bytes(side: usize, memory: usize) -> usize {
    [side, side, 2 * side, 20][memory]
}

/// The on-chip memories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contents {
    side: usize,
    /// Words of A, B, R and K, as little-endian bytes.
    pub(crate) words: [Vec<Vec<u8>>; 4],
}

impl Contents {
    pub(crate) fn zero(side: usize) -> Contents {
        Contents { side, words: std::array::from_fn(|memory| vec![vec![0; word_bytes(side, memory)]; WORDS[memory]]) }
    }

    /// `dram` holds the bytes from address `base` on.
    pub(crate) fn load(&mut self, transfer: &Transfer, dram: &[u8], base: u64) {
        let Transfer { memory, address, count, dram: from } = *transfer;
        let (outside, inside) = (dram_word_bytes(self.side, memory), word_bytes(self.side, memory));
        for i in 0..count {
            let first = (from - base) as usize + i * outside;
            self.words[memory][address + i].copy_from_slice(&dram[first..first + inside]);
        }
    }

    pub(crate) fn store(&self, transfer: &Transfer, dram: &mut [u8], base: u64) {
        let Transfer { memory, address, count, dram: to } = *transfer;
        let bytes = word_bytes(self.side, memory);
        for i in 0..count {
            let first = (to - base) as usize + i * bytes;
            dram[first..first + bytes].copy_from_slice(&self.words[memory][address + i]);
        }
    }

    /// Writes the halves of a word whose bit of `mask` is set.
    pub(crate) fn write_halves(&mut self, memory: usize, mask: u64, address: usize, data: &[u8]) {
        let word = &mut self.words[memory][address];
        let half = word.len() / 2;
        for (i, byte) in word.iter_mut().enumerate() {
            if mask >> (i / half) & 1 == 1 {
                *byte = data[i];
            }
        }
    }
}
