//! Reset in the middle of work, with every register random before it: nothing of before comes out, what follows is
//! right.

use crate::options;
use ibert_cosim::units::{design, source};
use ibert_sim::{Direction, Library, Stimulus};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn random_at_start(unit: &'static str, side: Option<usize>) -> Library {
    let options = options::shared();
    Library::build(&source(&design(unit, side).unwrap()), &options).unwrap()
}

/// Operands and flags at random, then one cycle of reset, then one tile of ones: 3·K in every lane.
fn array_after_reset(library: &Library, n: usize, seed: u32, dirty: usize) -> Vec<(usize, Vec<u32>)> {
    const K: usize = 7;
    let port = |name| library.port(name).unwrap();
    let inputs = ["reset_n", "valid", "first", "last", "a", "b"];
    let mut stimulus = Stimulus::new(library, &inputs, &["drain_valid", "drain"]).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(seed.into());
    for _ in 0..dirty {
        let words: Vec<u32> = (0..port("a").words()).map(|_| rng.random()).collect();
        let mut row = stimulus.cycle();
        row.set(port("reset_n"), 1).set(port("valid"), rng.random_range(0..2));
        row.set(port("first"), rng.random_range(0..2)).set(port("last"), rng.random_range(0..2));
        row.set_wide(port("a"), &words).set_wide(port("b"), &words);
    }
    stimulus.cycle().set(port("reset_n"), 0);
    let lanes = |value: u128, width: usize| -> Vec<u32> {
        let mut words = vec![0; (n * width).div_ceil(32)];
        for bit in (0..n * width).filter(|bit| value >> (bit % width) & 1 == 1) {
            words[bit / 32] |= 1 << (bit % 32);
        }
        words
    };
    for k in 0..K {
        let mut row = stimulus.cycle();
        row.set(port("reset_n"), 1).set(port("valid"), 1);
        row.set(port("first"), (k == 0).into()).set(port("last"), (k + 1 == K).into());
        row.set_wide(port("a"), &lanes(3, 9)).set_wide(port("b"), &lanes(1, 8));
    }
    stimulus.cycle().set(port("valid"), 0);
    stimulus.hold(3 * n + 4);
    let responses = library.instance_with_seed(seed).unwrap().drive(&stimulus).unwrap();
    // From the edge that samples reset on, counted from the cycle of the tile's last operands.
    let last = dirty + K;
    (dirty + 1..responses.rows())
        .filter(|row| responses.get(*row, port("drain_valid")) == 1)
        .map(|row| (row - last, responses.wide(row, port("drain")).to_vec()))
        .collect()
}

#[test]
fn array_reset_in_mid_tile_forgets_everything_and_the_next_tile_is_right() {
    for n in [4, 8, 16, 32] {
        let library = random_at_start("systolic_array", Some(n));
        for (seed, dirty) in [(1, 0), (2, 1), (3, n), (4, 2 * n + 3), (5, 60)] {
            let drained = array_after_reset(&library, n, seed, dirty);
            let expected: Vec<_> = (0..n).map(|channel| (n + 3 + channel, vec![21; n])).collect();
            assert_eq!(drained, expected, "N={n}, reset after {dirty} cycles, seed {seed}");
        }
    }
}

#[test]
fn requantizer_reset_in_mid_stream_drops_what_is_under_way() {
    let library = random_at_start("requantizer", None);
    let port = |name| library.port(name).unwrap();
    for (seed, dirty) in [(1, 0), (2, 3), (3, 9), (4, 20)] {
        let inputs = ["reset_n", "valid", "q", "m", "e", "bits"];
        let mut stimulus = Stimulus::new(&library, &inputs, &["out_valid", "out"]).unwrap();
        for q in 0..dirty {
            stimulus.row(&[1, 1, q, 1, 0, 8]);
        }
        stimulus.row(&[0, 1, 77, 1, 0, 8]).row(&[1, 1, 5, 3, 1, 16]).row(&[1, 0, 9, 9, 0, 8]).hold(20);
        let mut instance = library.instance_with_seed(seed).unwrap();
        for name in ["q2", "m2", "e2", "zero_point"] {
            instance.write(port(name), 0);
        }
        let responses = instance.drive(&stimulus).unwrap();
        let reset = dirty as usize;
        let results: Vec<_> = (reset + 1..responses.rows())
            .filter(|row| responses.get(*row, port("out_valid")) == 1)
            .map(|row| (row - reset - 1, responses.get_signed(row, port("out"))))
            .collect();
        assert_eq!(results, [(9, 8)], "RNE(5*3/2) = 8, nine cycles after it was sampled; reset after {dirty} cycles");
    }
}

/// Random operands on every port of a streaming unit, then one cycle of reset, then the given elements.
fn stream_after_reset(
    library: &Library,
    seed: Option<u32>,
    dirty: usize,
    elements: &[Vec<u64>],
) -> Vec<(usize, Vec<u64>)> {
    let inputs: Vec<&str> = operands(library);
    let outputs: Vec<&str> = names(library, Direction::Output, &[]);
    let all: Vec<&str> = ["reset_n", "valid"].into_iter().chain(inputs.iter().copied()).collect();
    let mut stimulus = Stimulus::new(library, &all, &outputs).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(seed.unwrap_or(0).into());
    let mut random =
        |reset_n: u64| -> Vec<u64> { [reset_n, 1].into_iter().chain(inputs.iter().map(|_| rng.random())).collect() };
    for _ in 0..dirty {
        stimulus.row(&random(1));
    }
    stimulus.row(&random(0));
    for element in elements {
        stimulus.row(&[&[1, 1], &element[..]].concat());
    }
    stimulus.row(&[&[1, 0], &elements[0][..]].concat()).hold(30);
    let mut instance = match seed {
        Some(seed) => library.instance_with_seed(seed).unwrap(),
        None => library.instance().unwrap(),
    };
    let responses = instance.drive(&stimulus).unwrap();
    let port = |name: &&str| library.port(name).unwrap();
    (dirty + 1..responses.rows())
        .filter(|row| responses.get(*row, port(&"out_valid")) == 1)
        .map(|row| (row - dirty - 1, outputs.iter().map(|name| responses.get(row, port(name))).collect()))
        .collect()
}

fn names<'a>(library: &'a Library, direction: Direction, but: &[&str]) -> Vec<&'a str> {
    let ports = library.ports().iter().filter(|port| port.direction == direction);
    ports.map(|port| port.name.as_str()).filter(|name| !but.contains(name)).collect()
}

fn operands(library: &Library) -> Vec<&str> {
    names(library, Direction::Input, &["clock", "reset_n", "valid"])
}

/// What comes out of a fresh unit, whose values the unit's own tests compare with the golden model, is the expectation.
#[test]
fn streaming_units_reset_in_mid_stream_drop_what_is_under_way_and_go_on_right() {
    for (unit, latency) in [("requantizer", 9), ("poly", 4), ("exp", 21), ("gelu", 14), ("gelu_requantizer", 23)] {
        let library = random_at_start(unit, None);
        let fresh = Library::build(&source(&design(unit, None).unwrap()), &options::shared()).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let elements: Vec<Vec<u64>> =
            (0..5).map(|_| operands(&library).iter().map(|_| rng.random()).collect()).collect();
        let expected = stream_after_reset(&fresh, None, 0, &elements);
        let cycles: Vec<usize> = expected.iter().map(|(cycle, _)| *cycle).collect();
        assert_eq!(cycles, (latency..latency + 5).collect::<Vec<_>>(), "{unit}");
        for (seed, dirty) in [(1, 0), (2, 1), (3, latency - 1), (4, latency), (5, 50)] {
            let results = stream_after_reset(&library, Some(seed), dirty, &elements);
            assert_eq!(results, expected, "{unit}, reset after {dirty} cycles, seed {seed}");
        }
    }
}
