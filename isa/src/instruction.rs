//! The instruction words of each engine, 256 bits each.

use crate::field::{Bit, Bits};
use crate::word::coded_words;
use crate::{Memory, VectorOperation};

/// Bytes per instruction. An instruction's address is a multiple of this number.
pub const INSTRUCTION_BYTES: usize = 32;

/// Passes the table of the instructions to a macro: `instruction_words!(callback)` expands to `callback! { table }`.
/// The type of a field that holds a code of an enumeration is followed by `as ENUM`.
#[macro_export]
macro_rules! instruction_words {
    ($callback:ident) => {
        $callback! {
            /// Fields of every instruction: opcode and semaphores.
            Common, CommonFields, "common_fields": 256 {
                /// Opcode; opcodes that are not listed on this page are illegal
                opcode: Bits<4>, 0;
                /// Semaphores to wait for, bit i for semaphore i: each must be above 0; the start decrements it
                waits: Bits<16>, 16;
                /// Semaphores to post, bit i for semaphore i: retirement increments each
                posts: Bits<16>, 32;
            }

            /// Copies words from external memory to A, B, R or K.
            Load, LoadFields, "load_fields": 256 {
                /// Byte address in external memory, a multiple of N
                dram: Bits<32>, 64;
                /// First word address in the destination memory
                address: Bits<16>, 96;
                /// Number of words, at least 1
                count: Bits<16>, 112;
                /// Destination memory: 0 A, 1 B, 2 R, 3 K
                memory: Bits<3> as Memory, 128;
            }

            /// Copies words from A or R to external memory.
            Store, StoreFields, "store_fields": 256 {
                /// Byte address in external memory, a multiple of N
                dram: Bits<32>, 64;
                /// First word address in the source memory
                address: Bits<16>, 96;
                /// Number of words, at least 1
                count: Bits<16>, 112;
                /// Source memory: 0 A, 2 R
                memory: Bits<3> as Memory, 128;
            }

            /// Multiplies tiles of A and B and writes the accumulators to C.
            Matmul, MatmulFields, "matmul_fields": 256 {
                /// First word address in A
                a: Bits<16>, 64;
                /// First word address in B
                b: Bits<16>, 80;
                /// First word address in C
                c: Bits<16>, 96;
                /// Products per accumulator, at least 1
                depth: Bits<16>, 112;
                /// Number of tiles, at least 1
                tiles: Bits<16>, 128;
                /// Words from one tile to the next in A
                a_stride: Bits<16>, 144;
                /// Words from one tile to the next in B
                b_stride: Bits<16>, 160;
                /// 1: B feeds the array's left side and A its top
                swap: Bit, 176;
                /// 1: the left operand is unsigned
                unsigned_left: Bit, 177;
            }

            /// Applies an element-wise or row-wise operation: everything that is not a matrix product.
            Vector, VectorFields, "vector_fields": 256 {
                /// Steps per group, one word each, at least 1
                steps: Bits<16>, 64;
                /// Number of tiles, at least 1
                tiles: Bits<16>, 80;
                /// Groups of L lanes per tile, 1 to N / L
                groups: Bits<8>, 96;
                /// Operation: 0 requantize, 1 gelu, 2 join (residual add), 3 softmax, 4 layernorm, 5 late_softmax, 6 normalize
                operation: Bits<3> as VectorOperation, 104;
                /// 1: the destination is B (requantize only)
                to_b: Bit, 107;
                /// 1: one constant word per lane instead of one per step (requantize only)
                constants_per_lane: Bit, 108;
                /// First word address of the source, C or Y
                source: Bits<16>, 112;
                /// Words from one tile to the next in the source
                source_stride: Bits<16>, 128;
                /// First word address of the destination
                destination: Bits<16>, 144;
                /// Words from one tile to the next in destination and residual
                stride: Bits<16>, 160;
                /// First word address of the residual in R; late_softmax and normalize: index of the first reciprocal
                residual: Bits<16>, 176;
                /// Address of the first constant word in K
                constant: Bits<16>, 192;
                /// Words from one tile to the next in the constants
                constant_stride: Bits<16>, 208;
                /// Address of the parameter word in K
                parameters: Bits<16>, 224;
            }
        }
    };
}

instruction_words!(coded_words);

impl Vector {
    /// The memory that operands are read from.
    pub const fn source_memory(&self) -> Memory {
        match self.operation {
            VectorOperation::Layernorm => Memory::Y,
            VectorOperation::Requantize
            | VectorOperation::Gelu
            | VectorOperation::Join
            | VectorOperation::Softmax
            | VectorOperation::LateSoftmax
            | VectorOperation::Normalize => Memory::C,
        }
    }

    /// The memory that results are written to. LayerNorm also writes its residual to R.
    pub const fn destination_memory(&self) -> Memory {
        match self.operation {
            VectorOperation::Join => Memory::Y,
            VectorOperation::Requantize if self.to_b => Memory::B,
            VectorOperation::Requantize
            | VectorOperation::Gelu
            | VectorOperation::Softmax
            | VectorOperation::Layernorm
            | VectorOperation::LateSoftmax
            | VectorOperation::Normalize => Memory::A,
        }
    }

    /// Whether the instruction writes a memory.
    pub fn writes(&self, memory: Memory) -> bool {
        let residual = self.operation == VectorOperation::Layernorm && memory == Memory::R;
        memory == self.destination_memory() || residual
    }
}
