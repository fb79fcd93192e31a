//! [`Stop`]: why a program ended before its end.

/// Error code of a program that stopped, as in the `error` register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stop {
    /// The program has no instructions.
    EmptyProgram = 1,
    /// No such opcode.
    IllegalOpcode = 2,
    /// A reserved bit is set.
    ReservedBits = 3,
    /// A count of 0, or a memory, an operation or a number of groups that the engine does not have.
    IllegalOperand = 4,
    /// A memory address that is no multiple of the bus width, or of 32 for a program.
    UnalignedAddress = 5,
    /// A word address beyond its memory, or a memory address beyond 2^32.
    AddressRange = 6,
    /// SLVERR of a read.
    ReadSlaveError = 7,
    /// DECERR of a read.
    ReadDecodeError = 8,
    /// SLVERR of a write.
    WriteSlaveError = 9,
    /// DECERR of a write.
    WriteDecodeError = 10,
    /// A semaphore would have passed 255.
    SemaphoreOverflow = 11,
    /// Nothing started, retired or moved on the bus for as long as the watchdog waits.
    Deadlock = 12,
    /// The host has asked for it.
    Aborted = 13,
}

impl Stop {
    /// All of them, in the order of their codes.
    pub const ALL: [Stop; 13] = [
        Stop::EmptyProgram,
        Stop::IllegalOpcode,
        Stop::ReservedBits,
        Stop::IllegalOperand,
        Stop::UnalignedAddress,
        Stop::AddressRange,
        Stop::ReadSlaveError,
        Stop::ReadDecodeError,
        Stop::WriteSlaveError,
        Stop::WriteDecodeError,
        Stop::SemaphoreOverflow,
        Stop::Deadlock,
        Stop::Aborted,
    ];

    /// The stop with this code.
    pub fn from_code(code: u64) -> Option<Stop> {
        Stop::ALL.into_iter().find(|stop| *stop as u64 == code)
    }

    /// Name in documentation, listings and C.
    pub const fn name(self) -> &'static str {
        match self {
            Stop::EmptyProgram => "empty_program",
            Stop::IllegalOpcode => "illegal_opcode",
            Stop::ReservedBits => "reserved_bits",
            Stop::IllegalOperand => "illegal_operand",
            Stop::UnalignedAddress => "unaligned_address",
            Stop::AddressRange => "address_range",
            Stop::ReadSlaveError => "read_slave_error",
            Stop::ReadDecodeError => "read_decode_error",
            Stop::WriteSlaveError => "write_slave_error",
            Stop::WriteDecodeError => "write_decode_error",
            Stop::SemaphoreOverflow => "semaphore_overflow",
            Stop::Deadlock => "deadlock",
            Stop::Aborted => "aborted",
        }
    }

    /// What has happened and which instruction the index names.
    pub const fn meaning(self) -> &'static str {
        match self {
            Stop::EmptyProgram => "the program has no instructions; index 0",
            Stop::IllegalOpcode => "the instruction's opcode does not exist",
            Stop::ReservedBits => "a reserved bit of the instruction is set",
            Stop::IllegalOperand => "a count of 0, or a memory, operation or number of groups that there is not",
            Stop::UnalignedAddress => {
                "the instruction's memory address is no multiple of the bus width; of a program: of 32, index 0"
            }
            Stop::AddressRange => "the instruction leaves its SRAM or the 32-bit address space; seen before the access",
            Stop::ReadSlaveError => "SLVERR for the load, or for the fetch of the instruction",
            Stop::ReadDecodeError => "DECERR for the load, or for the fetch of the instruction",
            Stop::WriteSlaveError => "SLVERR for the store",
            Stop::WriteDecodeError => "DECERR for the store",
            Stop::SemaphoreOverflow => "the instruction has retired and a semaphore that it posts stood at 255",
            Stop::Deadlock => {
                "nothing has started, retired or moved on the bus for as long as the watchdog waits; the oldest instruction that has not started"
            }
            Stop::Aborted => "the host has asked for it; the oldest instruction that has not started",
        }
    }
}
