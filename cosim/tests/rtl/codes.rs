//! Instructions with codes that stand for nothing, which no encoder writes.

use ibert_isa::{INSTRUCTION_BYTES, Opcode};

/// Overwrites a field of an encoded instruction that lies within a byte.
pub(crate) fn put_code(bytes: &mut [u8; INSTRUCTION_BYTES], opcode: Opcode, name: &str, code: u8) {
    let field = opcode.fields().iter().find(|field| field.name == name).unwrap();
    let (byte, bit) = (&mut bytes[field.low / 8], field.low % 8);
    assert!(bit + field.width <= 8 && code < 1 << field.width, "{name} = {code}");
    let mask = ((1 << field.width) - 1) << bit;
    *byte = *byte & !mask | code << bit;
}
