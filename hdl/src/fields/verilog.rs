//! The Verilog of decoders and encoders, generated from tables of fields and registers.

use super::Field;
use ibert_isa::registers::Register;
use ibert_isa::word::gaps;

/// Decoder of a word: wires only.
pub(super) fn decoder(module: &str, fields: &[Field], bits: usize) -> String {
    let mut text = format!("// {module}: the fields of the word as wires.\n");
    for field in fields {
        let bits = if field.width == 1 { format!("{}", field.low) } else { format!("{}:{}", field.high(), field.low) };
        text += &format!("assign {} = word[{bits}];\n", field.name);
    }
    let unused: Vec<String> = gaps(fields, bits)
        .into_iter()
        .map(|(low, high)| if low == high { format!("word[{low}]") } else { format!("word[{high}:{low}]") })
        .collect();
    if !unused.is_empty() {
        text += &format!("wire unused_bits = &{{1'b0, {}}};\n", unused.join(", "));
    }
    text.pop();
    text
}

/// Encoder of a word from its fields: wires only.
pub(super) fn encoder(module: &str, fields: &[Field]) -> String {
    let mut parts = vec![];
    let mut next = 32;
    for field in fields.iter().rev() {
        if field.high() + 1 < next {
            parts.push(format!("{}'d0", next - field.high() - 1));
        }
        parts.push(field.name.to_string());
        next = field.low;
    }
    if next > 0 {
        parts.push(format!("{next}'d0"));
    }
    format!("// {module}: the word of the fields; wires only.\nassign word = {{{}}};", parts.join(", "))
}

/// Multiplexer of the values of the registers.
pub(super) fn read(registers: &[Register]) -> String {
    let mut text = "// register_read: the value of the register at an address; combinational.\n".to_string();
    text += "always @(*) begin\n    mapped = 1'b1;\n    case (address)\n";
    for register in registers {
        text += &format!("        12'h{:03x}: data = {};\n", register.offset, register.name);
    }
    text + "        default: begin\n            data = 32'd0;\n            mapped = 1'b0;\n        end\n    endcase\nend"
}

/// Decoder of the register to write.
pub(super) fn write(registers: &[Register]) -> String {
    let mut text = "// register_write: which register an address writes; combinational.\n".to_string();
    for register in registers {
        text += &format!("assign {} = address == 12'h{:03x};\n", register.name, register.offset);
    }
    let writable: Vec<&str> = registers.iter().filter(|r| r.access.writable()).map(|r| r.name).collect();
    text + &format!("assign accepted = {};", writable.join(" | "))
}
