//! The control registers: one table, [`register_table`](crate::register_table), for software, hardware, the C header and docs/registers.md.

mod define;
pub mod reference;

use crate::field::{Bit, Bits, Field};
use define::registers;

/// What the host may do with a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read; a write is answered with SLVERR.
    ReadOnly,
    /// Read and write.
    ReadWrite,
    /// Write; reads as 0.
    WriteOnly,
    /// Read; writing a 1 to a bit clears it.
    WriteOneToClear,
}

impl Access {
    /// As in the documentation.
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

/// A register of 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Register {
    /// Name.
    pub name: &'static str,
    /// Byte offset, a multiple of 4.
    pub offset: u32,
    /// What the host may do with it.
    pub access: Access,
    /// Value after reset; of those that show the configuration 0 here.
    pub reset: u32,
    /// What it holds.
    pub meaning: &'static str,
    /// Its parts; none if it is one number.
    pub fields: &'static [Field],
}

/// The letters IBRT, the first one lowest.
pub const IDENTITY: u32 = u32::from_le_bytes(*b"IBRT");

/// Cycles without any movement that the watchdog waits for, unless the host says otherwise.
pub const WATCHDOG_LIMIT: u32 = 1 << 24;

/// Hands the table of the registers to a macro: `register_table!(callback)` expands to `callback! { table }`.
#[macro_export]
macro_rules! register_table {
    ($callback:ident) => {
        $callback! {
            /// Identifies the accelerator: the letters IBRT, the first one lowest
            identity: 0x000, ReadOnly, $crate::registers::IDENTITY;
            /// Version of the instruction set
            isa_version: 0x004, ReadOnly, $crate::ISA_VERSION;
            /// Sizes of the configuration
            array: 0x008, ReadOnly, 0, ArraySize, ArraySizeFields, "array_size_fields", ArraySizeWord, "array_size_word" {
                /// Array side N; the memory bus has as many bytes
                side: Bits<8>, 0;
                /// Vector lanes L
                lanes: Bits<8>, 8;
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
                /// Starts the program; ignored while one runs
                start: Bit, 0;
                /// Stops the program that runs, with the error `aborted`
                abort: Bit, 1;
            };
            /// State of the program that runs or ran last
            status: 0x044, ReadOnly, 0, Status, StatusFields, "status_fields", StatusWord, "status_word" {
                /// It has not ended, or not everything has come to rest
                busy: Bit, 0;
                /// All its instructions have retired
                done: Bit, 1;
                /// It was stopped: see `error_code`
                error: Bit, 2;
                /// A LayerNorm variance left 32 bits: its row is inexact. Cleared by the next start
                variance_saturated: Bit, 3;
            };
            /// Why the program stopped (machine.md, "Stops"), 0 if it did not
            error_code: 0x048, ReadOnly, 0;
            /// Index of the instruction that stopped it
            error_index: 0x04c, ReadOnly, 0;
            /// Byte address of the program, a multiple of 32; sampled by the start
            program_address: 0x050, ReadWrite, 0;
            /// Instructions of the program; sampled by the start
            program_length: 0x054, ReadWrite, 0;
            /// Cycles in which nothing starts, retires or moves on the memory bus, after which the program stops with `deadlock`; 0: never
            watchdog: 0x058, ReadWrite, $crate::registers::WATCHDOG_LIMIT;
            /// Which events raise the interrupt
            interrupt_enable: 0x060, ReadWrite, 0,
                InterruptEnable, InterruptEnableFields, "interrupt_enable_fields", InterruptEnableWord, "interrupt_enable_word" {
                /// A program ended with `done`
                done: Bit, 0;
                /// A program ended with `error`
                error: Bit, 1;
            };
            /// Events that have happened; the interrupt line is high while one that is enabled is pending
            interrupt_pending: 0x064, WriteOneToClear, 0,
                InterruptPending, InterruptPendingFields, "interrupt_pending_fields", InterruptPendingWord, "interrupt_pending_word" {
                /// A program ended with `done`
                done: Bit, 0;
                /// A program ended with `error`
                error: Bit, 1;
            };
            /// Cycles that the program ran; this and the other counters begin at 0 with each start and wrap
            cycles: 0x080, ReadOnly, 0;
            /// Instructions retired
            retired: 0x084, ReadOnly, 0;
            /// Cycles in which the load engine had an instruction under way
            load_busy: 0x090, ReadOnly, 0;
            /// … had none under way but one in its queue, which waited for semaphores, for its turn or for the engine
            load_waiting: 0x094, ReadOnly, 0;
            /// … had none at all; the three sum to `cycles`
            load_empty: 0x098, ReadOnly, 0;
            /// The same of the store engine
            store_busy: 0x0a0, ReadOnly, 0;
            /// … waiting
            store_waiting: 0x0a4, ReadOnly, 0;
            /// … empty
            store_empty: 0x0a8, ReadOnly, 0;
            /// The same of the matrix engine
            matrix_busy: 0x0b0, ReadOnly, 0;
            /// … waiting
            matrix_waiting: 0x0b4, ReadOnly, 0;
            /// … empty
            matrix_empty: 0x0b8, ReadOnly, 0;
            /// The same of the vector engine
            vector_busy: 0x0c0, ReadOnly, 0;
            /// … waiting
            vector_waiting: 0x0c4, ReadOnly, 0;
            /// … empty
            vector_empty: 0x0c8, ReadOnly, 0;
        }
    };
}

register_table!(registers);

#[cfg(test)]
mod tests;
