//! [`StreamingUnit`]: a unit that takes one element a cycle and answers after a fixed number of cycles.

use super::{Pace, RtlError, Transit, build};
use ibert_sim::{BuildOptions, Library, Port, Responses, Stimulus};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Elements driven in one call.
const BATCH: usize = 1 << 16;

/// An output port, and how its bits are to be read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Output {
    Signed(&'static str),
    Unsigned(&'static str),
}

impl Output {
    fn name(self) -> &'static str {
        match self {
            Output::Signed(name) | Output::Unsigned(name) => name,
        }
    }

    /// The value of the port, of up to 127 bits, in a cycle.
    fn sampled(self, responses: &Responses, row: usize, port: Port) -> i128 {
        let words = responses.wide(row, port).iter().rev();
        let value = words.fold(0, |value, word| value << 32 | i128::from(*word));
        let unused = 128 - port.width();
        match self {
            Output::Signed(_) => value << unused >> unused,
            Output::Unsigned(_) => value,
        }
    }
}

/// Every result, and their timing.
pub(super) struct Streamed<const O: usize> {
    /// The outputs of each element.
    pub(super) results: Vec<[i128; O]>,
    /// Clock cycles from the first element to the last result, both included.
    pub(super) cycles: u64,
    /// When each element went through the unit.
    pub(super) spans: Vec<Transit>,
}

/// A built unit with `valid` and `out_valid`.
pub(super) struct StreamingUnit {
    unit: &'static str,
    library: Library,
    latency: usize,
}

impl StreamingUnit {
    pub(super) fn build(unit: &'static str, latency: usize, options: &BuildOptions) -> Result<Self, RtlError> {
        Ok(StreamingUnit { unit, library: build(unit, None, options)?, latency })
    }

    pub(super) fn library(&self) -> &Library {
        &self.library
    }

    /// Sends each element through the ports `inputs` and samples `outputs` when `out_valid` says so. Ports that are not
    /// named stay 0.
    ///
    /// # Errors
    /// [`RtlError::Latency`] for a result in any other cycle than `latency` after its element, [`RtlError::Results`] if
    /// there are too few.
    pub(super) fn run<const I: usize, const O: usize>(
        &self,
        inputs: [&'static str; I],
        outputs: [Output; O],
        elements: impl ExactSizeIterator<Item = [u64; I]>,
        pace: Pace,
    ) -> Result<Streamed<O>, RtlError> {
        let mut instance = self.library.instance()?;
        let reset_n = instance.port("reset_n")?;
        instance.tick();
        instance.write(reset_n, 1);

        let input_ports: Vec<&str> = std::iter::once("valid").chain(inputs).collect();
        let output_ports: Vec<&str> = std::iter::once("out_valid").chain(outputs.map(Output::name)).collect();
        let port = |name| self.library.port(name);
        let out_valid = port("out_valid")?;
        let sampled: Vec<(Output, Port)> = outputs
            .iter()
            .map(|output| Ok((*output, port(output.name())?)))
            .collect::<Result<_, ibert_sim::Error>>()?;

        let mut gaps = Gaps::new(pace);
        let mut row = vec![0; input_ports.len()];
        let expected = elements.len();
        let mut elements = elements.fuse();
        // Cycles in which elements went in and whose results have not come out.
        let mut under_way = std::collections::VecDeque::new();
        let mut streamed = Streamed { results: Vec::with_capacity(expected), cycles: 0, spans: vec![] };
        let (mut driven, mut ended) = (0, false);
        while !ended {
            let mut stimulus = Stimulus::new(&self.library, &input_ports, &output_ports)?;
            while stimulus.rows() < BATCH && !ended {
                gaps.fill(&mut stimulus, &mut row);
                match elements.next() {
                    Some(element) => {
                        row[0] = 1;
                        row[1..].copy_from_slice(&element);
                        under_way.push_back(driven + stimulus.rows());
                        stimulus.row(&row);
                    }
                    None => ended = true,
                }
            }
            if ended {
                row[0] = 0;
                stimulus.row(&row).hold(self.latency);
            }
            let begin = instance.cycle();
            let responses = instance.drive(&stimulus)?;
            for row in (0..responses.rows()).filter(|row| responses.get(*row, out_valid) == 1) {
                let cycle = driven + row;
                let element = streamed.results.len();
                let found = under_way.pop_front().map(|start: usize| cycle as i64 - start as i64);
                if found != Some(self.latency as i64) {
                    return Err(RtlError::Latency { unit: self.unit, element, found, expected: self.latency });
                }
                let result = std::array::from_fn(|index| {
                    let (output, port) = sampled[index];
                    output.sampled(&responses, row, port)
                });
                streamed.results.push(result);
                let offered = begin + row as u64;
                streamed.spans.push(Transit { accepted: offered - self.latency as u64, offered });
                streamed.cycles = cycle as u64 + 1;
            }
            driven += responses.rows();
        }
        match streamed.results.len() == expected {
            true => Ok(streamed),
            false => Err(RtlError::Results { unit: self.unit, found: streamed.results.len(), expected }),
        }
    }
}

/// Cycles without an element, with random values on all other ports.
struct Gaps(Option<ChaCha8Rng>);

impl Gaps {
    fn new(pace: Pace) -> Self {
        Gaps(match pace {
            Pace::Full => None,
            Pace::Random { seed } => Some(ChaCha8Rng::seed_from_u64(seed)),
        })
    }

    /// Adds a gap, or none.
    fn fill(&mut self, stimulus: &mut Stimulus, row: &mut [u64]) {
        let Some(rng) = &mut self.0 else { return };
        while rng.random_ratio(2, 5) {
            row.fill_with(|| rng.random());
            row[0] = 0;
            stimulus.row(row);
        }
    }
}
