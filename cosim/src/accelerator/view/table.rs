//! [`Table`]: names of values.

use ibert_hdl::verilog::Design;
use ibert_isa::registers::REGISTERS;
use ibert_isa::{Coded, Instruction, Memory, Opcode, Stop, VectorOperation};
use ibert_sim::AxiError;

/// What values of some signals stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name, also that of its file.
    pub name: String,
    /// Bits of those signals.
    pub width: usize,
    /// Values and their names.
    pub entries: Vec<(u64, String)>,
}

/// Index of an instruction in the program.
pub(super) const INSTRUCTION: &str = "instruction";
/// Opcode of an instruction.
pub(super) const OPCODE: &str = "opcode";
/// Why a program ended.
pub(super) const STOP: &str = "stop";
/// Response of an AXI transfer.
pub(super) const RESPONSE: &str = "response";
/// Address of a control register.
pub(super) const REGISTER: &str = "register";

/// Names in the encodings of the instruction set, the bus and the registers; a table's width is 0 until it is known.
pub(super) fn encodings(program: &[Instruction]) -> Vec<Table> {
    let stops = Stop::ALL.iter().map(|stop| (*stop as u64, stop.name()));
    let responses =
        [(0, "OKAY"), (1, "EXOKAY"), (AxiError::Slave as u64, "SLVERR"), (AxiError::Decode as u64, "DECERR")];
    let program =
        program.iter().enumerate().map(|(index, instruction)| (index as u64, format!("{index} {instruction}")));
    vec![
        table(INSTRUCTION, program),
        table(OPCODE, Opcode::ALL.iter().map(|opcode| (*opcode as u64, opcode.name()))),
        table("memory", (0..).zip(Memory::NAMES.iter().copied())),
        table("operation", (0..).zip(VectorOperation::NAMES.iter().copied())),
        table(STOP, [(0, "none")].into_iter().chain(stops)),
        table(RESPONSE, responses),
        table(REGISTER, REGISTERS.iter().map(|register| (register.offset.into(), register.name))),
    ]
}

/// A table for each enumeration type of the design.
pub(super) fn enumerations(design: &Design) -> Vec<Table> {
    let mut tables: Vec<Table> = vec![];
    for (_, signal) in design.enumerations() {
        let name = enumeration(&signal.labels);
        if tables.iter().all(|table| table.name != name) {
            let labels = signal.labels.iter().map(|label| label.rsplit("::").next().unwrap_or(label));
            tables.push(table(&name, (0..).zip(labels)));
        }
    }
    tables
}

/// Name of the table of an enumeration type: that of the type.
pub(super) fn enumeration(labels: &[String]) -> String {
    let kind = labels.first().and_then(|label| label.split("::").next()).unwrap_or_default();
    kind.to_ascii_lowercase()
}

fn table<N: Into<String>>(name: &str, entries: impl IntoIterator<Item = (u64, N)>) -> Table {
    let entries = entries.into_iter().map(|(value, name)| (value, name.into())).collect();
    Table { name: name.into(), width: 0, entries }
}
