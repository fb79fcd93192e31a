//! Whatever the memory's timing: the same values.

use super::{accelerator, check, compiled, equal, sequence, small_encoder};
use ibert_compile::for_model;
use ibert_cosim::accelerator::{Accelerator, RunOptions, Session};
use ibert_isa::registers::Registers;
use ibert_isa::{SMALL, TINY};
use ibert_sim::{AxiTiming, BuildOptions, Initial};

fn options(timing: AxiTiming) -> RunOptions {
    RunOptions { timing, ..RunOptions::default() }
}

#[test]
fn no_latency_or_bandwidth_changes_a_bit() {
    let model = small_encoder(false, 1);
    let sequence = sequence(&model, 6, 1);
    for configuration in [TINY, SMALL] {
        let accelerator = accelerator(configuration);
        let mut cycles = vec![];
        for (latency, cycles_per_beat) in [(1, 1), (30, 1), (500, 1), (30, 4)] {
            let timing = AxiTiming { read_latency: latency, write_latency: latency, cycles_per_beat, stall_seed: None };
            cycles.push(check(&accelerator, &model, &sequence, &options(timing)));
        }
        assert!(cycles.is_sorted() && cycles[0] < cycles[3], "slower memory, more cycles: {cycles:?}");
    }
}

/// A memory so slow that whole transfers take longer than the watchdog waits: what moves on the bus keeps it quiet.
#[test]
fn a_slow_memory_is_no_deadlock() {
    let model = small_encoder(false, 1);
    let sequence = sequence(&model, 2, 1);
    let compiled = compiled(&model, TINY, &sequence);
    let timing = AxiTiming { read_latency: 60, write_latency: 60, cycles_per_beat: 50, stall_seed: None };
    let mut session = Session::new(&accelerator(TINY), compiled.image.bytes.len(), &options(timing)).unwrap();
    session.write(Registers::watchdog(), 400).unwrap();
    equal(&mut session, &model, &sequence, &compiled);
}

#[test]
fn no_pauses_on_the_bus_change_a_bit() {
    let model = small_encoder(true, 2);
    let sequence = sequence(&model, 5, 2);
    let accelerator = accelerator(for_model(TINY, &model));
    let mut cycles: Vec<u64> = (0..24)
        .map(|seed| {
            let latency = [1, 7, 40, 150][seed as usize % 4];
            let timing = AxiTiming {
                read_latency: latency,
                write_latency: latency,
                stall_seed: Some(seed),
                ..AxiTiming::default()
            };
            check(&accelerator, &model, &sequence, &options(timing))
        })
        .collect();
    cycles.sort();
    cycles.dedup();
    assert_eq!(cycles.len(), 24, "each seed is another run");
}

/// Registers and memories hold anything before the reset, another in each run; cycles and values are the same.
#[test]
fn nothing_depends_on_what_was_before_the_reset() {
    let build = BuildOptions { initial: Initial::Unique, ..BuildOptions::default() };
    let accelerator = Accelerator::build(TINY, &build).unwrap();
    let model = small_encoder(false, 3);
    let sequence = sequence(&model, 5, 3);
    let run =
        |seed| check(&accelerator, &model, &sequence, &RunOptions { initial: Some(seed), ..RunOptions::default() });
    let cycles: Vec<u64> = (1..=4).map(run).collect();
    assert!(cycles.iter().all(|other| *other == cycles[0]), "{cycles:?}");
}

/// A reset in the middle of a program, at many moments: the next program is as on a fresh accelerator.
#[test]
fn a_reset_at_any_moment_makes_the_accelerator_new() {
    let model = small_encoder(false, 4);
    let sequence = sequence(&model, 5, 4);
    let compiled = compiled(&model, TINY, &sequence);
    let accelerator = accelerator(TINY);
    let mut fresh = Session::new(&accelerator, compiled.image.bytes.len(), &RunOptions::default()).unwrap();
    let expected = equal(&mut fresh, &model, &sequence, &compiled);
    for moment in (1..12).map(|n| n * expected / 12) {
        // A memory of its own: bursts that a reset cuts off are not answered.
        let mut session = Session::new(&accelerator, compiled.image.bytes.len(), &RunOptions::default()).unwrap();
        session.load(&compiled.image.bytes);
        session.start(compiled.image.program, compiled.image.length as u32).unwrap();
        session.ticks(moment);
        session.reset().unwrap();
        assert_eq!(equal(&mut session, &model, &sequence, &compiled), expected, "after a reset in cycle {moment}");
    }
}
