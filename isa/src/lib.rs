#![doc = include_str!("../README.md")]

mod configuration;
mod constant;
mod field;
mod instruction;
mod program;
pub mod reference;
pub mod registers;
mod stop;
#[cfg(test)]
mod tests;
pub mod timing;
pub mod word;

pub use configuration::{BASE, CONFIGURATIONS, Configuration, LARGE, SMALL, TINY};
pub use constant::*;
pub use field::{Bit, Bits, Field, FieldOverflow, FieldType, Signed};
pub use instruction::*;
pub use program::{DecodeError, Instruction, Opcode, Operation};
pub use stop::Stop;

/// Version of the instruction set; the hardware shows it in a register, and programs say which one they are for.
pub const ISA_VERSION: u32 = 1;

/// Number of semaphores.
pub const SEMAPHORES: usize = 16;

/// Memories, in the encoding of `memory`.
pub const MEMORIES: [&str; 4] = ["A", "B", "R", "K"];

/// Operations of the vector engine, in the encoding of `operation`.
pub const VECTOR_OPERATIONS: [&str; 5] = ["requantize", "gelu", "join", "softmax", "layernorm"];

/// Memory A in a load or store.
pub const MEMORY_A: u64 = 0;
/// Memory B in a load.
pub const MEMORY_B: u64 = 1;
/// Memory R in a load or store.
pub const MEMORY_R: u64 = 2;
/// Memory K in a load.
pub const MEMORY_K: u64 = 3;

/// `requantize` of a vector instruction.
pub const REQUANTIZE: u64 = 0;
/// `gelu` of a vector instruction.
pub const GELU: u64 = 1;
/// `join` of a vector instruction.
pub const JOIN: u64 = 2;
/// `softmax` of a vector instruction.
pub const SOFTMAX: u64 = 3;
/// `layernorm` of a vector instruction.
pub const LAYERNORM: u64 = 4;

fn memory_name(code: u64) -> &'static str {
    MEMORIES.get(code as usize).copied().unwrap_or("illegal")
}

fn vector_operation_name(code: u64) -> &'static str {
    VECTOR_OPERATIONS.get(code as usize).copied().unwrap_or("illegal")
}
