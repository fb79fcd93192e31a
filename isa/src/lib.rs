#![doc = include_str!("../README.md")]

mod configuration;
mod constant;
mod engine;
mod field;
mod instruction;
mod memory;
mod program;
pub mod reference;
pub mod registers;
mod stop;
#[cfg(test)]
mod tests;
pub mod timing;
mod vector_operation;
pub mod word;

pub use configuration::{BASE, CONFIGURATIONS, Configuration, LARGE, SMALL, SoftmaxForm, TINY};
pub use constant::*;
pub use engine::Engine;
pub use field::{Bit, Bits, CodeOf, Coded, Field, FieldError, FieldType, Number, Signed};
pub use instruction::*;
pub use memory::Memory;
pub use program::{DecodeError, Instruction, Opcode, Operation};
pub use stop::Stop;
pub use vector_operation::VectorOperation;

/// Version of the instruction set, readable in the register `isa_version`.
pub const ISA_VERSION: u32 = 1;

/// Number of semaphores.
pub const SEMAPHORES: usize = 16;
