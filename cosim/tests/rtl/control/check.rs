//! A scenario through the hardware and the model, and everything compared.

use super::bench::{Bench, OKAY};
use super::model::{Prediction, predict};
use super::scenario::Scenario;
use ibert_isa::registers::{REGISTERS, Registers};

/// Runs a program with its interrupts enabled and compares starts, retirements, requests, the stop, and the counters.
/// Returns what was predicted.
#[track_caller]
pub(crate) fn check(bench: &mut Bench, scenario: &Scenario) -> Prediction {
    assert_eq!(bench.write(Registers::interrupt_enable().offset, 3), OKAY);
    bench.start(scenario);
    let mut observed = bench.finish();
    let expected = predict(scenario, bench.beats(), &observed.fetched, &observed.activity);
    observed.starts.sort_unstable();
    observed.retires.sort_unstable();
    first_difference("start", &observed.starts, &expected.starts);
    first_difference("retirement", &observed.retires, &expected.retires);
    first_difference("request", &observed.requests, &expected.requests);

    let failed = expected.stop.0 != 0;
    let state =
        [Registers::status(), Registers::error_code(), Registers::error_index(), Registers::interrupt_pending()];
    let state = state.map(|register| bench.register(register.offset));
    let outcome = if failed { 4 } else { 2 };
    assert_eq!(state, [outcome, expected.stop.0, expected.stop.1, outcome >> 1], "status, code, index, pending");
    assert_eq!(bench.register(Registers::cycles().offset), expected.cycles, "cycles");
    assert_eq!(bench.register(Registers::retired().offset), expected.retires.len() as u64, "retired");
    for (engine, name) in ["load", "store", "matrix", "vector"].into_iter().enumerate() {
        let counts = ["busy", "waiting", "empty"].map(|what| {
            let register = REGISTERS.iter().find(|register| register.name == format!("{name}_{what}")).unwrap();
            bench.register(register.offset)
        });
        assert_eq!(counts, expected.engines[engine], "{name}: busy, waiting, empty");
        assert_eq!(counts.iter().sum::<u64>(), expected.cycles, "{name}: the counts sum to the cycles");
    }
    assert_eq!(bench.write(Registers::interrupt_pending().offset, (outcome >> 1) as u32), OKAY);
    bench.settle();
    assert_eq!((bench.get("irq"), bench.register(Registers::interrupt_pending().offset)), (0, 0));
    expected
}

#[track_caller]
fn first_difference<T: PartialEq + std::fmt::Debug>(what: &str, observed: &[T], expected: &[T]) {
    let place = observed.iter().zip(expected).position(|(a, b)| a != b);
    if let Some(place) = place.or((observed.len() != expected.len()).then_some(observed.len().min(expected.len()))) {
        panic!("{what} {place}: hardware {:?}, model {:?}", observed.get(place), expected.get(place));
    }
}
