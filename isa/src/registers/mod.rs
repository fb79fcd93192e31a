//! The control registers. One table, [`register_table`](crate::register_table), defines them for software, hardware,
//! the C header and docs/registers.md.

mod define;
pub mod reference;

use crate::field::{Bit, Bits, Field};
use define::registers;

/// Accesses by the host that a register allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read only; a write gets the response SLVERR.
    ReadOnly,
    /// Read and write.
    ReadWrite,
    /// Write only; reads as 0.
    WriteOnly,
    /// Read; writing a 1 to a bit clears it.
    WriteOneToClear,
}

impl Access {
    /// Text in the column "access" of the reference page.
    pub const fn name(self) -> &'static str {
        match self {
            Access::ReadOnly => "read",
            Access::ReadWrite => "read, write",
            Access::WriteOnly => "write, reads as 0",
            Access::WriteOneToClear => "read, write 1 to clear",
        }
    }

    /// Whether a write is accepted.
    pub const fn writable(self) -> bool {
        !matches!(self, Access::ReadOnly)
    }
}

/// A 32-bit register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Register {
    /// Name.
    pub name: &'static str,
    /// Byte offset, a multiple of 4.
    pub offset: u32,
    /// Allowed accesses.
    pub access: Access,
    /// Value after reset; 0 for the registers whose value is the configuration.
    pub reset: u32,
    /// Meaning of the register, for the reference page.
    pub meaning: &'static str,
    /// Bit fields of the register; empty if the register is one number.
    pub fields: &'static [Field],
}

/// The letters IBRT, the first in the lowest byte.
pub const IDENTITY: u32 = u32::from_le_bytes(*b"IBRT");

/// Reset value of the watchdog limit, in cycles without progress.
pub const WATCHDOG_LIMIT: u32 = 1 << 24;

/// Passes the table of the registers to a macro: `register_table!(callback)` expands to `callback! { table }`.
#[macro_export]
macro_rules! register_table {
    ($callback:ident) => {
        $callback! {
            /// Identifies the accelerator: the letters IBRT, the first in the lowest byte
            identity: 0x000, ReadOnly, $crate::registers::IDENTITY;
            /// Version of the instruction set
            isa_version: 0x004, ReadOnly, $crate::ISA_VERSION;
            /// Sizes of the configuration
            array: 0x008, ReadOnly, 0,
                ArraySize, ArraySizeFields, "array_size_fields", ArraySizeWord, "array_size_word" {
                /// Array side N, which is also the width of the memory bus in bytes
                side: Bits<8>, 0;
                /// Vector lanes L
                lanes: Bits<8>, 8;
                /// Form of softmax: 1 late, 0 the paper's
                late_softmax: Bit, 16;
            };
            /// Words of memory A
            depth_a: 0x010, ReadOnly, 0;
            /// Words of memory B
            depth_b: 0x014, ReadOnly, 0;
            /// Words of memory C
            depth_c: 0x018, ReadOnly, 0;
            /// Words of memory R
            depth_r: 0x01c, ReadOnly, 0;
            /// Words of memory Y
            depth_y: 0x020, ReadOnly, 0;
            /// Words of memory K
            depth_k: 0x024, ReadOnly, 0;
            /// Commands
            control: 0x040, WriteOnly, 0, Commands, ControlFields, "control_fields", ControlWord, "control_word" {
                /// 1 starts the program; ignored while a program runs
                start: Bit, 0;
                /// 1 stops the running program with the error `aborted`
                abort: Bit, 1;
            };
            /// State of the running program, or of the last one
            status: 0x044, ReadOnly, 0, Status, StatusFields, "status_fields", StatusWord, "status_word" {
                /// The program has not ended, or instructions or bus transactions are in flight
                busy: Bit, 0;
                /// All instructions of the program have retired
                done: Bit, 1;
                /// The program was stopped; `error_code` has the reason
                error: Bit, 2;
                /// A LayerNorm variance exceeded 32 bits, so that its row is inexact; cleared by the next start
                variance_saturated: Bit, 3;
            };
            /// Code of the error that stopped the program (isa.md, "Stops"); 0 if no error occurred
            error_code: 0x048, ReadOnly, 0;
            /// Index of the instruction to which the error belongs (isa.md, "Stops")
            error_index: 0x04c, ReadOnly, 0;
            /// Byte address of the program, a multiple of 32; sampled by `start`
            program_address: 0x050, ReadWrite, 0;
            /// Number of instructions of the program; sampled by `start`
            program_length: 0x054, ReadWrite, 0;
            /// Cycles without a start, retirement or bus transfer until the program stops with `deadlock`; 0: no limit
            watchdog: 0x058, ReadWrite, $crate::registers::WATCHDOG_LIMIT;
            /// Events that raise the interrupt
            interrupt_enable: 0x060, ReadWrite, 0,
                InterruptEnable, InterruptEnableFields, "interrupt_enable_fields",
                InterruptEnableWord, "interrupt_enable_word" {
                /// A program ended with `done`
                done: Bit, 0;
                /// A program ended with `error`
                error: Bit, 1;
            };
            /// Pending events; the interrupt line is high while an enabled event is pending
            interrupt_pending: 0x064, WriteOneToClear, 0,
                InterruptPending, InterruptPendingFields, "interrupt_pending_fields",
                InterruptPendingWord, "interrupt_pending_word" {
                /// A program ended with `done`
                done: Bit, 0;
                /// A program ended with `error`
                error: Bit, 1;
            };
            /// Cycles in which the program ran. A start clears this and the following counters; they wrap around
            cycles: 0x080, ReadOnly, 0;
            /// Number of retired instructions
            retired: 0x084, ReadOnly, 0;
            /// Cycles in which the load engine had an instruction in flight (granted, not retired)
            load_busy: 0x090, ReadOnly, 0;
            /// Cycles with no load in flight and at least one waiting in the queue
            load_waiting: 0x094, ReadOnly, 0;
            /// Cycles with no load in flight or in the queue; the three load counters sum to `cycles`
            load_empty: 0x098, ReadOnly, 0;
            /// Cycles in which the store engine had an instruction in flight
            store_busy: 0x0a0, ReadOnly, 0;
            /// Cycles with no store in flight and at least one in the queue
            store_waiting: 0x0a4, ReadOnly, 0;
            /// Cycles with no store in flight or in the queue
            store_empty: 0x0a8, ReadOnly, 0;
            /// Cycles in which the matrix engine had an instruction in flight
            matrix_busy: 0x0b0, ReadOnly, 0;
            /// Cycles with no matmul in flight and at least one in the queue
            matrix_waiting: 0x0b4, ReadOnly, 0;
            /// Cycles with no matmul in flight or in the queue
            matrix_empty: 0x0b8, ReadOnly, 0;
            /// Cycles in which the vector engine had an instruction in flight
            vector_busy: 0x0c0, ReadOnly, 0;
            /// Cycles with no vector instruction in flight and at least one in the queue
            vector_waiting: 0x0c4, ReadOnly, 0;
            /// Cycles with no vector instruction in flight or in the queue
            vector_empty: 0x0c8, ReadOnly, 0;
        }
    };
}

register_table!(registers);

#[cfg(test)]
mod tests;
