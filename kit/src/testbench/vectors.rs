//! [`Vectors`]: stimulus of a unit cycle by cycle, and its expected results.

use super::word::Word;
use ibert_hdl::verilog::{Design, Port};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Stimulus of a unit and its expected results.
///
/// Ports are known by the names that all units give them: `reset_n` and `valid` in, where the unit can keep its user
/// waiting `ready` out; another input has a flag of its own that ends in `_valid`, and `_ready` back; results have a
/// flag that ends in `_valid` and, where they can be kept waiting, an input that ends in `_ready`.
#[derive(Debug, Clone)]
pub struct Vectors {
    /// Name of the unit's top module.
    pub top: String,
    /// All its ports.
    pub ports: Vec<Port>,
    /// Ports that the stimulus drives, lowest bits first.
    pub driven: Vec<Port>,
    /// Driven ports, one word per row. A row lasts one cycle; a row with a flag lasts until the unit is ready, if it
    /// has that port.
    pub rows: Vec<Word>,
    /// Results, grouped by their valid flag.
    pub streams: Vec<ResultPort>,
    /// Seed of the stimulus.
    pub seed: u64,
    /// Ports that keep a value until another one is held.
    held: Vec<(String, Word)>,
    rng: ChaCha8Rng,
}

/// Results that come out in order under one flag.
#[derive(Debug, Clone)]
pub struct ResultPort {
    /// Port of the valid flag.
    pub valid: String,
    /// Ready port, which applies backpressure to the results.
    pub ready: Option<String>,
    /// Ports that hold a result, lowest bits first.
    pub outputs: Vec<Port>,
    /// Results in the order of the unit's outputs.
    pub results: Vec<Expected>,
}

/// When a result comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// While this row is on the input ports.
    Row(usize),
    /// Number of cycles from the acceptance of the last operands to the first cycle with the result valid.
    After(usize),
    /// In order, in any cycle.
    Whenever,
}

/// One result.
#[derive(Debug, Clone)]
pub struct Expected {
    /// Its cycle.
    pub when: When,
    /// The outputs, lowest first.
    pub word: Word,
}

impl Vectors {
    /// No rows yet but one of reset. Outputs that are neither flags nor `ready` are the results of the only stream.
    ///
    /// # Panics
    /// If the design lacks `reset_n`, `valid` or a flag of its results, or has several.
    pub(super) fn new(design: &Design, seed: u64) -> Self {
        let ports = design.ports.clone();
        let named = |name: &str| ports.iter().any(|port| port.name == name);
        assert!(named("reset_n") && named("valid"), "{}: no `reset_n` or no `valid`", design.top);
        let flags: Vec<&Port> = ports.iter().filter(|port| !port.input && port.name.ends_with("_valid")).collect();
        let [flag] = flags[..] else { panic!("{}: not one stream of results but {}", design.top, flags.len()) };
        let ready = flag.name.replace("_valid", "_ready");
        let stream = ResultPort {
            valid: flag.name.clone(),
            ready: named(&ready).then_some(ready),
            outputs: ports
                .iter()
                .filter(|port| !port.input && port.name != flag.name && !is_flag(&port.name, "ready"))
                .cloned()
                .collect(),
            results: vec![],
        };
        let driven = |port: &&Port| port.input && port.name != "clock" && stream.ready.as_ref() != Some(&port.name);
        let driven = ports.iter().filter(driven).cloned().collect();
        let rng = ChaCha8Rng::seed_from_u64(seed);
        let mut vectors = Vectors {
            top: design.top.clone(),
            ports,
            driven,
            rows: vec![],
            streams: vec![stream],
            seed,
            held: vec![],
            rng,
        };
        vectors.reset();
        vectors
    }

    /// The source of randomness.
    pub(super) fn rng(&mut self) -> &mut ChaCha8Rng {
        &mut self.rng
    }

    /// Width of a port.
    ///
    /// # Panics
    /// If there is none of that name.
    pub(super) fn width(&self, name: &str) -> usize {
        let port = self.ports.iter().find(|port| port.name == name);
        port.unwrap_or_else(|| panic!("{} has no port `{name}`", self.top)).width
    }

    /// A value of the width of a port.
    ///
    /// # Panics
    /// If it does not fit.
    pub(super) fn word(&self, port: &str, value: impl Into<i128>) -> Word {
        Word::of(value.into(), self.width(port))
    }

    /// Index of the next row.
    pub(super) fn next_row(&self) -> usize {
        self.rows.len()
    }

    /// From the next row on these ports carry these values, in gaps too.
    pub(super) fn hold(&mut self, values: &[(&str, Word)]) {
        self.held = values.iter().map(|(port, word)| (port.to_string(), word.clone())).collect();
    }

    /// A cycle with `valid` and these operands; returns its row.
    pub(super) fn operands(&mut self, operands: &[(&str, Word)]) -> usize {
        self.input("valid", operands)
    }

    /// A cycle with another flag of an input than `valid`.
    pub(super) fn input(&mut self, flag: &str, operands: &[(&str, Word)]) -> usize {
        let row = self.row(true, Some(flag), operands);
        self.rows.push(row);
        self.rows.len() - 1
    }

    /// A cycle without `valid`: every other port carries random bits, which must not matter.
    pub(super) fn gap(&mut self) {
        self.noise(true, false);
    }

    /// Some gaps, with the probability `percent` each: none more often than not.
    pub(super) fn gaps(&mut self, percent: u32) {
        while self.rng.random_range(0..100) < percent {
            self.gap();
        }
    }

    /// A cycle of reset, with random operands and `valid`. Results that would come out in this cycle or later do not.
    ///
    /// For a unit whose results have no known cycle, no expected result may be in flight.
    pub(super) fn reset(&mut self) {
        let now = self.rows.len();
        for stream in &mut self.streams {
            stream.results.retain(|result| !matches!(result.when, When::Row(row) if row >= now));
        }
        let valid = self.rng.random();
        self.noise(false, valid);
    }

    /// The last row, without `valid`: it stays on the ports until everything has come out.
    pub(super) fn close(&mut self) {
        self.gap();
    }

    /// The results as lines of the hex file: the cycle or the number of cycles in the low 32 bits, 0 if neither is
    /// known.
    pub(super) fn expected_lines(&self) -> impl Iterator<Item = Word> {
        self.streams.iter().flat_map(|stream| &stream.results).map(|result| {
            let cycles = match result.when {
                When::Row(cycles) | When::After(cycles) => cycles,
                When::Whenever => 0,
            };
            let mut line = Word::of(cycles as i128, 32);
            line.append(&result.word);
            line
        })
    }

    /// The next result, which comes out while row `row` is on the input ports, or whenever it does.
    pub(super) fn expect(&mut self, row: Option<usize>, outputs: &[(&str, Word)]) {
        self.expect_when(row.map_or(When::Whenever, When::Row), outputs);
    }

    /// The next result, of the last operands, which is offered `latency` cycles after they were taken.
    pub(super) fn expect_after(&mut self, latency: usize, outputs: &[(&str, Word)]) {
        self.expect_when(When::After(latency), outputs);
    }

    fn expect_when(&mut self, when: When, outputs: &[(&str, Word)]) {
        let stream = &mut self.streams[0];
        let word = packed(&self.top, &stream.outputs, outputs);
        stream.results.push(Expected { when, word });
    }

    /// Operands by name with the flag of their input; the other ports are 0.
    fn row(&self, reset_n: bool, flag: Option<&str>, operands: &[(&str, Word)]) -> Word {
        let reset_n = ("reset_n", Word::of(reset_n.into(), 1));
        let flag = flag.map(|flag| (flag, Word::of(1, 1)));
        let rest = operands.iter().filter(|(name, _)| *name != "reset_n" && !is_flag(name, "valid")).cloned();
        let mut all: Vec<(&str, Word)> = [reset_n].into_iter().chain(flag).chain(rest).collect();
        for port in &self.driven {
            if !all.iter().any(|(name, _)| *name == port.name) {
                let held = self.held.iter().find(|(name, _)| *name == port.name);
                all.push((&port.name, held.map_or_else(|| Word::of(0, port.width), |(_, word)| word.clone())));
            }
        }
        packed(&self.top, &self.driven, &all)
    }

    /// A row of random operands.
    fn noise(&mut self, reset_n: bool, valid: bool) {
        let rng = &mut self.rng;
        let random = |port: &Port| (port.name.clone(), Word::random(port.width, || rng.random()));
        let held = &self.held;
        let free = |port: &&Port| !held.iter().any(|(name, _)| *name == port.name);
        let random: Vec<(String, Word)> = self.driven.iter().filter(free).map(random).collect();
        let operands: Vec<(&str, Word)> = random.iter().map(|(name, word)| (name.as_str(), word.clone())).collect();
        let row = self.row(reset_n, valid.then_some("valid"), &operands);
        self.rows.push(row);
    }
}

/// Whether a port is the flag of this kind, or one of several.
pub fn is_flag(port: &str, kind: &str) -> bool {
    port.strip_suffix(kind).is_some_and(|prefix| prefix.is_empty() || prefix.ends_with('_'))
}

/// Values by name in the order of `ports`, each of its port's width.
fn packed(top: &str, ports: &[Port], values: &[(&str, Word)]) -> Word {
    assert_eq!(ports.len(), values.len(), "{top}: not a value for each of {:?}", ports.iter().map(|port| &port.name));
    let mut word = Word::default();
    for port in ports {
        let value = values.iter().find(|(name, _)| *name == port.name);
        let (_, value) = value.unwrap_or_else(|| panic!("{top}: no value for `{}`", port.name));
        assert_eq!(value.width(), port.width, "{top}: width of `{}`", port.name);
        word.append(value);
    }
    word
}
