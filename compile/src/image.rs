//! [`Image`]: memory before the start.

use super::ScheduleError;
use ibert_isa::{INSTRUCTION_BYTES, Instruction};

/// Alignment of all parts in bytes: a multiple of the widest bus and of an instruction.
const ALIGNMENT: usize = 64;

/// Memory before the start of a program, from address 0 on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// Contents, starting at address 0.
    pub bytes: Vec<u8>,
    /// Byte address of the program.
    pub program: u32,
    /// Number of instructions.
    pub length: usize,
    /// Byte address of the embedded tokens as operands of the first layer, in the layout of A.
    pub operand: u32,
    /// Byte address of the embedded tokens as residual stream of the first layer, in the layout of R.
    pub residual: u32,
    /// Byte address of the last hidden state, in the layout of R: 16 bits per token and channel.
    pub hidden: u32,
}

impl Image {
    /// Appends bytes at the next aligned address and returns that address.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<u32, ScheduleError> {
        let start = self.bytes.len().next_multiple_of(ALIGNMENT);
        self.bytes.resize(start, 0);
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() > u32::MAX as usize {
            return Err(ScheduleError::ImageTooLarge { bytes: self.bytes.len() });
        }
        Ok(start as u32)
    }

    pub(super) fn put_program(&mut self, program: &[Instruction]) -> Result<(), ScheduleError> {
        let mut bytes = Vec::with_capacity(program.len() * INSTRUCTION_BYTES);
        for (index, instruction) in program.iter().enumerate() {
            let encoded = instruction.encode().map_err(|source| ScheduleError::Instruction { index, source })?;
            bytes.extend_from_slice(&encoded);
        }
        self.program = self.put(&bytes)?;
        self.length = program.len();
        // Whole beats of the widest bus.
        self.bytes.resize(self.bytes.len().next_multiple_of(ALIGNMENT), 0);
        Ok(())
    }
}
