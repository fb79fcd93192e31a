//! Operands through a unit with `valid`/`ready` on its input and `out_valid`, and where it has backpressure
//! `out_ready`, on its output.

use super::{Pace, RtlError};
use ibert_sim::{Instance, Library, Port};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Cycles without a transfer after which a unit counts as stuck: more than any unit works on one row.
const PATIENCE: u64 = 1 << 14;

/// Cycles of reset before a unit is used.
pub(super) const RESET: u64 = 1;

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

/// One input of a unit: `valid`, `ready`, and the operands that go with them.
pub struct Input<'a> {
    valid: Port,
    ready: Port,
    operands: Vec<Port>,
    requests: Box<dyn Iterator<Item = Vec<u64>> + 'a>,
    offered: Option<Vec<u64>>,
}

impl<'a> Input<'a> {
    /// The input whose flags are `<prefix>valid` and `<prefix>ready`; `requests` have a value for each of `operands`.
    ///
    /// # Errors
    /// A port that the unit does not have.
    pub fn new(
        library: &Library,
        prefix: &str,
        operands: &[&str],
        requests: impl Iterator<Item = Vec<u64>> + 'a,
    ) -> Result<Self, RtlError> {
        Ok(Input {
            valid: library.port(&format!("{prefix}valid"))?,
            ready: library.port(&format!("{prefix}ready"))?,
            operands: ports(library, operands)?,
            requests: Box::new(requests.fuse()),
            offered: None,
        })
    }

    /// Offers operands if the host is willing; once offered they stay until they are accepted.
    fn offer(&mut self, instance: &mut Instance, willing: bool) {
        if self.offered.is_none() && willing {
            self.offered = self.requests.next();
            if let Some(values) = &self.offered {
                self.operands.iter().zip(values).for_each(|(port, value)| instance.write(*port, *value));
            }
        }
        instance.write(self.valid, self.offered.is_some().into());
    }

    /// Whether the unit accepts at the next edge.
    fn accepts(&self, instance: &Instance) -> bool {
        self.offered.is_some() && instance.read(self.ready) == 1
    }

    /// After the edge that accepted: the ports carry the complement of the operands until the next are offered.
    fn clear(&mut self, instance: &mut Instance) {
        let values = self.offered.take().unwrap_or_default();
        self.operands.iter().zip(values).for_each(|(port, value)| instance.write(*port, !value));
    }
}

fn ports(library: &Library, names: &[&str]) -> Result<Vec<Port>, RtlError> {
    Ok(names.iter().map(|name| library.port(name)).collect::<Result<_, _>>()?)
}

/// Runs `requests` (one value for each of `inputs`) through a unit that answers each with one result, in order.
///
/// Watches the protocol as well: an offered result stays as it is until it is taken. While nothing is offered, the
/// inputs carry the complement of the last operands, so that a unit that samples late is found out.
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
    let expected = requests.len();
    let input = Input::new(instance.library(), "", inputs, requests)?;
    exchange(unit, instance, vec![input], outputs, expected, pace)
}

/// [`transfer`] on a unit with any number of inputs, each at its own pace, until there are `expected` results, which
/// answer the requests of the first input.
///
/// # Errors
/// As [`transfer`].
pub fn exchange(
    unit: &'static str,
    instance: &mut Instance,
    mut inputs: Vec<Input<'_>>,
    outputs: &[&str],
    expected: usize,
    pace: Pace,
) -> Result<Vec<Transfer>, RtlError> {
    let library = instance.library().clone();
    let outputs = ports(&library, outputs)?;
    let out_valid = library.port("out_valid")?;
    // A unit without backpressure has no `out_ready`.
    let out_ready = library.port("out_ready").ok();
    let mut takes = Rhythm::new(pace, 0);
    let mut offers: Vec<Rhythm> = (1..).zip(&inputs).map(|(side, _)| Rhythm::new(pace, side)).collect();

    let mut accepted = std::collections::VecDeque::new();
    let mut held: Option<(u64, Vec<u64>)> = None;
    let mut results = Vec::with_capacity(expected);
    let (start, mut last_transfer) = (instance.cycle(), instance.cycle());
    while results.len() < expected {
        let cycle = instance.cycle();
        if cycle - last_transfer > PATIENCE {
            return Err(RtlError::Results { unit, found: results.len(), expected });
        }
        for (input, rhythm) in inputs.iter_mut().zip(&mut offers) {
            input.offer(instance, rhythm.next());
        }
        let take = takes.next() || out_ready.is_none();
        if let Some(out_ready) = out_ready {
            instance.write(out_ready, take.into());
        }
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
        let accepts: Vec<bool> = inputs.iter().map(|input| input.accepts(instance)).collect();
        if accepts[0] {
            accepted.push_back(cycle - start);
        }
        instance.tick();
        for (input, _) in inputs.iter_mut().zip(accepts).filter(|(_, accepts)| *accepts) {
            input.clear(instance);
            last_transfer = cycle;
        }
    }
    for input in &inputs {
        instance.write(input.valid, 0);
    }
    instance.check()?;
    Ok(results)
}

/// An instance of a unit after some cycles of reset, with zeros on all other inputs.
///
/// # Errors
/// Those of the simulation.
pub fn started(library: &Library) -> Result<Instance, RtlError> {
    let mut instance = library.instance()?;
    let reset_n = instance.port("reset_n")?;
    instance.write(reset_n, 0);
    instance.ticks(RESET);
    instance.write(reset_n, 1);
    Ok(instance)
}
