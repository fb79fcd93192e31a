//! The cycle model against the RTL: every instruction's start and retirement, every counter.

mod bench;
mod programs;

use bench::{Bench, timing};
use ibert_compile::cycles::CycleError;
use ibert_compile::{Compiled, Image, Layers, compile};
use ibert_cosim::accelerator::Agreement;
use ibert_golden::encoder::Sequence;
use ibert_golden::model::{IntegerModel, Preset};
use ibert_isa::{BASE, Configuration, Instruction, Load, Matmul, Operation, SMALL, Stop, TINY};
use programs::DATA;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// A complete encoder under memories of several latencies and bandwidths.
fn encoder(configuration: Configuration, tokens: u32) {
    let model = IntegerModel::random(Preset::Tiny.config(), 7).unwrap();
    let sequence = Sequence::new((0..tokens).map(|token| 3 + token).collect());
    let compiled = compile(&model, configuration, &sequence, Layers::All).unwrap();
    let mut bench = Bench::new(configuration, compiled.image.bytes.len());
    for latency in [1, 30, 100, 500] {
        for cycles_per_beat in [1, 2, 3] {
            bench.check(&compiled, timing(latency, latency, cycles_per_beat), "encoder");
        }
    }
}

#[test]
fn every_instruction_of_a_tiny_encoder_starts_and_retires_in_the_predicted_cycle() {
    encoder(TINY, 10);
}

#[test]
fn every_instruction_of_a_small_encoder_starts_and_retires_in_the_predicted_cycle() {
    encoder(SMALL, 21);
}

#[test]
fn every_instruction_of_a_base_encoder_starts_and_retires_in_the_predicted_cycle() {
    encoder(BASE, 37);
}

/// A program behind `data` in memory.
fn compiled(configuration: Configuration, program: Vec<Instruction>, mut data: Vec<u8>) -> Compiled {
    let model = IntegerModel::random(Preset::Tiny.config(), 7).unwrap();
    let template = compile(&model, configuration, &Sequence::new(vec![3]), Layers::ONE).unwrap();
    let (address, length) = (data.len() as u32, program.len());
    data.extend(program.iter().flat_map(|instruction| instruction.encode().unwrap()));
    let image = Image { bytes: data, program: address, length, ..Image::default() };
    Compiled { meanings: vec![None; length], program, image, ..template }
}

/// Random programs, each under a memory of its own.
fn random_programs(configuration: Configuration, seeds: Range<u64>) {
    let mut bench = Bench::new(configuration, 1 << 17);
    let (mut instructions, mut cycles) = (0, 0);
    for seed in seeds {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let program = programs::program(&mut rng, &configuration);
        let mut data = vec![0; DATA as usize];
        rng.fill(&mut data[..]);
        // The program begins anywhere within 256 bytes.
        data.resize(DATA as usize + 32 * rng.random_range(0..9), 0);
        instructions += program.len();
        let compiled = compiled(configuration, program, data);
        let mut latency = || [1, 2, 3, 10, 30, 100, 500][rng.random_range(0..7)];
        let timing = timing(latency(), latency(), rng.random_range(1..5));
        cycles += bench.check(&compiled, timing, &format!("program of seed {seed}")).0.cycles;
    }
    println!("{}: {instructions} instructions, {cycles} cycles, 0 mismatches", configuration.name);
}

#[test]
fn random_programs_start_and_retire_in_the_predicted_cycles_on_tiny() {
    random_programs(TINY, 0..700);
}

#[test]
fn random_programs_start_and_retire_in_the_predicted_cycles_on_small() {
    random_programs(SMALL, 1000..1500);
}

#[test]
fn a_deadlock_is_foreseen_at_the_instruction_that_the_hardware_names() {
    let matmul = Operation::Matmul(Matmul { depth: 5, tiles: 2, ..Matmul::default() });
    let load = Operation::Load(Load { count: 4, ..Load::default() });
    // The second load takes what the first one posts, before the matmul.
    let program = [(0, 1, load), (1, 2, matmul), (1, 0, load), (2, 0, matmul)];
    let program = program.map(|(wait, post, operation)| Instruction { wait, post, operation });
    let compiled = compiled(TINY, program.to_vec(), vec![0; 64]);
    let (error, stopped) = Bench::new(TINY, 1 << 10).failures(&compiled, timing(7, 7, 1));
    assert!(matches!(error, CycleError::Deadlock { index: 1, .. }), "{error}");
    assert_eq!(stopped, (Stop::Deadlock, 1));
}

#[test]
fn a_semaphore_that_passes_255_is_foreseen_at_the_instruction_that_the_hardware_names() {
    let matmul = Operation::Matmul(Matmul { depth: 1, tiles: 1, ..Matmul::default() });
    let program = vec![Instruction { wait: 0, post: 1 << 9, operation: matmul }; 300];
    let compiled = compiled(TINY, program, vec![0; 64]);
    let (error, stopped) = Bench::new(TINY, 1 << 14).failures(&compiled, timing(7, 7, 1));
    assert!(matches!(error, CycleError::SemaphoreOverflow { index: 255, .. }), "{error}");
    assert_eq!(stopped, (Stop::SemaphoreOverflow, 255));
}

#[test]
fn a_mismatch_is_shown_with_both_traces_around_it() {
    let load = Operation::Load(Load { count: 4, ..Load::default() });
    let program = vec![Instruction { wait: 0, post: 0, operation: load }; 30];
    let compiled = compiled(TINY, program, vec![0; 64]);
    let (prediction, observed) = Bench::new(TINY, 1 << 12).check(&compiled, timing(7, 7, 1), "loads");
    let mut wrong = prediction.clone();
    wrong.times[12].retired += 1;
    wrong.times[20].granted += 3;
    let agreement = Agreement::new(&compiled.program, &wrong, &observed);
    assert_eq!((agreement.mismatches, &agreement.counters), (2, &None));
    let text = agreement.first.unwrap();
    let (predicted, seen) = (wrong.times[12].retired, prediction.times[12].retired);
    let line = text.lines().find(|line| line.starts_with("*     12  ")).expect(&text);
    assert!(line.contains(&format!(" {predicted} ")) && line.contains(&format!(" {seen} ")), "{text}");
    // Eight on either side, all but one equal.
    assert_eq!(text.lines().filter(|line| line.contains("load")).count(), 17, "{text}");
    assert_eq!(text.matches("\n*").count(), 2, "{text}");
    wrong = prediction.clone();
    wrong.engines[0].busy -= 1;
    let agreement = Agreement::new(&compiled.program, &wrong, &observed);
    assert!(agreement.mismatches == 0 && !agreement.is_exact(), "{agreement:?}");
}
