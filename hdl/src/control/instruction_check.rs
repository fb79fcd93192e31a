//! [`InstructionCheck`]: engine and legality of an instruction.

use crate::cells::integer::vector;
use ibert_isa::{Common, Opcode, Stop};
use rust_hdl::core::prelude::*;

/// Engine of an instruction, and the stop code for an opcode that does not exist or a reserved bit that is set.
///
/// Combinational. The engines check the operands.
#[circuit]
pub struct InstructionCheck {
    /// Instruction.
    pub instruction: Signal<In, Bits<256>>,
    /// Engine, one-hot in the order of [`Opcode::ALL`]; 0 for an illegal opcode.
    pub engine: Signal<Out, Bits<4>>,
    /// `illegal_opcode`, `reserved_bits`, or 0.
    pub code: Signal<Out, Bits<4>>,
}

#[circuit]
impl Logic for InstructionCheck {
    fn update(&mut self) {
        let instruction = self.instruction.val();
        let opcode = instruction.get_bits::<4>(Common::FIELDS[0].low).to_u128();
        let known = Opcode::ALL.iter().position(|known| *known as u128 == opcode);
        self.engine.next = known.map_or_else(Bits::default, |engine| vector(1 << engine));
        let code = match known {
            None => Stop::IllegalOpcode as u64,
            Some(engine) => {
                let mut reserved = Opcode::ALL[engine].reserved().into_iter().flat_map(|(low, high)| low..=high);
                if reserved.any(|bit| instruction.get_bit(bit)) { Stop::ReservedBits as u64 } else { 0 }
            }
        };
        self.code.next = code.to_bits();
    }

    fn hdl(&self) -> Verilog {
        let opcode = &Common::FIELDS[0];
        let slice = |(low, high): &(usize, usize)| format!("instruction[{high}:{low}]");
        let mut text =
            "// instruction_check: engine of an instruction, and the stop of an illegal one; combinational.\n"
                .to_string();
        let mut reserved = vec![];
        for (engine, known) in Opcode::ALL.into_iter().enumerate() {
            let bits: Vec<String> = known.reserved().iter().map(slice).collect();
            text += &format!(
                "assign engine[{engine}] = instruction[{}:{}] == {}'d{}; // {}\n",
                opcode.high(),
                opcode.low,
                opcode.width,
                known as u64,
                known.name()
            );
            reserved.push(format!("(engine[{engine}] & |{{{}}})", bits.join(", ")));
        }
        text += &format!("wire reserved_set = {};\n", reserved.join(" |\n    "));
        text += &format!(
            "assign code = engine == 4'd0 ? 4'd{} : reserved_set ? 4'd{} : 4'd0;",
            Stop::IllegalOpcode as u64,
            Stop::ReservedBits as u64
        );
        let read = |bit: usize| {
            (opcode.low..=opcode.high()).contains(&bit)
                || Opcode::ALL
                    .iter()
                    .any(|known| known.reserved().iter().any(|(low, high)| (*low..=*high).contains(&bit)))
        };
        let unused: Vec<String> =
            (0..Common::BITS).filter(|bit| !read(*bit)).map(|bit| format!("instruction[{bit}]")).collect();
        if !unused.is_empty() {
            text += &format!("\nwire unused_bits = &{{1'b0, {}}};", unused.join(", "));
        }
        Verilog::Custom(text)
    }
}
