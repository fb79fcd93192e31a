//! [`Stop`]: the reasons why the accelerator stops a program.

/// Error code of a stopped program, as in the register `error_code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stop {
    /// The program has no instructions.
    EmptyProgram = 1,
    /// The opcode does not exist.
    IllegalOpcode = 2,
    /// A reserved bit is set.
    ReservedBits = 3,
    /// A count is 0, or the engine does not support the memory, operation or number of groups.
    IllegalOperand = 4,
    /// A byte address is not a multiple of the bus width, or a program address is not a multiple of 32.
    UnalignedAddress = 5,
    /// Address out of range: past the end of the on-chip memory, or past the 32-bit address space.
    AddressRange = 6,
    /// A read got the response SLVERR.
    ReadSlaveError = 7,
    /// A read got the response DECERR.
    ReadDecodeError = 8,
    /// A write got the response SLVERR.
    WriteSlaveError = 9,
    /// A write got the response DECERR.
    WriteDecodeError = 10,
    /// A post would have taken a semaphore past 255.
    SemaphoreOverflow = 11,
    /// No start, retirement or bus transfer for the number of cycles that the watchdog allows.
    Deadlock = 12,
    /// The host aborted the program.
    Aborted = 13,
}

impl Stop {
    /// All error codes, in ascending order.
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

    /// What happened, and which instruction the index in `error_index` names.
    pub const fn meaning(self) -> &'static str {
        match self {
            Stop::EmptyProgram => "the program has no instructions; `error_index` is 0",
            Stop::IllegalOpcode => "the instruction's opcode does not exist",
            Stop::ReservedBits => "a reserved bit of the instruction is set",
            Stop::IllegalOperand => {
                "a count is 0, or the engine does not support the memory, operation or number of groups"
            }
            Stop::UnalignedAddress => {
                "the instruction's byte address is not a multiple of N, the bus width in bytes; or the program address is \
                 not a multiple of 32, with `error_index` 0"
            }
            Stop::AddressRange => {
                "an address is past the end of the SRAM or of the 32-bit address space; detected before the access"
            }
            Stop::ReadSlaveError => "response SLVERR to the load, or to the fetch of the instruction",
            Stop::ReadDecodeError => "response DECERR to the load, or to the fetch of the instruction",
            Stop::WriteSlaveError => "response SLVERR to the store",
            Stop::WriteDecodeError => "response DECERR to the store",
            Stop::SemaphoreOverflow => "the instruction retired and posted a semaphore whose count was 255",
            Stop::Deadlock => {
                "no start, retirement or bus transfer within the watchdog limit; \
                 index of the oldest instruction that has not started"
            }
            Stop::Aborted => "aborted by the host; index of the oldest instruction that has not started",
        }
    }
}
