//! Operands through a unit with `valid`/`ready` on its input and `out_valid`/`out_ready` on its output.

use super::{Pace, RtlError};
use ibert_sim::{Instance, Library, Port};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Cycles without a transfer after which a unit counts as stuck: more than any unit works on one operand.
const PATIENCE: u64 = 4096;

/// One operand's way through a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The outputs, in the order in which they were asked for.
    pub values: Vec<u64>,
    /// Cycle in which the operands were accepted.
    pub accepted: u64,
    /// First cycle in which the result was offered.
    pub offered: u64,
    /// Cycle in which it was taken.
    pub taken: u64,
}

/// When one side of a handshake waits.
pub(crate) struct Rhythm {
    random: Option<ChaCha8Rng>,
    /// Cycles left of the present burst or gap.
    left: u32,
    active: bool,
}

impl Rhythm {
    /// Side `side` of a unit driven at `pace`; sides of one seed are independent.
    pub(crate) fn new(pace: Pace, side: u64) -> Self {
        let random = match pace {
            Pace::Full => None,
            Pace::Random { seed } => Some(ChaCha8Rng::seed_from_u64(seed.wrapping_mul(16).wrapping_add(side))),
        };
        Rhythm { random, left: 0, active: true }
    }

    /// Whether this side is willing in the next cycle.
    pub(crate) fn next(&mut self) -> bool {
        if let Some(random) = &mut self.random {
            if self.left == 0 {
                self.active = random.random();
                // Mostly short, sometimes longer than a unit works.
                self.left =
                    if random.random_ratio(1, 16) { random.random_range(1..80) } else { random.random_range(1..5) };
            }
            self.left -= 1;
        }
        self.active
    }
}

/// Runs `requests` (one value for each of `inputs`) through a unit that answers each with one result, in order.
///
/// Watches the protocol as well: an offered result stays as it is until it is taken. While nothing is offered, the inputs carry the
/// complement of the last operands, so that a unit that samples late is found out.
///
/// # Errors
/// [`RtlError::Results`] for a unit that does nothing for long, [`RtlError::Protocol`], and errors of the simulation.
pub fn transfer(
    unit: &'static str,
    instance: &mut Instance,
    inputs: &[&str],
    outputs: &[&str],
    requests: impl ExactSizeIterator<Item = Vec<u64>>,
    pace: Pace,
) -> Result<Vec<Transfer>, RtlError> {
    let library = instance.library().clone();
    let ports = |names: &[&str]| names.iter().map(|name| library.port(name)).collect::<Result<Vec<Port>, _>>();
    let (inputs, outputs) = (ports(inputs)?, ports(outputs)?);
    let [valid, ready] = [library.port("valid")?, library.port("ready")?];
    let [out_valid, out_ready] = [library.port("out_valid")?, library.port("out_ready")?];
    let (mut offers, mut takes) = (Rhythm::new(pace, 0), Rhythm::new(pace, 1));

    let expected = requests.len();
    let mut requests = requests.fuse();
    let mut offered: Option<Vec<u64>> = None;
    let mut accepted = std::collections::VecDeque::new();
    let mut held: Option<(u64, Vec<u64>)> = None;
    let mut results = Vec::with_capacity(expected);
    let (start, mut last_transfer) = (instance.cycle(), instance.cycle());
    while results.len() < expected {
        let cycle = instance.cycle();
        if cycle - last_transfer > PATIENCE {
            return Err(RtlError::Results { unit, found: results.len(), expected });
        }
        // An operand once offered stays until it is accepted.
        if offered.is_none() && offers.next() {
            offered = requests.next();
            if let Some(values) = &offered {
                inputs.iter().zip(values).for_each(|(port, value)| instance.write(*port, *value));
            }
        }
        instance.write(valid, offered.is_some().into());
        let take = takes.next();
        instance.write(out_ready, take.into());
        instance.eval();

        if instance.read(out_valid) == 1 {
            let values: Vec<u64> = outputs.iter().map(|port| instance.read(*port)).collect();
            let (since, first) = held.take().unwrap_or_else(|| (cycle, values.clone()));
            if first != values {
                return Err(RtlError::Protocol { unit, cycle, rule: "an offered result stays until it is taken" });
            }
            if take {
                let rule = "a result follows operands";
                let accepted = accepted.pop_front().ok_or(RtlError::Protocol { unit, cycle, rule })?;
                results.push(Transfer { values, accepted, offered: since - start, taken: cycle - start });
                last_transfer = cycle;
            } else {
                held = Some((since, first));
            }
        } else if held.is_some() {
            return Err(RtlError::Protocol { unit, cycle, rule: "an offered result stays until it is taken" });
        }
        let accept = offered.is_some() && instance.read(ready) == 1;
        instance.tick();
        if accept {
            accepted.push_back(cycle - start);
            last_transfer = cycle;
            let values = offered.take().unwrap_or_default();
            inputs.iter().zip(values).for_each(|(port, value)| instance.write(*port, !value));
        }
    }
    instance.write(valid, 0);
    instance.check()?;
    Ok(results)
}

/// An instance of a unit after one cycle of reset, with zeros on all other inputs.
///
/// # Errors
/// Those of the simulation.
pub fn started(library: &Library) -> Result<Instance, RtlError> {
    let mut instance = library.instance()?;
    let reset_n = instance.port("reset_n")?;
    instance.write(reset_n, 0);
    instance.tick();
    instance.write(reset_n, 1);
    Ok(instance)
}
