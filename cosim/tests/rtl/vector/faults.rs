//! What the engine refuses, and that it works again afterwards; halt and reset at any moment.

use super::bench::{Bench, Design, Driven, Memories, predicted};
use super::expected::execute;
use super::stimulus::{Wish, instruction, memories, program, rng};
use super::{SMALL, compare};
use ibert_isa::timing::vector::RECIPROCALS;
use ibert_isa::{Stop, Vector, VectorOperation};
use rand::Rng;

/// Cycles in which every instruction of these tests has come to its end.
const PATIENCE: u64 = 20_000;

/// An instruction that the engine refuses. Its operation may have a code that stands for nothing, in place of the one
/// in `vector`.
#[derive(Debug, Clone, Copy)]
struct Faulty {
    vector: Vector,
    code: Option<u8>,
}

impl From<Vector> for Faulty {
    fn from(vector: Vector) -> Self {
        Faulty { vector, code: None }
    }
}

/// Gives instructions until the fault; its code. Counts what retires before it, and sees that nothing is written or
/// told after it.
fn until_fault(bench: &mut Bench<'_>, program: &[Faulty]) -> (u64, usize) {
    let (mut next, mut retired) = (0, 0);
    let driven = |next: usize| {
        let given: Option<&Faulty> = program.get(next);
        Driven {
            instruction: given.map(|given| &given.vector),
            operation_code: given.and_then(|given| given.code),
            ..Driven::default()
        }
    };
    for _ in 0..PATIENCE {
        let seen = bench.step(driven(next));
        next += usize::from(seen.ready && next < program.len());
        retired += usize::from(seen.retire);
        if let Some(code) = seen.fault {
            for _ in 0..300 {
                let seen = bench.step(driven(next));
                assert!(seen.idle && !seen.ready && !seen.retire && !seen.wrote, "after the fault: {seen:?}");
                assert_eq!(seen.fault, None, "a fault is told once");
            }
            return (code, retired);
        }
    }
    panic!("no fault from {program:#?}");
}

/// After `clear`, the engine does what a fresh one does.
fn works_again(bench: &mut Bench<'_>, design: &Design, seed: u64) {
    bench.step(Driven { clear: true, ..Driven::default() });
    let program = program(&mut rng(seed), design, 4, 40);
    let mut expected = bench.memories.clone();
    program.iter().for_each(|instruction| {
        execute(instruction, &mut expected, design.lanes);
    });
    let origin = bench.cycle;
    let trace = bench.run(&program, || 0);
    compare(&bench.memories, &expected, &program);
    assert_eq!(trace, predicted(&program, design.lanes, origin, || 0));
}

/// Two legal instructions, the faulty one, and one that must never begin. What the faulty one may have written is in
/// `allowed`.
fn refused(seed: u64, faulty: impl Into<Faulty>, stop: Stop, allowed: Option<&Vector>) {
    let given = faulty.into();
    let faulty = &given.vector;
    let design = &*SMALL;
    let mut random = rng(seed);
    let mut memories = memories(&mut random, design);
    if faulty.operation == VectorOperation::Normalize {
        // The reciprocals are unknown, and 0 divided by anything is 0.
        memories.c.iter_mut().for_each(|word| word.fill(0));
    }
    let wish = Wish { operation: faulty.operation, tiles: 2, groups: 2, steps: 5 };
    let older = [instruction(&mut random, design, wish), instruction(&mut random, design, wish)];
    // The same parameters, so that the faulty one is looked at while older ones are under way.
    let older = older.map(|older| Vector { parameters: faulty.parameters % 2048, ..older });
    let mut after_older = memories.clone();
    for instruction in &older {
        execute(instruction, &mut after_older, design.lanes);
    }
    let mut after_all = after_older.clone();
    if let Some(allowed) = allowed {
        execute(allowed, &mut after_all, design.lanes);
    }
    let mut bench = Bench::new(design, memories, seed as u32);
    let (code, retired) = until_fault(&mut bench, &[older[0].into(), older[1].into(), given, older[0].into()]);
    assert_eq!((Stop::from_code(code), retired), (Some(stop), 2), "{given:#?}");
    within(&bench.memories, &after_older, &after_all, faulty);
    works_again(&mut bench, design, seed + 1);
}

/// Every value is one or the other.
fn within(got: &Memories, before: &Memories, after: &Memories, faulty: &Vector) {
    let all = |memories: &Memories| [memories.a.clone(), memories.b.clone(), memories.r.clone(), memories.y.clone()];
    for (name, ((got, before), after)) in "ABRY".chars().zip(all(got).iter().zip(all(before)).zip(all(after))) {
        for (word, got) in got.iter().enumerate() {
            let fits = got.iter().zip(&before[word]).zip(&after[word]).all(|((got, a), b)| got == a || got == b);
            assert!(fits, "{name}[{word}] = {got:?} after {faulty:#?}");
        }
    }
}

fn legal(seed: u64, operation: VectorOperation) -> Vector {
    let wish = Wish { operation, tiles: 1, groups: 2, steps: 40 };
    Vector { to_b: false, constants_per_lane: false, ..instruction(&mut rng(seed), &SMALL, wish) }
}

#[test]
fn illegal_operands_stop_the_engine_with_their_code_and_older_instructions_retire_first() {
    let change = |operation: VectorOperation, change: fn(&mut Vector)| {
        let mut faulty = legal(operation as u64, operation);
        change(&mut faulty);
        Faulty::from(faulty)
    };
    let coded = |operation: VectorOperation, code| Faulty { code: Some(code), ..change(operation, |_| {}) };
    let faulty = [
        change(VectorOperation::Requantize, |v| v.steps = 0),
        change(VectorOperation::Gelu, |v| v.tiles = 0),
        change(VectorOperation::Join, |v| v.groups = 0),
        change(VectorOperation::Join, |v| v.groups = 3),
        change(VectorOperation::LateSoftmax, |v| v.groups = 255),
        coded(VectorOperation::Layernorm, VectorOperation::Softmax as u8),
        coded(VectorOperation::LateSoftmax, 7),
        change(VectorOperation::Gelu, |v| v.to_b = true),
        change(VectorOperation::Join, |v| v.to_b = true),
        change(VectorOperation::LateSoftmax, |v| v.to_b = true),
        change(VectorOperation::Normalize, |v| v.to_b = true),
        change(VectorOperation::Normalize, |v| v.constants_per_lane = true),
        change(VectorOperation::Layernorm, |v| v.to_b = true),
        change(VectorOperation::Gelu, |v| v.constants_per_lane = true),
        change(VectorOperation::Layernorm, |v| v.constants_per_lane = true),
        change(VectorOperation::LateSoftmax, |v| v.steps = 1025),
        change(VectorOperation::Layernorm, |v| v.steps = 65535),
    ];
    for (seed, faulty) in faulty.into_iter().enumerate() {
        refused(seed as u64, faulty, Stop::IllegalOperand, None);
    }
}

/// `legal`, moved so that its first `inside` steps are within 2048 words.
fn leaving(operation: VectorOperation, inside: u64, address: fn(&mut Vector) -> &mut u64) -> (Vector, Vector) {
    let mut faulty = legal(operation as u64, operation);
    *address(&mut faulty) = 2048 - inside;
    // The part that may have been done. Rows of the row operations are done whole or not at all.
    let rows = operation.by_rows();
    let done = Vector { steps: inside.max(1), groups: if rows { 0 } else { 2 }, ..faulty };
    (faulty, done)
}

#[test]
fn an_address_beyond_its_memory_stops_the_engine_before_the_access() {
    type Address = fn(&mut Vector) -> &mut u64;
    let (source, destination, residual, constant): (Address, Address, Address, Address) =
        (|v| &mut v.source, |v| &mut v.destination, |v| &mut v.residual, |v| &mut v.constant);
    let cases = [
        (VectorOperation::Requantize, source),
        (VectorOperation::Requantize, constant),
        (VectorOperation::Requantize, destination),
        (VectorOperation::Gelu, source),
        (VectorOperation::Join, residual),
        (VectorOperation::Join, destination),
        (VectorOperation::LateSoftmax, constant),
        (VectorOperation::LateSoftmax, destination),
        (VectorOperation::Normalize, constant),
        (VectorOperation::Layernorm, source),
        (VectorOperation::Layernorm, residual),
        (VectorOperation::Layernorm, constant),
    ];
    for (index, (operation, address)) in cases.into_iter().enumerate() {
        for inside in [1, 2, 39] {
            let (faulty, done) = leaving(operation, inside, address);
            refused(index as u64 * 100 + inside, faulty, Stop::AddressRange, Some(&done));
        }
    }
}

#[test]
fn every_other_way_out_of_a_memory_is_seen_too() {
    let mut beyond = legal(1, VectorOperation::Gelu);
    beyond.parameters = 2048;
    refused(1, beyond, Stop::AddressRange, None);
    let mut far = legal(2, VectorOperation::Requantize);
    far.source = 65535;
    refused(2, far, Stop::AddressRange, None);
    // B and constants of lanes.
    let to_b = Vector { to_b: true, destination: 2040, ..legal(3, VectorOperation::Requantize) };
    let done = Vector { steps: 8, ..to_b };
    refused(3, to_b, Stop::AddressRange, Some(&done));
    let per_lane = Vector { constants_per_lane: true, constant: 2045, ..legal(4, VectorOperation::Requantize) };
    refused(4, per_lane, Stop::AddressRange, Some(&Vector { groups: 1, ..per_lane }));
    // A later tile: 2 · 1000 + 47 is the last word, 3000 is not.
    let strided = Vector { tiles: 4, source: 0, source_stride: 1000, ..legal(5, VectorOperation::Requantize) };
    let strided = Vector { destination: 0, stride: 100, constant_stride: 0, ..strided };
    refused(5, strided, Stop::AddressRange, Some(&Vector { tiles: 3, ..strided }));
}

#[test]
fn the_last_word_of_every_memory_is_within_it() {
    let design = &*SMALL;
    for &operation in &design.operations {
        let residual = if operation.is_late() { RECIPROCALS as u64 - 2 } else { 2008 };
        let mut last = Vector { source: 2008, destination: 2008, residual, ..legal(operation as u64, operation) };
        if operation != VectorOperation::Gelu {
            last.constant = 2008;
        }
        super::check(design, operation as u64, &[last], 0);
    }
}

#[test]
fn halt_at_any_moment_ends_all_writes_and_clear_makes_the_engine_new() {
    stopped_at_any_moment(Driven { halt: true, ..Driven::default() });
}

#[test]
fn reset_at_any_moment_ends_all_writes_and_makes_the_engine_new() {
    stopped_at_any_moment(Driven { reset: true, ..Driven::default() });
}

fn stopped_at_any_moment(stop: Driven<'_>) {
    let design = &*SMALL;
    for seed in 0..40 {
        let mut random = rng(seed);
        let memories = memories(&mut random, design);
        let program = program(&mut random, design, 6, 60);
        let mut bench = Bench::new(design, memories, seed as u32);
        let mut next = 0;
        for _ in 0..random.random_range(1..700) {
            let seen = bench.step(Driven { instruction: program.get(next), ..Driven::default() });
            next += usize::from(seen.ready && next < program.len());
        }
        bench.step(stop);
        for _ in 0..200 {
            let seen = bench.step(Driven::default());
            assert!(seen.idle && !seen.wrote && !seen.retire && seen.fault.is_none(), "seed {seed}: {seen:?}");
            assert_eq!(seen.ready, stop.reset, "seed {seed}");
        }
        works_again(&mut bench, design, seed + 100);
    }
}
