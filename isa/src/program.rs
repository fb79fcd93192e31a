//! [`Instruction`]: encoding, decoding, and a line of assembly listing.

use super::field::FieldValue;
use super::{Common, Engine, Field, FieldError, INSTRUCTION_BYTES, Load, Matmul, Stop, Store, Vector, word};
use std::fmt;

/// Kind of an instruction; the discriminant is the code in the opcode field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Opcode {
    /// [`Load`].
    Load = 1,
    /// [`Store`].
    Store = 2,
    /// [`Matmul`].
    Matmul = 3,
    /// [`Vector`].
    Vector = 4,
}

impl Opcode {
    /// All opcodes, in the priority order of their engines ([`Engine::ALL`]).
    pub const ALL: [Opcode; 4] = [Opcode::Load, Opcode::Store, Opcode::Matmul, Opcode::Vector];

    /// The opcode with this code.
    pub fn from_code(code: u64) -> Option<Opcode> {
        Opcode::ALL.into_iter().find(|opcode| *opcode as u64 == code)
    }

    /// The engine that executes it.
    pub const fn engine(self) -> Engine {
        match self {
            Opcode::Load => Engine::Load,
            Opcode::Store => Engine::Store,
            Opcode::Matmul => Engine::Matrix,
            Opcode::Vector => Engine::Vector,
        }
    }

    /// Name in listings and documentation.
    pub const fn name(self) -> &'static str {
        match self {
            Opcode::Load => "load",
            Opcode::Store => "store",
            Opcode::Matmul => "matmul",
            Opcode::Vector => "vector",
        }
    }

    /// Fields in addition to those of [`Common`].
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Opcode::Load => Load::FIELDS,
            Opcode::Store => Store::FIELDS,
            Opcode::Matmul => Matmul::FIELDS,
            Opcode::Vector => Vector::FIELDS,
        }
    }

    /// Bits of an instruction that must be 0, as ranges `(low, high)`.
    pub fn reserved(self) -> Vec<(usize, usize)> {
        let fields: Vec<Field> = Common::FIELDS.iter().chain(self.fields()).copied().collect();
        word::gaps(&fields, Common::BITS)
    }
}

/// The operation of an instruction, with its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// External memory to SRAM.
    Load(Load),
    /// SRAM to external memory.
    Store(Store),
    /// Matrix products.
    Matmul(Matmul),
    /// Element-wise and row-wise operations.
    Vector(Vector),
}

/// An instruction: its operation, the semaphores that it waits for and the semaphores that it posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instruction {
    /// Semaphores that must be above 0 at the start, bit i for semaphore i; the start decrements each.
    pub wait: u16,
    /// Semaphores that retirement increments, bit i for semaphore i.
    pub post: u16,
    /// Operation and its fields.
    pub operation: Operation,
}

/// Why 32 bytes are not a legal instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The opcode does not exist.
    #[error("opcode {0} is illegal")]
    Opcode(u64),
    /// A reserved bit is set.
    #[error("reserved bit {bit} of a {} is set", opcode.name())]
    Reserved {
        /// The instruction.
        opcode: Opcode,
        /// Lowest reserved bit that is set.
        bit: usize,
    },
    /// A field holds a code without a meaning.
    #[error("{} = {value} is illegal; legal codes are {}", field.name, legal_codes(field))]
    Code {
        /// The field.
        field: Field,
        /// Value of the field.
        value: u64,
    },
}

impl DecodeError {
    /// Error code that the accelerator reports for such an instruction.
    pub const fn stop(&self) -> Stop {
        match self {
            DecodeError::Opcode(_) => Stop::IllegalOpcode,
            DecodeError::Reserved { .. } => Stop::ReservedBits,
            DecodeError::Code { .. } => Stop::IllegalOperand,
        }
    }
}

/// The field's codes with their names: "0 A, 1 B".
fn legal_codes(field: &Field) -> String {
    let codes = field.codes.iter().enumerate().map(|(code, name)| format!("{code} {name}"));
    codes.collect::<Vec<_>>().join(", ")
}

impl Operation {
    /// The operation's opcode.
    pub const fn opcode(&self) -> Opcode {
        match self {
            Operation::Load(_) => Opcode::Load,
            Operation::Store(_) => Opcode::Store,
            Operation::Matmul(_) => Opcode::Matmul,
            Operation::Vector(_) => Opcode::Vector,
        }
    }

    /// The engine that executes it.
    pub const fn engine(&self) -> Engine {
        self.opcode().engine()
    }

    /// Values of the fields, in the order of [`Opcode::fields`].
    fn values(&self) -> Vec<FieldValue> {
        match self {
            Operation::Load(load) => load.values(),
            Operation::Store(store) => store.values(),
            Operation::Matmul(matmul) => matmul.values(),
            Operation::Vector(vector) => vector.values(),
        }
    }
}

impl Instruction {
    /// Encodes the instruction into its 32 bytes in memory.
    ///
    /// # Errors
    /// [`FieldError`] names the field that cannot hold its value.
    pub fn encode(&self) -> Result<[u8; INSTRUCTION_BYTES], FieldError> {
        let mut bytes = [0; INSTRUCTION_BYTES];
        let opcode = self.operation.opcode() as u64;
        Common { opcode, waits: self.wait.into(), posts: self.post.into() }.encode(&mut bytes)?;
        match &self.operation {
            Operation::Load(load) => load.encode(&mut bytes)?,
            Operation::Store(store) => store.encode(&mut bytes)?,
            Operation::Matmul(matmul) => matmul.encode(&mut bytes)?,
            Operation::Vector(vector) => vector.encode(&mut bytes)?,
        }
        Ok(bytes)
    }

    /// Decodes 32 bytes.
    ///
    /// # Errors
    /// [`DecodeError`]: the opcode does not exist, a reserved bit is set, or a field's code has no meaning; the first
    /// of these that applies.
    pub fn decode(bytes: &[u8; INSTRUCTION_BYTES]) -> Result<Self, DecodeError> {
        let Common { opcode, waits: wait, posts: post } = Common::decode(bytes)?;
        let known = Opcode::from_code(opcode).ok_or(DecodeError::Opcode(opcode))?;
        let mut reserved = known.reserved().into_iter().flat_map(|(low, high)| low..=high);
        if let Some(bit) = reserved.find(|bit| bytes[bit / 8] >> (bit % 8) & 1 == 1) {
            return Err(DecodeError::Reserved { opcode: known, bit });
        }
        let operation = match known {
            Opcode::Load => Operation::Load(Load::decode(bytes)?),
            Opcode::Store => Operation::Store(Store::decode(bytes)?),
            Opcode::Matmul => Operation::Matmul(Matmul::decode(bytes)?),
            Opcode::Vector => Operation::Vector(Vector::decode(bytes)?),
        };
        Ok(Instruction { wait: wait as u16, post: post as u16, operation })
    }
}

/// One line of a listing: name, fields, semaphores.
impl fmt::Display for Instruction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let opcode = self.operation.opcode();
        write!(f, "{:<6}", opcode.name())?;
        for (field, FieldValue { integer, name }) in opcode.fields().iter().zip(self.operation.values()) {
            let value = integer.unwrap_or_default();
            match (name, field.name, field.width) {
                (Some(name), ..) => write!(f, " {name}")?,
                (_, "dram", _) => write!(f, " dram={value:#x}")?,
                // A flag that is 0 is omitted.
                (_, _, 1) if value == 0 => {}
                (_, name, 1) => write!(f, " {name}")?,
                (_, name, _) => write!(f, " {name}={value}")?,
            }
        }
        let semaphores = |mask: u16| (0..16).filter(move |bit| mask >> bit & 1 == 1);
        semaphores(self.wait).try_for_each(|semaphore| write!(f, " wait:{semaphore}"))?;
        semaphores(self.post).try_for_each(|semaphore| write!(f, " post:{semaphore}"))
    }
}
