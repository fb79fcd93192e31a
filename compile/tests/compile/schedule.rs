//! Compiled programs on the instruction-level model of the accelerator: every value that an engine writes is compared
//! with the golden encoder.

use ibert_compile::cycles::{MemoryTiming, predict};
use ibert_compile::machine::{Machine, Order};
use ibert_compile::scoreboard::Scoreboard;
use ibert_compile::{Choices, Compiled, Layers, ScheduleError, compile, compile_with, layer_work, optimize};
use ibert_golden::encoder::{Encoder, Sequence};
use ibert_golden::model::{IntegerModel, ModelConfig, Preset};
use ibert_isa::{CONFIGURATIONS, Configuration, Instruction, LARGE, Load, Memory, Operation, SMALL, Stop, TINY};

/// A small encoder with two heads, in which every size is a multiple of 32.
fn small_config(chained: bool) -> ModelConfig {
    let (residual_bits, chained_requant) = if chained { (8, true) } else { (16, false) };
    ModelConfig { residual_bits, chained_requant, layers: 2, ..Preset::Tiny.config() }
}

fn sequence(model: &IntegerModel, tokens: usize, seed: u64) -> Sequence {
    let vocab = model.config.vocab as u64;
    // Arbitrary ids, without RoBERTa's padding id.
    let ids = (0..tokens as u64).map(|token| (2 + (token * token * 7 + token * 3 + seed * 11) % (vocab - 2)) as u32);
    Sequence::new(ids.collect())
}

/// Runs a program. Panics unless every element of every tensor was written and is equal to the golden encoder's, and so
/// is the result.
#[track_caller]
fn equal(model: &IntegerModel, sequence: &Sequence, compiled: &Compiled, order: Order) -> usize {
    let mut scoreboard = Scoreboard::new(model, compiled, sequence).unwrap();
    let mut machine = Machine::new(compiled.configuration, compiled.image.bytes.clone());
    let image = &compiled.image;
    machine.run(image.program, image.length, order, &mut scoreboard).unwrap();
    assert_eq!(scoreboard.first, None);
    assert_eq!(scoreboard.different(), 0, "{:?}", scoreboard.tensors);
    assert!(scoreboard.tensors.values().all(|tally| tally.elements > 0 && tally.values == tally.elements));
    let hidden = compiled.hidden(&machine.dram);
    assert_eq!(hidden, Encoder::new(model).run(sequence).unwrap().values);
    scoreboard.values()
}

fn check(model: &IntegerModel, configuration: Configuration, sequence: &Sequence, order: Order) -> usize {
    let compiled = compile(model, configuration, sequence, Layers::All).unwrap();
    equal(model, sequence, &compiled, order)
}

#[test]
fn every_tensor_of_a_random_encoder_is_equal_in_every_configuration() {
    for chained in [false, true] {
        let model = IntegerModel::random(small_config(chained), 3).unwrap();
        for configuration in CONFIGURATIONS {
            let sequence = sequence(&model, 21, 1);
            assert!(check(&model, configuration, &sequence, Order::Program) > 50_000);
        }
    }
}

/// A load counts for the layer that reads it, even if it overlaps with the products of the previous layer. Layers
/// therefore differ only by the tokens that the first layer loads.
#[test]
fn the_work_of_layers_is_theirs() {
    let model = IntegerModel::random(small_config(false), 3).unwrap();
    let compiled = compile(&model, TINY, &sequence(&model, 33, 1), Layers::All).unwrap();
    let timing = MemoryTiming::TYPICAL;
    let work = layer_work(&compiled, timing);
    // Operands and residuals of nine token tiles of 64 channels in words of 4 and 8 bytes, the mask's 33 words of 32
    // bytes, and the instructions that load them.
    let (tokens, more) = (9 * 64 + 9 * 64 * 2 + 33 * 8, work[0].read - work[1].read);
    assert!((tokens..tokens + 8 * (9 + 9 + 1 + 4)).contains(&more), "{work:?} {tokens}");
    let beats = |index: usize| match &compiled.program[index].operation {
        Operation::Load(Load { count, memory: Memory::A | Memory::B, .. }) => *count,
        Operation::Load(Load { count, memory: Memory::R, .. }) => 2 * count,
        Operation::Load(Load { count, memory: Memory::K, .. }) => 8 * count,
        _ => 0,
    };
    let all: u64 = (0..compiled.program.len()).map(beats).sum();
    assert_eq!(work[0].read + work[1].read, all + 8 * compiled.program.len() as u64);
    // A bus at a third of the speed takes three times the cycles.
    let slower = layer_work(&compiled, MemoryTiming { cycles_per_beat: 3, ..timing });
    assert_eq!(slower[1].read, 3 * work[1].read);
    assert_eq!((slower[1].matrix, slower[1].limit()), (work[1].matrix, "read"));
}

#[test]
fn sequences_of_any_length_and_masks_are_equal() {
    let model = IntegerModel::random(small_config(false), 5).unwrap();
    for tokens in [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33] {
        let mut sequence = sequence(&model, tokens, 2);
        check(&model, TINY, &sequence, Order::Program);
        sequence.mask = (0..tokens).map(|token| token == 0 || token * 3 % 7 < 4).collect();
        check(&model, SMALL, &sequence, Order::Program);
    }
}

#[test]
fn no_order_that_semaphores_allow_changes_a_bit() {
    let model = IntegerModel::random(small_config(true), 7).unwrap();
    for configuration in [TINY, SMALL, LARGE] {
        let sequence = sequence(&model, 18, 3);
        let compiled = compile(&model, configuration, &sequence, Layers::All).unwrap();
        for seed in 0..12 {
            equal(&model, &sequence, &compiled, Order::Random { seed });
        }
    }
}

/// All decisions of the scheduler give bit-exact results, in any order that the semaphores allow.
#[test]
fn no_choice_changes_a_bit() {
    for seed in 0..40 {
        let model = IntegerModel::random(small_config(seed % 3 == 0), seed).unwrap();
        let configuration = CONFIGURATIONS[seed as usize % 4];
        let tokens = 1 + seed as usize * 7 % 40;
        let sequence = sequence(&model, tokens, seed);
        let choices = Choices::random(seed, tokens.div_ceil(configuration.side));
        let compiled = compile_with(&model, configuration, &sequence, Layers::All, &choices).unwrap();
        equal(&model, &sequence, &compiled, Order::Random { seed });
    }
}

/// Optimized decisions depend on the memory timing, also for encoders with more layers than the optimizer compiles, and
/// the results stay bit-exact.
#[test]
fn decisions_are_made_for_the_memory() {
    let model = IntegerModel::random(ModelConfig { layers: 5, ..small_config(false) }, 3).unwrap();
    let sequence = sequence(&model, 48, 2);
    let slow = MemoryTiming { cycles_per_beat: 6, ..MemoryTiming::TYPICAL };
    let cycles = |timing, made_for| {
        let choices = optimize(&model, SMALL, &sequence, Layers::All, made_for).unwrap();
        let compiled = compile_with(&model, SMALL, &sequence, Layers::All, &choices).unwrap();
        equal(&model, &sequence, &compiled, Order::Program);
        predict(&compiled.program, compiled.image.program, &SMALL, timing).unwrap().cycles
    };
    assert!(cycles(slow, slow) < cycles(slow, MemoryTiming::TYPICAL));
    assert!(cycles(MemoryTiming::TYPICAL, MemoryTiming::TYPICAL) <= cycles(MemoryTiming::TYPICAL, slow));
}

#[test]
fn a_lost_semaphore_is_found_by_some_order() {
    let model = IntegerModel::random(small_config(false), 7).unwrap();
    let sequence = sequence(&model, 18, 3);
    let mut compiled = compile(&model, TINY, &sequence, Layers::ONE).unwrap();
    // No instruction waits for loads, or for reads of the vector engine.
    for instruction in &mut compiled.program {
        (instruction.wait, instruction.post) = (0, 0);
    }
    let at = compiled.image.program as usize;
    let program: Vec<u8> = compiled.program.iter().flat_map(|instruction| instruction.encode().unwrap()).collect();
    compiled.image.bytes[at..at + program.len()].copy_from_slice(&program);
    let differs = |seed| {
        let mut scoreboard = Scoreboard::new(&model, &compiled, &sequence).unwrap();
        let mut machine = Machine::new(TINY, compiled.image.bytes.clone());
        let image = &compiled.image;
        let ended = machine.run(image.program, image.length, Order::Random { seed }, &mut scoreboard);
        ended.is_err() || scoreboard.different() > 0
    };
    assert!((0..4).all(differs));
}

#[test]
fn what_does_not_fit_is_refused_with_memory_and_bytes() {
    let model = IntegerModel::random(Preset::MiniLm.config(), 1).unwrap();
    let refusal = compile(&model, TINY, &sequence(&model, 40, 1), Layers::ONE).unwrap_err();
    insta::assert_snapshot!(
        refusal,
        @"memory A of configuration tiny (16384 bytes) is 17056 bytes too small for layer input, and context, \
         queries and probabilities or activation of 40 tokens; it takes up to 16 tokens of this model, \
         configuration small takes these"
    );
    let model = IntegerModel::random(ModelConfig { heads: 4, ..small_config(false) }, 1).unwrap();
    let refusal = compile(&model, LARGE, &sequence(&model, 5, 1), Layers::ONE).unwrap_err();
    assert!(matches!(refusal, ScheduleError::NotAMultiple { what: "channels of a head", value: 16, side: 32, .. }));
    insta::assert_snapshot!(
        refusal,
        @"channels of a head = 16 is not a multiple of 32, the array side of configuration large; choose a \
         smaller configuration"
    );
}

#[test]
fn bad_programs_stop_with_their_code_and_index() {
    let run = |bytes: Vec<u8>, length| Machine::new(TINY, bytes).run(0, length, Order::Program, &mut ()).unwrap_err();
    assert_eq!((run(vec![0; 64], 0).stop, run(vec![0; 64], 0).index), (Stop::EmptyProgram, 0));
    assert_eq!((run(vec![0; 64], 1).stop, run(vec![0; 64], 1).index), (Stop::IllegalOpcode, 0));
    // The engine refuses a code without a meaning only after earlier instructions have run: here the first load is out
    // of range.
    let load = |address| Operation::Load(Load { dram: 64, address, count: 1, memory: Memory::A });
    let program = |addresses: [u64; 2]| -> Vec<u8> {
        let instructions = addresses.map(|address| Instruction { wait: 0, post: 0, operation: load(address) });
        let mut bytes: Vec<u8> = instructions.iter().flat_map(|instruction| instruction.encode().unwrap()).collect();
        bytes[32 + 128 / 8] = 5;
        bytes.resize(96, 0);
        bytes
    };
    assert_eq!((run(program([0, 0]), 2).stop, run(program([0, 0]), 2).index), (Stop::IllegalOperand, 1));
    assert_eq!((run(program([9999, 0]), 2).stop, run(program([9999, 0]), 2).index), (Stop::AddressRange, 0));
}

/// Output of each stage for an encoder that fits on a page. Review changes, then accept them with `INSTA_UPDATE=always
/// cargo test --test schedule stages`.
#[test]
fn stages_of_a_small_encoder() {
    let config = ModelConfig { hidden: 8, heads: 2, ffn: 8, layers: 1, ..Preset::Tiny.config() };
    let model = IntegerModel::random(config, 2).unwrap();
    let compiled = compile(&model, TINY, &sequence(&model, 6, 1), Layers::All).unwrap();
    insta::assert_debug_snapshot!("plan", compiled.plan);
    insta::assert_snapshot!("program", compiled.listing(None));
    let image = &compiled.image;
    let at = image.program as usize;
    let encoded = image.bytes[at..].chunks_exact(32).take(image.length).map(|instruction| {
        let words = instruction.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
        words.map(|word| format!("{word:08x}")).collect::<Vec<_>>().join(" ")
    });
    let places = format!("program {at:#x}, hidden {:#x}, {} bytes", image.hidden, image.bytes.len());
    insta::assert_snapshot!("encoded", format!("{places}\n{}", encoded.collect::<Vec<_>>().join("\n")));
}
