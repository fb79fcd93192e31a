//! What every unit with a handshake has to survive.

use crate::options;
use ibert_cosim::units::handshake::{Transfer, transfer};
use ibert_cosim::units::{Pace, design, source};
use ibert_sim::Library;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A unit of the catalogue with random registers before the first edge.
pub(crate) fn random_at_start(unit: &'static str) -> Library {
    let options = options::shared();
    Library::build(&source(&design(unit, None).unwrap()), &options).unwrap()
}

/// `dirty` cycles of random inputs on random registers, one cycle of reset, then `requests` as after any other reset:
/// nothing of before is offered, and the unit is ready at once.
pub(crate) fn after_reset(
    library: &Library,
    inputs: &[&str],
    outputs: &[&str],
    requests: Vec<Vec<u64>>,
    dirty: u64,
    seed: u32,
) -> Vec<Transfer> {
    let mut instance = library.instance_with_seed(seed).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(seed.into());
    let port = |name: &str| library.port(name).unwrap();
    instance.write(port("reset_n"), 1);
    for _ in 0..dirty {
        for name in ["valid", "out_ready"].iter().chain(inputs) {
            instance.write(port(name), rng.random());
        }
        instance.tick();
    }
    instance.write(port("reset_n"), 0);
    instance.tick();
    instance.write(port("reset_n"), 1);
    instance.write(port("valid"), 0);
    instance.eval();
    assert_eq!(instance.read(port("ready")), 1, "ready right after reset");
    assert_eq!(instance.read(port("out_valid")), 0, "nothing is offered right after reset");
    transfer("unit", &mut instance, inputs, outputs, requests.into_iter(), Pace::Full).unwrap()
}
