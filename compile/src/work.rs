//! [`layer_work`]: the cycles of work of each engine per layer, independent of the order. The busiest engine is a lower
//! bound for the layer.

use super::cycles::MemoryTiming;
use super::{Compiled, extents};
use ibert_isa::timing::vector::Shape;
use ibert_isa::timing::{bus, matrix};
use ibert_isa::{INSTRUCTION_BYTES, Memory, Operation};
use std::collections::HashMap;
use std::iter::Sum;
use std::ops::Add;

/// Fewest cycles in which each resource is in use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Work {
    /// Cycles of the array, including padding and the drain of short tiles.
    pub matrix: u64,
    /// Cycles in which the vector engine reads operands.
    pub vector: u64,
    /// Cycles of the read channel: beats of loads and of instructions.
    pub read: u64,
    /// Cycles of the write channel: beats of stores.
    pub write: u64,
}

impl Work {
    /// Lower bound: the largest of the four.
    pub fn bound(&self) -> u64 {
        self.matrix.max(self.vector).max(self.read).max(self.write)
    }

    /// Name of the resource that determines the bound.
    pub fn limit(&self) -> &'static str {
        let parts = [("matrix", self.matrix), ("vector", self.vector), ("read", self.read), ("write", self.write)];
        let longest = parts.into_iter().rev().max_by_key(|(_, cycles)| *cycles);
        longest.map_or("matrix", |(name, _)| name)
    }
}

impl Add for Work {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Work {
            matrix: self.matrix + other.matrix,
            vector: self.vector + other.vector,
            read: self.read + other.read,
            write: self.write + other.write,
        }
    }
}

impl Sum for Work {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Work::default(), Add::add)
    }
}

/// The work of each layer. A load counts for the layer that first reads its words, even if an earlier layer prefetches
/// them. A store counts for the layer that it follows.
pub fn layer_work(compiled: &Compiled, timing: MemoryTiming) -> Vec<Work> {
    let configuration = &compiled.configuration;
    let side = configuration.side as u64;
    let loads = layers_of_loads(compiled);
    let mut work = vec![Work::default(); compiled.layers.max(1)];
    let mut layer = 0;
    for (index, instruction) in compiled.program.iter().enumerate() {
        layer = compiled.layer(index).unwrap_or(layer);
        let cycles = |memory, count| bus::beats(memory, count, configuration.side) * timing.cycles_per_beat;
        let of = loads.get(&index).copied().unwrap_or(layer);
        work[of].read += INSTRUCTION_BYTES as u64 / side * timing.cycles_per_beat;
        match &instruction.operation {
            Operation::Load(load) => work[of].read += cycles(load.memory, load.count),
            Operation::Store(store) => work[layer].write += cycles(store.memory, store.count),
            Operation::Matmul(matmul) => work[layer].matrix += matrix::feed(matmul, side),
            Operation::Vector(vector) => work[layer].vector += Shape::of(vector, configuration.lanes).feed() as u64,
        }
    }
    work
}

/// For each load, the layer of the first instruction that reads one of its words.
fn layers_of_loads(compiled: &Compiled) -> HashMap<usize, usize> {
    let mut layers = HashMap::new();
    // The load that wrote the word at an address, until the word is read or overwritten.
    let mut unread: HashMap<Memory, Vec<Option<usize>>> = HashMap::new();
    for (index, instruction) in compiled.program.iter().enumerate() {
        let is_load = matches!(instruction.operation, Operation::Load(_));
        for extent in extents(&instruction.operation, &compiled.configuration) {
            let words = unread.entry(extent.memory).or_default();
            if words.len() < extent.words.end {
                words.resize(extent.words.end, None);
            }
            for word in &mut words[extent.words] {
                if extent.write {
                    *word = is_load.then_some(index);
                } else if let (Some(load), Some(layer)) = (word.take(), compiled.layer(index)) {
                    layers.entry(load).or_insert(layer);
                }
            }
        }
    }
    layers
}
