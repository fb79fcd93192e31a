//! The vector engine in Verilator: every operation against the golden operators, every cycle against the closed
//! formulas.

mod bench;
mod expected;
mod faults;
mod lint;
mod stimulus;

use bench::{Bench, Design, Memories, Trace, predicted};
use expected::execute;
use ibert_hdl::vector::{VectorEngine, VectorEngineBase};
use ibert_isa::{BASE, SoftmaxForm, Vector, VectorOperation};
use rand::Rng;
use std::sync::LazyLock;
use stimulus::{Wish, instruction, memories, prepared, program, rng};

/// N = 4, L = 2, all memories of 2048 words; late softmax.
static SMALL: LazyLock<Design> = LazyLock::new(|| {
    type Engine = VectorEngine<2, 2, 32, 64, 88, 128, 16, 32, 44, 64, 11, 11, 11, 11, 11, 11, 0, 1>;
    Design::build::<Engine>(4, 2, [11; 6], SoftmaxForm::Late)
});

/// The same with the paper's softmax.
static SMALL_PAPER: LazyLock<Design> = LazyLock::new(|| {
    type Engine = VectorEngine<2, 2, 32, 64, 88, 128, 16, 32, 44, 64, 11, 11, 11, 11, 11, 11, 1, 0>;
    Design::build::<Engine>(4, 2, [11; 6], SoftmaxForm::Paper)
});

/// The engine of the configuration `base`: N = 16, L = 4.
static BASE_ENGINE: LazyLock<Design> = LazyLock::new(|| {
    let depths = [BASE.a_depth, BASE.b_depth, BASE.c_depth, BASE.r_depth, BASE.y_depth, BASE.k_depth];
    Design::build::<VectorEngineBase>(BASE.side, BASE.lanes, depths, SoftmaxForm::Late)
});

/// The first word that differs, or nothing.
#[track_caller]
fn compare(got: &Memories, expected: &Memories, program: &[Vector]) {
    let memories = [
        ("A", &got.a, &expected.a),
        ("B", &got.b, &expected.b),
        ("R", &got.r, &expected.r),
        ("Y", &got.y, &expected.y),
    ];
    for (name, got, expected) in memories {
        let word = (0..got.len()).find(|word| got[*word] != expected[*word]);
        if let Some(word) = word {
            panic!("{name}[{word}]: {:?}, expected {:?}, after {program:#?}", got[word], expected[word]);
        }
    }
}

/// Runs a program from memories at random; compares every word of every memory and every cycle.
#[track_caller]
fn check(design: &Design, seed: u64, program: &[Vector], waits: u64) -> Trace {
    let mut random = rng(seed);
    let memories = memories(&mut random, design);
    let mut expected = memories.clone();
    let mut saturated = false;
    let program = prepared(&mut random, design, program.to_vec());
    let program = program.as_slice();
    for instruction in program {
        saturated |= execute(instruction, &mut expected, design.lanes);
    }
    let mut bench = Bench::new(design, memories, seed as u32);
    let pauses: Vec<u64> = (0..=program.len())
        .map(|_| if waits == 0 || random.random() { 0 } else { random.random_range(0..waits) })
        .collect();
    let mut wait = pauses.iter().copied();
    let trace = bench.run(program, || wait.next().unwrap());
    let mut wait = pauses.iter().copied();
    let prediction = predicted(program, design.lanes, 0, || wait.next().unwrap());
    compare(&bench.memories, &expected, program);
    assert_eq!(trace, prediction, "{program:#?}");
    let seen = bench.step(bench::Driven::default());
    assert_eq!(seen.variance_saturated, saturated, "{program:#?}");
    trace
}

#[test]
fn each_operation_alone_gives_the_golden_result_for_every_shape() {
    let paper = (&*SMALL_PAPER, VectorOperation::Softmax);
    let late = SMALL.operations.iter().map(|operation| (&*SMALL, *operation));
    for (design, operation) in late.chain([paper]) {
        for (index, steps) in [1, 2, 3, 33, 34, 35, 49, 50, 51, 64, 200].into_iter().enumerate() {
            let mut random = rng(operation as u64 * 100 + steps);
            let (tiles, groups) = (1 + index as u64 % 3, 1 + index as u64 % 2);
            let program = [instruction(&mut random, design, Wish { operation, tiles, groups, steps })];
            check(design, steps, &program, 0);
        }
    }
}

#[test]
fn instructions_in_any_order_without_a_pause_give_the_golden_result_in_the_predicted_cycles() {
    for (design, count) in [(&*SMALL, 24), (&*SMALL_PAPER, 12), (&*BASE_ENGINE, 6)] {
        for seed in 0..count {
            let program = program(&mut rng(1000 + seed), design, 14, 90);
            check(design, seed, &program, if seed % 3 == 2 { 150 } else { 0 });
        }
    }
}

#[test]
fn rows_are_as_far_apart_as_their_units_want_them_and_no_further() {
    for (design, operation) in [
        (&*SMALL, VectorOperation::LateSoftmax),
        (&*SMALL_PAPER, VectorOperation::Softmax),
        (&*SMALL, VectorOperation::Layernorm),
    ] {
        for steps in (1..=56).chain([400, 500, 900, 950, 960, 963, 964, 965, 967, 968, 1000, 1021, 1022, 1023, 1024]) {
            // Many rows, so that a period that is too short by a cycle is found out.
            let (tiles, times) = if steps < 100 { (4, 2) } else { (1, 2) };
            let wish = Wish { operation, tiles, groups: 2, steps };
            let mut random = rng(steps);
            let first = instruction(&mut random, design, wish);
            let program: Vec<Vector> = (0..times)
                .map(|_| Vector { parameters: first.parameters, ..instruction(&mut random, design, wish) })
                .collect();
            check(design, steps, &program, 0);
        }
    }
}

/// A row of nothing but padding is all zeros; the rows beside it are not touched.
#[test]
fn masks_hide_columns_and_a_row_of_nothing_is_zero() {
    for (design, operation) in [(&*SMALL, VectorOperation::LateSoftmax), (&*SMALL_PAPER, VectorOperation::Softmax)] {
        for kept in [0, 1, 5, 20] {
            let mut random = rng(kept);
            let mut start = memories(&mut random, design);
            let vector = instruction(&mut random, design, Wish { operation, tiles: 1, groups: 2, steps: 20 });
            for step in 0..20 {
                let bytes = &mut start.k[(vector.constant + step) as usize];
                bytes[19] = bytes[19] & 0x7f | u8::from(step < kept) << 7;
            }
            let mut expected = start.clone();
            execute(&vector, &mut expected, design.lanes);
            let masked = (kept..20).map(|step| &expected.a[(vector.destination + step) as usize]);
            assert!(masked.flatten().all(|p| *p == 0), "the golden model");
            let mut bench = Bench::new(design, start, kept as u32);
            bench.run(&[vector], || 0);
            compare(&bench.memories, &expected, &[vector]);
        }
    }
}

/// One group of a word is written; the others keep what they had.
#[test]
fn lanes_of_other_groups_keep_their_values() {
    let design = &*BASE_ENGINE;
    for &operation in &design.operations {
        for groups in 1..=4 {
            let mut random = rng(operation as u64 * 8 + groups);
            let vector = instruction(&mut random, design, Wish { operation, tiles: 2, groups, steps: 7 });
            check(design, groups, &[vector], 0);
        }
    }
}
