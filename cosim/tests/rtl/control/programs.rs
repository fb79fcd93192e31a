//! Programs that end: every instruction in its predicted cycle.

use super::bench::{Bench, NARROW, WIDE};
use super::check::check;
use super::scenario::{FetchMemory, Planned, Scenario, random_scenario};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

#[test]
fn random_programs_start_and_retire_in_the_predicted_cycles() {
    let mut instructions = 0;
    for (library, seed) in [(&*NARROW, 1), (&*WIDE, 2)] {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut bench = Bench::new(library, rng.random());
        for _ in 0..40 {
            let length = rng.random_range(1..150);
            let scenario = random_scenario(&mut rng, length);
            let prediction = check(&mut bench, &scenario);
            assert_eq!(prediction.stop, (0, 0), "a random program has no deadlock: {scenario:?}");
            assert_eq!(prediction.retires.len(), length);
            instructions += length;
        }
    }
    assert!(instructions > 4000, "{instructions}");
}

/// The latencies of docs/control.md, as numbers: 5 cycles from the last beat to the start; 3 from a retirement to the
/// start that waited for it.
#[test]
fn an_idle_machine_starts_an_instruction_5_cycles_after_its_last_beat() {
    let mut bench = Bench::new(&WIDE, 1);
    let program = vec![Planned::new(0, 0, 1).taking(1, 10), Planned::new(2, 1, 0).taking(1, 5)];
    let prediction =
        check(&mut bench, &Scenario { memory: FetchMemory { latency: 5, stall: None }, ..Scenario::new(program) });
    assert_eq!(prediction.requests, [(0, 0, 2)]);
    // Beats in cycles 5 and 6, dispatched in 7 and 8, eligible and granted in 9, started in 10.
    assert_eq!(prediction.starts, [(10, 0, 0), (23, 2, 1)]);
    assert_eq!(prediction.retires, [(20, 0, 0), (28, 2, 1)]);
    assert_eq!(prediction.cycles, 30);
}

#[test]
fn one_start_every_other_cycle_in_the_order_load_store_matrix_vector() {
    let mut bench = Bench::new(&WIDE, 2);
    // All wait for what the first one posts, in the reverse order of precedence.
    let mut program = vec![Planned::new(0, 0, 0b11110).taking(1, 60)];
    program.extend([3, 2, 1].map(|engine| Planned::new(engine, 1 << (engine + 1), 0).taking(1, 9)));
    program.push(Planned::new(0, 0b10, 0));
    let prediction = check(&mut bench, &Scenario::new(program));
    let order: Vec<usize> = prediction.starts.iter().map(|(_, engine, _)| *engine).collect();
    let first = prediction.starts[1].0;
    let cycles: Vec<u64> = prediction.starts.iter().skip(1).map(|(cycle, ..)| *cycle - first).collect();
    assert_eq!((order, cycles), (vec![0, 0, 1, 2, 3], vec![0, 2, 4, 6]));
}

#[test]
fn a_full_queue_holds_up_the_instructions_behind_it() {
    let mut bench = Bench::new(&WIDE, 3);
    // 12 loads, one at a time, then a store: it has to wait until the fourth load has left the queue.
    let mut program: Vec<Planned> = (0..12).map(|_| Planned::new(0, 0, 0).taking(100, 100)).collect();
    program.push(Planned::new(1, 0, 0));
    let prediction = check(&mut bench, &Scenario { capacity: [1; 4], ..Scenario::new(program) });
    let start = |index: u64| prediction.starts.iter().find(|(.., i)| *i == index).unwrap().0;
    assert!(start(12) > start(3) && start(12) < start(4), "{:?}", prediction.starts);
}

#[test]
fn an_engine_never_has_more_than_8_instructions_under_way() {
    let mut bench = Bench::new(&NARROW, 4);
    let program = (0..30).map(|_| Planned::new(2, 0, 0).taking(1, 3000)).collect();
    let prediction = check(&mut bench, &Scenario { capacity: [100; 4], ..Scenario::new(program) });
    let ninth = prediction.starts[8].0;
    assert!(ninth > prediction.retires[0].0 && ninth < prediction.retires[1].0 + 3, "{prediction:?}");
}

#[test]
fn a_semaphore_counts_to_255() {
    let mut bench = Bench::new(&WIDE, 5);
    let mut program: Vec<Planned> = (0..255).map(|_| Planned::new(0, 0, 1 << 15)).collect();
    program.extend((0..255).map(|_| Planned::new(3, 1 << 15, 0)));
    assert_eq!(check(&mut bench, &Scenario::new(program)).stop, (0, 0));
}

/// In the shortest program every register of the path is exercised once more, without another instruction behind it.
#[test]
fn the_shortest_programs_run_from_every_place_of_a_burst() {
    let mut bench = Bench::new(&NARROW, 6);
    for slot in 0..8 {
        for length in [1, 2, 8, 9, 17] {
            let program = (0..length).map(|i| Planned::new(i % 4, 0, 0)).collect();
            check(&mut bench, &Scenario { address: 0xfff0_0000 + 32 * slot, ..Scenario::new(program) });
        }
    }
}
