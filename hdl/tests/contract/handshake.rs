//! The rule of `ready` and `start`: one for all engines.

use crate::bench::{Bench, Driven, KINDS, Kind};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Cycles in which an engine must have finished everything.
const LIMIT: usize = 20_000;

/// Starts `count` instructions, each with probability `eagerness` in a cycle in which that is legal.
fn run(bench: &mut Bench, kind: Kind, rng: &mut ChaCha8Rng, count: usize, eagerness: f64) {
    let (mut started, mut retired, mut legal) = (0, 0, false);
    for cycle in 0..LIMIT {
        let instruction = kind.instruction(rng);
        let start = (legal && started < count && rng.random_bool(eagerness)).then_some(&instruction);
        let seen = bench.step(Driven { start, ..Driven::default() }, |_| ());
        let place = format!("{kind:?}, cycle {cycle}, {started} started, {retired} retired");
        assert!(seen.ready || !legal, "ready fell without a start: {place}");
        assert!(!seen.fault, "{place}");
        assert!(!seen.retire || retired < started, "retired before the cycle after its start: {place}");
        retired += usize::from(seen.retire);
        assert!(!seen.idle || retired == started, "idle with an instruction under way: {place}");
        started += usize::from(start.is_some());
        legal = seen.ready && start.is_none();
        if retired == count {
            break;
        }
    }
    assert_eq!(retired, count, "{kind:?}: each start retires once");
    let seen = (0..20).map(|_| bench.step(Driven::default(), |_| ())).last().unwrap();
    assert!(seen.idle && seen.ready && !seen.retire, "{kind:?}: {seen:?}");
}

/// A start is legal in the cycle after one in which the engine was ready and was not started; the engine stays ready
/// for it.
#[test]
fn a_ready_engine_takes_the_next_start_whenever_it_comes() {
    for kind in KINDS {
        for (seed, eagerness) in [(1, 1.0), (2, 1.0), (3, 0.5), (4, 0.02)] {
            let mut bench = Bench::new(kind, seed);
            bench.reset(seed.into());
            let mut rng = ChaCha8Rng::seed_from_u64(seed.into());
            run(&mut bench, kind, &mut rng, 60, eagerness);
        }
    }
}

/// Halt ends what an engine does, and clear begins anew.
#[test]
fn an_engine_is_idle_some_time_after_halt_and_ready_after_clear() {
    for kind in KINDS {
        let mut bench = Bench::new(kind, 7);
        bench.reset(7);
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        for round in 0..40 {
            let mut legal = false;
            for _ in 0..round * 3 {
                let instruction = kind.instruction(&mut rng);
                let start = legal.then_some(&instruction);
                let seen = bench.step(Driven { start, ..Driven::default() }, |_| ());
                legal = seen.ready && start.is_none();
            }
            let halt = Driven { halt: true, ..Driven::default() };
            bench.step(halt, |_| ());
            let waited = (0..LIMIT).position(|_| bench.step(halt, |_| ()).idle);
            assert!(waited.is_some(), "{kind:?} is not idle, round {round}");
            bench.step(Driven { halt: false, clear: true, ..Driven::default() }, |_| ());
            let seen = bench.step(Driven::default(), |_| ());
            assert!(seen.ready && seen.idle && !seen.retire && !seen.fault, "{kind:?}, round {round}: {seen:?}");
            run(&mut bench, kind, &mut rng, 3, 1.0);
        }
    }
}
