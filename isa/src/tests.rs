//! Compares encodings with bits placed by hand, and checks what is refused and how instructions are listed.

use super::*;
use proptest::prelude::*;

/// The little-endian word with each `value` at bit `low`, computed by shifts, independently of the fields' own encoder.
fn shifted(values: &[(usize, usize, i64)]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (low, width, value) in values {
        for bit in 0..*width {
            bytes[(low + bit) / 8] |= ((value >> bit & 1) as u8) << ((low + bit) % 8);
        }
    }
    bytes
}

fn operation(opcode: Opcode, bytes: &[u8]) -> Operation {
    match opcode {
        Opcode::Load => Operation::Load(Load::decode(bytes).unwrap()),
        Opcode::Store => Operation::Store(Store::decode(bytes).unwrap()),
        Opcode::Matmul => Operation::Matmul(Matmul::decode(bytes).unwrap()),
        Opcode::Vector => Operation::Vector(Vector::decode(bytes).unwrap()),
    }
}

proptest! {
    #[test]
    fn an_instruction_is_its_fields_shifted_into_place(
        opcode in proptest::sample::select(Opcode::ALL.to_vec()),
        wait: u16,
        post: u16,
        seeds in proptest::collection::vec(any::<u64>(), 16),
    ) {
        let mut values = vec![(0, 4, opcode as i64), (16, 16, wait.into()), (32, 16, post.into())];
        for (field, seed) in opcode.fields().iter().zip(seeds) {
            let any = (seed >> (64 - field.width)) as i64;
            let codes = field.codes.len() as i64;
            values.push((field.low, field.width, if codes == 0 { any } else { any % codes }));
        }
        let bytes = shifted(&values);
        let instruction = Instruction { wait, post, operation: operation(opcode, &bytes) };
        prop_assert_eq!(instruction.encode().unwrap(), bytes);
        prop_assert_eq!(Instruction::decode(&bytes).unwrap(), instruction);
    }

    #[test]
    fn signed_fields_keep_their_sign(bias in -(1i64 << 39)..1 << 39, m in -(1i64 << 31)..=1 << 31, e in 0u64..64) {
        let channel = Channel { bias, m, e };
        let mut bytes = [0; CONSTANT_BYTES];
        channel.encode(&mut bytes).unwrap();
        prop_assert_eq!(Channel::decode(&bytes), channel);
        prop_assert_eq!(bytes, shifted(&[(0, 40, bias), (40, 33, m), (73, 6, e as i64)]));
    }
}

#[test]
fn words_of_k_carry_the_extremes_of_the_width_table() {
    let wide = Channel { bias: -(1 << 39), m: 1 << 31, e: 62 };
    wide.encode(&mut [0; 32]).unwrap();
    let beyond = Channel { bias: 1 << 39, ..wide }.encode(&mut [0; 32]).unwrap_err();
    assert_eq!(beyond.to_string(), "bias = 549755813888: 40 bits hold -549755813888..=549755813887");
    let gelu = GeluChannel { b: -(1 << 16), c: (1 << 33) - 1, shift: -(1 << 20) };
    let mut bytes = [0; 32];
    wide.encode(&mut bytes).unwrap();
    gelu.encode(&mut bytes).unwrap();
    assert_eq!((Channel::decode(&bytes), GeluChannel::decode(&bytes)), (wide, gelu));
}

#[test]
fn every_reserved_bit_is_refused() {
    for opcode in Opcode::ALL {
        let legal = shifted(&[(0, 4, opcode as i64)]);
        assert!(Instruction::decode(&legal).is_ok());
        let reserved: Vec<usize> = opcode.reserved().into_iter().flat_map(|(low, high)| low..=high).collect();
        let fields = Common::FIELDS.iter().chain(opcode.fields()).map(|field| field.width).sum::<usize>();
        assert_eq!(reserved.len() + fields, 256, "{opcode:?}");
        for bit in reserved {
            let mut bytes = legal;
            bytes[bit / 8] |= 1 << (bit % 8);
            assert_eq!(Instruction::decode(&bytes), Err(DecodeError::Reserved { opcode, bit }));
        }
    }
    for opcode in [0, 5, 15] {
        assert_eq!(Instruction::decode(&shifted(&[(0, 4, opcode)])), Err(DecodeError::Opcode(opcode as u64)));
    }
}

#[test]
fn a_listing_is_for_people() {
    let load = Load { dram: 0x1000, address: 16, count: 384, memory: Memory::B };
    let matmul = Matmul { a: 5, b: 16, depth: 384, tiles: 2, a_stride: 384, unsigned_left: true, ..Matmul::default() };
    let lines = [Operation::Load(load), Operation::Matmul(matmul)]
        .map(|operation| Instruction { wait: 0b101, post: 0x8000, operation }.to_string());
    insta::assert_snapshot!(lines.join("\n"), @r"
    load   dram=0x1000 address=16 count=384 B wait:0 wait:2 post:15
    matmul a=5 b=16 c=0 depth=384 tiles=2 a_stride=384 b_stride=0 unsigned_left wait:0 wait:2 post:15
    ");
}

#[test]
fn every_code_of_an_instruction_is_a_value_and_all_others_are_refused_with_those_that_are_legal() {
    let at =
        |opcode: Opcode, low: usize, code: i64| Instruction::decode(&shifted(&[(0, 4, opcode as i64), (low, 3, code)]));
    for opcode in [Opcode::Load, Opcode::Store] {
        for (code, memory) in [(0, Memory::A), (1, Memory::B), (2, Memory::R), (3, Memory::K)] {
            let (Operation::Load(Load { memory: got, .. }) | Operation::Store(Store { memory: got, .. })) =
                at(opcode, 128, code).unwrap().operation
            else {
                panic!("a transfer")
            };
            assert_eq!(got, memory);
        }
        for code in 4..8 {
            let refusal = at(opcode, 128, code).unwrap_err();
            assert_eq!(refusal.to_string(), format!("memory = {code} is illegal; legal codes are 0 A, 1 B, 2 R, 3 K"));
            assert_eq!(refusal.stop(), Stop::IllegalOperand);
        }
    }
    for (code, operation) in VectorOperation::ALL.into_iter().enumerate() {
        let Operation::Vector(vector) = at(Opcode::Vector, 104, code as i64).unwrap().operation else {
            panic!("a vector")
        };
        assert_eq!((vector.operation, operation as usize), (operation, code));
    }
    insta::assert_snapshot!(
        at(Opcode::Vector, 104, 7).unwrap_err(),
        @"operation = 7 is illegal; legal codes are 0 requantize, 1 gelu, 2 join, 3 softmax, 4 layernorm, 5 late_softmax, 6 normalize"
    );
}

#[test]
fn a_memory_that_no_transfer_moves_has_no_code() {
    for memory in [Memory::C, Memory::Y] {
        let instruction =
            Instruction { wait: 0, post: 0, operation: Operation::Load(Load { memory, ..Load::default() }) };
        let refusal = instruction.encode().unwrap_err();
        assert_eq!(refusal.to_string(), format!("memory = {} has no code; it is one of A, B, R, K", memory.name()));
        assert_eq!(instruction.to_string(), format!("load   dram=0x0 address=0 count=0 {}", memory.name()));
    }
}
