//! Which instructions are legal, against the decoder in software.

use ibert_cosim::units::source;
use ibert_hdl::control::InstructionCheck;
use ibert_hdl::verilog::generate;
use ibert_isa::{DecodeError, Instruction, Opcode, Stop};
use ibert_sim::{BuildOptions, Library, Stimulus};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rust_hdl::core::prelude::*;

#[test]
fn every_opcode_and_every_bit_is_judged_as_by_the_software_decoder() {
    let design = generate(&InstructionCheck::default(), "instruction_check").unwrap();
    let library = Library::build(&source(&design), &BuildOptions::default()).unwrap();
    let port = |name| library.port(name).unwrap();
    let mut stimulus = Stimulus::new(&library, &["instruction"], &["engine", "code"]).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut instructions: Vec<[u8; 32]> = vec![];
    for opcode in 0..16_u8 {
        // Each bit alone, then random words whose reserved bits are mostly 0.
        instructions.extend((4..256).map(|bit| {
            let mut bytes = [0; 32];
            bytes[0] = opcode;
            bytes[bit / 8] |= 1 << (bit % 8);
            bytes
        }));
        let known = Opcode::ALL.into_iter().find(|known| *known as u8 == opcode);
        for _ in 0..200 {
            let mut bytes: [u8; 32] = rng.random();
            bytes[0] = bytes[0] & 0xf0 | opcode;
            if rng.random_ratio(3, 4) {
                let reserved = known.into_iter().flat_map(Opcode::reserved).flat_map(|(low, high)| low..=high);
                reserved.for_each(|bit| bytes[bit / 8] &= !(1 << (bit % 8)));
            }
            instructions.push(bytes);
        }
    }
    for bytes in &instructions {
        let words: Vec<u32> = bytes.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
        stimulus.cycle().set_wide(port("instruction"), &words);
    }
    let responses = library.instance().unwrap().drive(&stimulus).unwrap();
    let mut native = InstructionCheck::default();
    let mut seen = [0; 3];
    for (row, bytes) in instructions.iter().enumerate() {
        let (code, engine) = match Instruction::decode(bytes) {
            Ok(instruction) => (0, instruction.operation.opcode() as u64),
            // Codes of operands are judged by the engines.
            Err(DecodeError::Code { .. }) => (0, u64::from(bytes[0] & 0xf)),
            Err(DecodeError::Opcode(_)) => (Stop::IllegalOpcode as u64, 0),
            Err(DecodeError::Reserved { opcode, .. }) => (Stop::ReservedBits as u64, opcode as u64),
        };
        let engine = Opcode::ALL.iter().position(|known| *known as u64 == engine).map_or(0, |place| 1 << place);
        let got = (responses.get(row, port("code")), responses.get(row, port("engine")));
        assert_eq!(got, (code, engine), "{bytes:02x?}");
        native.instruction.next =
            bytes.iter().rev().fold(Bits::default(), |word: Bits<256>, byte| word << 8 | u64::from(*byte));
        assert!(simulate(&mut native, 10));
        let got = (native.code.val().to_u64(), native.engine.val().to_u64());
        assert_eq!(got, (code, engine), "rust-hdl's simulation of {bytes:02x?}");
        seen[code.saturating_sub(1) as usize % 3] += 1;
    }
    assert!(seen.iter().all(|count| *count > 500), "legal, illegal opcode, reserved bits: {seen:?}");
}
