//! An engine in Verilator, between memories and a bus that answer at random.

use ibert_hdl::dma::{LoadEngine, StoreEngine};
use ibert_hdl::matrix::MatrixEngine;
use ibert_hdl::vector::VectorEngineTiny;
use ibert_hdl::verilog::{Design, generate};
use ibert_isa::{Instruction, Load, Matmul, Memory, Operation, Store, TINY, Vector};
use ibert_sim::{BuildOptions, Direction, Initial, Instance, Library, Source};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::VecDeque;
use std::sync::LazyLock;

/// The engines of the configuration `tiny`, in the order of control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Load,
    Store,
    Matrix,
    Vector,
}

pub(crate) const KINDS: [Kind; 4] = [Kind::Load, Kind::Store, Kind::Matrix, Kind::Vector];

impl Kind {
    /// The engine, built; its registers start at random.
    pub(crate) fn library(self) -> &'static Library {
        static BUILT: [LazyLock<Library>; 4] = [
            LazyLock::new(|| build(&generate(&LoadEngine::<32>::new(&TINY), "load_engine").unwrap())),
            LazyLock::new(|| build(&generate(&StoreEngine::<32, 64>::new(&TINY), "store_engine").unwrap())),
            LazyLock::new(|| {
                type Engine = MatrixEngine<4, 36, 32, 128, 6, 8, 12, 11, 8>;
                build(&generate(&Engine::default(), "matrix_engine").unwrap())
            }),
            LazyLock::new(|| {
                let emit = || generate(&*Box::<VectorEngineTiny>::default(), "vector_engine").unwrap();
                build(&std::thread::Builder::new().stack_size(256 << 20).spawn(emit).unwrap().join().unwrap())
            }),
        ];
        &BUILT[self as usize]
    }

    /// A short legal instruction.
    pub(crate) fn instruction(self, rng: &mut ChaCha8Rng) -> Instruction {
        let (dram, address) = (rng.random_range(0..1000) * 4, rng.random_range(0..100));
        let operation = match self {
            Kind::Load => {
                let memory = Memory::CODES[rng.random_range(0..4)];
                Operation::Load(Load { dram: dram / 32 * 32, address, count: rng.random_range(1..20), memory })
            }
            Kind::Store => {
                let memory = [Memory::A, Memory::R][rng.random_range(0..2)];
                Operation::Store(Store { dram, address, count: rng.random_range(1..20), memory })
            }
            Kind::Matrix => Operation::Matmul(Matmul {
                a: address,
                b: address,
                c: address,
                depth: rng.random_range(1..12),
                tiles: rng.random_range(1..4),
                a_stride: 3,
                b_stride: 5,
                swap: rng.random(),
                unsigned_left: rng.random(),
            }),
            Kind::Vector => Operation::Vector(Vector {
                steps: rng.random_range(1..40),
                tiles: rng.random_range(1..3),
                groups: rng.random_range(1..3),
                operation: *TINY.operations().choose(rng).unwrap(),
                to_b: false,
                constants_per_lane: false,
                source: address,
                source_stride: 7,
                destination: address,
                stride: 7,
                // A legal index of a reciprocal, too.
                residual: address % 100,
                constant: 8,
                constant_stride: 7,
                parameters: rng.random_range(0..2),
            }),
        };
        Instruction { wait: 0, post: 0, operation }
    }
}

/// A design in Verilator whose registers start at random.
pub(crate) fn build(design: &Design) -> Library {
    let source = Source::new(&design.top);
    let source =
        design.modules.iter().fold(source, |source, module| source.file(format!("{}.v", module.name), &module.text));
    Library::build(&source, &BuildOptions { initial: Initial::Unique, ..BuildOptions::default() }).unwrap()
}

/// What is driven in a cycle.
#[derive(Clone, Copy, Default)]
pub(crate) struct Driven<'a> {
    pub(crate) start: Option<&'a Instruction>,
    pub(crate) halt: bool,
    pub(crate) clear: bool,
    pub(crate) reset: bool,
}

/// What an engine shows in a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) ready: bool,
    pub(crate) retire: bool,
    pub(crate) fault: bool,
    pub(crate) idle: bool,
}

/// A running engine.
pub(crate) struct Bench {
    library: &'static Library,
    pub(crate) instance: Instance,
    rng: ChaCha8Rng,
    /// Beats to come or to go of each burst, and whether it is the last of its store.
    bursts: VecDeque<(u64, bool)>,
    /// Bursts of a store whose beats have gone, by the same flag.
    answers: VecDeque<bool>,
}

impl Bench {
    /// An engine with arbitrary registers, not yet reset.
    pub(crate) fn new(kind: Kind, seed: u32) -> Self {
        let library = kind.library();
        let instance = library.instance_with_seed(seed).unwrap();
        let (bursts, answers) = (VecDeque::new(), VecDeque::new());
        Bench { library, instance, rng: ChaCha8Rng::seed_from_u64(seed.into()), bursts, answers }
    }

    /// One cycle of reset, of the memory bus too, after which everything at random follows from `seed`.
    pub(crate) fn reset(&mut self, seed: u64) {
        self.step(Driven { reset: true, ..Driven::default() }, |_| ());
        self.rng = ChaCha8Rng::seed_from_u64(seed);
        self.bursts.clear();
        self.answers.clear();
    }

    pub(crate) fn read(&self, name: &str) -> u64 {
        self.library.port(name).map_or(0, |port| self.instance.read(port))
    }

    fn write(&mut self, name: &str, value: u64) {
        if let Ok(port) = self.library.port(name) {
            self.instance.write(port, value);
        }
    }

    /// Drives a cycle, and shows its outputs to `look` before the clock edge.
    pub(crate) fn step(&mut self, driven: Driven<'_>, look: impl FnOnce(&Self)) -> Seen {
        self.drive_at_random();
        self.write("reset_n", u64::from(!driven.reset));
        self.write("halt", driven.halt.into());
        self.write("clear", driven.clear.into());
        self.write("start", driven.start.is_some().into());
        if let Some(instruction) = driven.start {
            let bytes = instruction.encode().unwrap();
            let words: Vec<u32> = bytes.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
            self.instance.write_wide(self.library.port("instruction").unwrap(), &words);
        }
        self.instance.eval();
        self.move_on_the_bus();
        let flag = |name| self.read(name) == 1;
        let seen = Seen { ready: flag("ready"), retire: flag("retire"), fault: flag("fault"), idle: flag("idle") };
        look(self);
        self.instance.tick();
        seen
    }

    /// Every input that is not control's, at random, but for what the bus may not offer.
    fn drive_at_random(&mut self) {
        const CONTROL: [&str; 6] = ["clock", "reset_n", "start", "instruction", "halt", "clear"];
        let inputs = self.library.ports().iter().filter(|port| port.direction == Direction::Input);
        for input in inputs.filter(|port| !CONTROL.contains(&port.name.as_str())) {
            let port = self.library.port(&input.name).unwrap();
            let words: Vec<u32> = (0..port.words()).map(|_| self.rng.random()).collect();
            self.instance.write_wide(port, &words);
        }
        let outstanding = self.bursts.len() + self.answers.len();
        let room = u64::from(outstanding < 8 && self.rng.random());
        self.write("request_ready", room);
        let beat = u64::from(!self.bursts.is_empty() && self.rng.random());
        self.write(if self.library.port("a_read").is_ok() { "beat_ready" } else { "beat_valid" }, beat);
        let last = self.bursts.front().is_some_and(|(beats, _)| *beats == 1);
        self.write("beat_last", last.into());
        self.write("beat_response", 0);
        let answer = u64::from(!self.answers.is_empty() && self.rng.random());
        self.write("response_valid", answer);
        self.write("response", 0);
        self.write("response_last", self.answers.front().copied().unwrap_or_default().into());
        self.write("bus_idle", u64::from(outstanding == 0));
    }

    /// Requests, beats and responses that are transferred in this cycle.
    fn move_on_the_bus(&mut self) {
        let both = |valid, ready| self.read(valid) == 1 && self.read(ready) == 1;
        let (request, beat) = (both("request", "request_ready"), both("beat_valid", "beat_ready"));
        let answer = self.read("response_valid") == 1;
        let burst = (self.read("request_length") + 1, self.read("request_last") == 1);
        if answer {
            self.answers.pop_front();
        }
        if beat && let Some((beats, last)) = self.bursts.front_mut() {
            *beats -= 1;
            if *beats == 0 {
                if self.library.port("response_valid").is_ok() {
                    self.answers.push_back(*last);
                }
                self.bursts.pop_front();
            }
        }
        if request {
            self.bursts.push_back(burst);
        }
    }
}
