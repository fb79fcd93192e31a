//! The rule of reset: after one cycle of it nothing depends on what was before.

use crate::bench::{Bench, Driven, KINDS, Kind, build};
use ibert_hdl::catalogue::{UnitSize, units};
use ibert_sim::{Direction, Instance, Library};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Outputs that count in every cycle.
const FLAGS: &str = "ready bias_ready out_valid drain_valid retire fault idle request beat_valid beat_ready read a_read \
                     r_read a_write b_write c_write r_write k_write y_write";

/// Outputs of engines that count with one of these flags; those that are neither here nor above count never.
const DATA: [(&str, &[&str]); 11] = [
    ("fault_code", &["fault"]),
    ("request_address request_length request_last", &["request"]),
    ("beat beat_last", &["beat_valid"]),
    ("read_address", &["a_read", "r_read"]),
    ("write_address word constant", &["a_write", "b_write", "r_write", "k_write"]),
    ("a_address b_address", &["read"]),
    ("c_address c_word", &["c_write"]),
    ("r_read_address", &["r_read"]),
    ("a_address a_data", &["a_write"]),
    ("b_address b_data", &["b_write"]),
    ("r_write_address r_write_data", &["r_write"]),
];

/// The outputs that count in this cycle, and their values.
fn outputs(library: &Library, instance: &Instance) -> Vec<(String, Vec<u32>)> {
    let flag = |name: &&str| library.port(name).is_ok_and(|port| instance.read(port) != 0);
    let is_unit = library.port("start").is_err();
    let counts = |name: &str| match is_unit {
        _ if FLAGS.split_whitespace().any(|flag| flag == name) => true,
        true => flag(&"out_valid") || flag(&"drain_valid"),
        false => {
            let rows = DATA.iter().filter(|(data, _)| data.split(' ').any(|data| data == name));
            rows.flat_map(|(_, flags)| *flags).any(flag)
        }
    };
    let ports = library.ports().iter().filter(|port| port.direction == Direction::Output && counts(&port.name));
    ports
        .map(|port| {
            let mut value = vec![];
            instance.read_wide(library.port(&port.name).unwrap(), &mut value);
            (port.name.clone(), value)
        })
        .collect()
}

/// Drives every input of a unit at random.
fn drive_at_random(library: &Library, instance: &mut Instance, rng: &mut ChaCha8Rng) {
    let inputs = library.ports().iter().filter(|port| port.direction == Direction::Input && port.name != "clock");
    for input in inputs {
        let port = library.port(&input.name).unwrap();
        let words: Vec<u32> = (0..port.words()).map(|_| rng.random()).collect();
        instance.write_wide(port, &words);
    }
}

/// What a unit shows after it was used at random for `before` cycles and reset.
fn unit_after_reset(library: &Library, seed: u32, before: usize) -> Vec<Vec<(String, Vec<u32>)>> {
    let mut instance = library.instance_with_seed(seed).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(seed.into());
    let set = |instance: &mut Instance, name: &str, value: u64| {
        if let Ok(port) = library.port(name) {
            instance.write(port, value);
        }
    };
    for cycle in 0..=before {
        drive_at_random(library, &mut instance, &mut rng);
        set(&mut instance, "reset_n", u64::from(cycle < before));
        instance.tick();
    }
    let mut rng = ChaCha8Rng::seed_from_u64(99);
    (0..3000)
        .map(|cycle| {
            drive_at_random(library, &mut instance, &mut rng);
            set(&mut instance, "reset_n", 1);
            if cycle == 0 {
                // The first operands of a tile say so.
                set(&mut instance, "valid", 1);
                set(&mut instance, "first", 1);
            }
            instance.eval();
            let seen = outputs(library, &instance);
            instance.tick();
            seen
        })
        .collect()
}

/// The same of an engine that executes instructions.
fn engine_after_reset(kind: Kind, seed: u32, before: usize) -> Vec<Vec<(String, Vec<u32>)>> {
    let mut bench = Bench::new(kind, seed);
    let execute = |bench: &mut Bench, rng: &mut ChaCha8Rng, cycles: usize| {
        let (mut legal, mut seen) = (false, vec![]);
        for _ in 0..cycles {
            let instruction = kind.instruction(rng);
            let start = (legal && rng.random()).then_some(&instruction);
            let look = |bench: &Bench| seen.push(outputs(kind.library(), &bench.instance));
            let shown = bench.step(Driven { start, ..Driven::default() }, look);
            legal = shown.ready && start.is_none();
        }
        seen
    };
    if before > 0 {
        bench.reset(seed.into());
        execute(&mut bench, &mut ChaCha8Rng::seed_from_u64(seed.into()), before);
    }
    bench.reset(99);
    execute(&mut bench, &mut ChaCha8Rng::seed_from_u64(99), 800)
}

#[track_caller]
fn compare(name: &str, runs: impl Fn(u32, usize) -> Vec<Vec<(String, Vec<u32>)>>) {
    let expected = runs(1, 0);
    let shown = expected.iter().flatten().filter(|(_, value)| value.iter().any(|word| *word != 0)).count();
    assert!(shown > 50, "{name} shows something: {shown}");
    for (seed, before) in [(2, 0), (3, 1), (4, 37), (5, 400)] {
        let got = runs(seed, before);
        for (cycle, (got, expected)) in got.iter().zip(&expected).enumerate() {
            assert_eq!(got, expected, "{name}, cycle {cycle} after reset, seed {seed}, used for {before} cycles");
        }
    }
}

#[test]
fn a_unit_forgets_everything_in_one_cycle_of_reset() {
    for unit in units() {
        let size: &UnitSize = &unit.sizes[0];
        let library = build(&size.design().unwrap());
        compare(size.top, |seed, before| unit_after_reset(&library, seed, before));
    }
}

#[test]
fn an_engine_forgets_everything_in_one_cycle_of_reset() {
    for kind in KINDS {
        compare(&format!("{kind:?}"), |seed, before| engine_after_reset(kind, seed, before));
    }
}
