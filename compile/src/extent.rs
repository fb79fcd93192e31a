//! The words that an instruction reads and writes, by memory.

use ibert_isa::{Configuration, Load, Matmul, Memory, Operation, Store, Vector, VectorOperation};
use std::ops::Range;

/// Words of a memory that an instruction reads or writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// The memory.
    pub memory: Memory,
    /// Word addresses.
    pub words: Range<usize>,
    /// Whether the words are written; otherwise they are read.
    pub write: bool,
}

/// All extents of an operation. Each strided tile is an extent of its own, except that equal tiles are listed once.
pub fn extents(operation: &Operation, configuration: &Configuration) -> Vec<Extent> {
    let mut all = Vec::new();
    let mut touch = |memory, start: u64, count: u64, write| {
        all.push(Extent { memory, words: start as usize..(start + count) as usize, write });
    };
    match *operation {
        Operation::Load(Load { address, count, memory, .. }) => touch(memory, address, count, true),
        Operation::Store(Store { address, count, memory, .. }) => touch(memory, address, count, false),
        Operation::Matmul(Matmul { a, b, c, depth, tiles, a_stride, b_stride, .. }) => {
            for (memory, start, stride) in [(Memory::A, a, a_stride), (Memory::B, b, b_stride)] {
                let distinct = if stride == 0 { 1 } else { tiles };
                (0..distinct).for_each(|tile| touch(memory, start + tile * stride, depth, false));
            }
            touch(Memory::C, c, tiles * configuration.side as u64, true);
        }
        Operation::Vector(vector) => {
            let Vector { steps, tiles, source, source_stride, destination, stride, residual, .. } = vector;
            let (constant, constant_stride) = (vector.constant, vector.constant_stride);
            touch(Memory::K, vector.parameters, 1, false);
            let constants = if vector.constants_per_lane { configuration.side as u64 } else { steps };
            let distinct = if constant_stride == 0 { 1 } else { tiles };
            (0..distinct).for_each(|tile| touch(Memory::K, constant + tile * constant_stride, constants, false));
            for tile in 0..tiles {
                touch(vector.source_memory(), source + tile * source_stride, steps, false);
                touch(vector.destination_memory(), destination + tile * stride, steps, true);
                match vector.operation {
                    VectorOperation::Join => touch(Memory::R, residual + tile * stride, steps, false),
                    VectorOperation::Layernorm => touch(Memory::R, residual + tile * stride, steps, true),
                    VectorOperation::Requantize
                    | VectorOperation::Gelu
                    | VectorOperation::Softmax
                    | VectorOperation::LateSoftmax
                    | VectorOperation::Normalize => {}
                }
            }
        }
    }
    all
}
