//! The instructions: what each engine is told, 256 bits each.

use crate::field::{Bit, Bits};
use crate::word::coded_words;
use crate::{Memory, VectorOperation};

/// Bytes of an instruction; its address is a multiple of it.
pub const INSTRUCTION_BYTES: usize = 32;

/// Hands the table of the instructions to a macro: `instruction_words!(callback)` expands to `callback! { table }`. A field's type is followed
/// by `as ENUM` if it holds a code of that enumeration.
#[macro_export]
macro_rules! instruction_words {
    ($callback:ident) => {
        $callback! {
            /// What every instruction has: which engine it is for, and how it is kept in step.
            Common, CommonFields, "common_fields": 256 {
                /// Which instruction it is; others than those of this page are illegal
                opcode: Bits<4>, 0;
                /// Semaphores that must be above 0; starting takes one from each. Bit i stands for semaphore i
                waits: Bits<16>, 16;
                /// Semaphores that retiring adds one to
                posts: Bits<16>, 32;
            }

            /// Memory to A, B, R or K.
            Load, LoadFields, "load_fields": 256 {
                /// Byte address in memory, a multiple of N
                dram: Bits<32>, 64;
                /// First word
                address: Bits<16>, 96;
                /// Words, at least 1
                count: Bits<16>, 112;
                /// Which memory: 0 A, 1 B, 2 R, 3 K
                memory: Bits<3> as Memory, 128;
            }

            /// A or R to memory.
            Store, StoreFields, "store_fields": 256 {
                /// Byte address in memory, a multiple of N
                dram: Bits<32>, 64;
                /// First word
                address: Bits<16>, 96;
                /// Words, at least 1
                count: Bits<16>, 112;
                /// Which memory: 0 A, 2 R
                memory: Bits<3> as Memory, 128;
            }

            /// Tiles of products of A and B, into C.
            Matmul, MatmulFields, "matmul_fields": 256 {
                /// First word of A
                a: Bits<16>, 64;
                /// First word of B
                b: Bits<16>, 80;
                /// First word of C
                c: Bits<16>, 96;
                /// Products of a sum, at least 1
                depth: Bits<16>, 112;
                /// Tiles, at least 1
                tiles: Bits<16>, 128;
                /// From a tile to the next in A
                a_stride: Bits<16>, 144;
                /// From a tile to the next in B
                b_stride: Bits<16>, 160;
                /// B from the left and A from above
                swap: Bit, 176;
                /// The left operand is unsigned
                unsigned_left: Bit, 177;
            }

            /// Everything that is no product of matrices.
            Vector, VectorFields, "vector_fields": 256 {
                /// Words of a tile, at least 1
                steps: Bits<16>, 64;
                /// Tiles, at least 1
                tiles: Bits<16>, 80;
                /// Groups of L lanes, 1 to N / L
                groups: Bits<8>, 96;
                /// 0 requantize, 1 gelu, 2 join, 3 softmax, 4 layernorm
                operation: Bits<3> as VectorOperation, 104;
                /// The destination is B (requantize only)
                to_b: Bit, 107;
                /// Constants belong to lanes instead of steps (requantize only)
                constants_per_lane: Bit, 108;
                /// First word of the source, C or Y
                source: Bits<16>, 112;
                /// From a tile to the next in the source
                source_stride: Bits<16>, 128;
                /// First word of the destination
                destination: Bits<16>, 144;
                /// From a tile to the next in destination and residual
                stride: Bits<16>, 160;
                /// First word of the residual in R
                residual: Bits<16>, 176;
                /// First constant word in K
                constant: Bits<16>, 192;
                /// From a tile to the next in the constants
                constant_stride: Bits<16>, 208;
                /// The parameter word in K
                parameters: Bits<16>, 224;
            }
        }
    };
}

instruction_words!(coded_words);

impl Vector {
    /// The memory that operands come from.
    pub const fn source_memory(&self) -> Memory {
        match self.operation {
            VectorOperation::Layernorm => Memory::Y,
            VectorOperation::Requantize | VectorOperation::Gelu | VectorOperation::Join | VectorOperation::Softmax => {
                Memory::C
            }
        }
    }

    /// The memory that results go to; those of LayerNorm go to R as well.
    pub const fn destination_memory(&self) -> Memory {
        match self.operation {
            VectorOperation::Join => Memory::Y,
            VectorOperation::Requantize if self.to_b => Memory::B,
            VectorOperation::Requantize
            | VectorOperation::Gelu
            | VectorOperation::Softmax
            | VectorOperation::Layernorm => Memory::A,
        }
    }

    /// Whether the instruction writes a memory.
    pub fn writes(&self, memory: Memory) -> bool {
        let residual = self.operation == VectorOperation::Layernorm && memory == Memory::R;
        memory == self.destination_memory() || residual
    }
}
