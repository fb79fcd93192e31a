//! The hardware decoders against the table.

use super::*;
use crate::verilog::generate;

#[test]
fn the_hardware_decodes_the_offsets_of_the_table() {
    let (read, write) = (RegisterRead::default(), RegisterWrite::default());
    let text = generate(&read, "read").unwrap().text() + &generate(&write, "write").unwrap().text();
    for register in REGISTERS {
        let (name, offset) = (register.name, register.offset);
        assert!(text.contains(&format!("12'h{offset:03x}: data = {name};")), "{name}");
        assert!(text.contains(&format!("assign {name} = address == 12'h{offset:03x};")), "{name}");
    }
}

#[test]
fn simulation_decodes_every_address_as_the_table() {
    let (mut read, mut write) = (RegisterRead::default(), RegisterWrite::default());
    read.program_address.next = 0x1234_5678u64.to_bits();
    read.vector_empty.next = 9u64.to_bits();
    for address in 0..1u32 << 12 {
        read.address.next = u64::from(address).to_bits();
        write.address.next = u64::from(address).to_bits();
        assert!(simulate(&mut read, 10) && simulate(&mut write, 10));
        let register = REGISTERS.iter().find(|register| register.offset == address);
        let value = match register.map(|register| register.name) {
            Some("program_address") => 0x1234_5678,
            Some("vector_empty") => 9,
            _ => 0,
        };
        assert_eq!((read.data.val().to_u64(), read.mapped.val()), (value, register.is_some()), "{address:#x}");
        assert_eq!(write.accepted.val(), register.is_some_and(|r| r.access.writable()), "{address:#x}");
        assert_eq!(write.interrupt_pending.val(), register.is_some_and(|r| r.name == "interrupt_pending"));
    }
}

#[test]
fn simulation_packs_and_unpacks_fields_as_the_verilog() {
    let mut word = ArraySizeWord::default();
    word.side.next = 16u64.to_bits();
    word.lanes.next = 4u64.to_bits();
    word.late_softmax.next = true;
    assert!(simulate(&mut word, 10));
    assert_eq!(word.word.val().to_u64(), 0x1_0410);
    let mut fields = ControlFields::default();
    fields.word.next = 2u64.to_bits();
    assert!(simulate(&mut fields, 10));
    assert_eq!((fields.start.val(), fields.abort.val()), (false, true));
}

#[test]
fn fields_lie_where_the_table_says() {
    let word = generate(&StatusWord::default(), "status_word").unwrap().text();
    assert!(word.contains("assign word = {28'd0, variance_saturated, error, done, busy};"), "{word}");
    let word = generate(&ArraySizeWord::default(), "array_size_word").unwrap().text();
    assert!(word.contains("assign word = {15'd0, late_softmax, lanes, side};"), "{word}");
}
