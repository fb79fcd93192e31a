//! What a test decides: a program, how its engines behave, how memory answers, what the host does.

use ibert_isa::{Instruction, Load, Matmul, Memory, Opcode, Operation, Stop, Store, Vector};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// An instruction, and how its engine takes it.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    /// As in memory.
    pub(crate) bytes: [u8; 32],
    /// 0 load, 1 store, 2 matrix, 3 vector.
    pub(crate) engine: usize,
    pub(crate) waits: u16,
    pub(crate) posts: u16,
    /// The stop of the instruction itself: an opcode or a reserved bit.
    pub(crate) illegal: Option<Stop>,
    /// The engine is ready again so many cycles after the start, at least 1.
    pub(crate) gap: u64,
    /// It retires so many cycles after its start, at least 1, or one cycle after the one before it.
    pub(crate) duration: u64,
    /// It fails instead of retiring.
    pub(crate) fault: Option<Stop>,
}

impl Planned {
    pub(crate) fn new(engine: usize, waits: u16, posts: u16) -> Planned {
        let operation = match Opcode::ALL[engine] {
            Opcode::Load => Operation::Load(Load { dram: 64, address: 3, count: 7, memory: Memory::B }),
            Opcode::Store => Operation::Store(Store { dram: 128, address: 5, count: 9, memory: Memory::R }),
            Opcode::Matmul => Operation::Matmul(Matmul { depth: 11, tiles: 2, c: 13, ..Matmul::default() }),
            Opcode::Vector => Operation::Vector(Vector { steps: 17, tiles: 1, groups: 2, ..Vector::default() }),
        };
        let bytes = Instruction { wait: waits, post: posts, operation }.encode().unwrap();
        Planned { bytes, engine, waits, posts, illegal: None, gap: 1, duration: 1, fault: None }
    }

    /// With this opcode, which does not exist.
    pub(crate) fn with_opcode(mut self, opcode: u8) -> Planned {
        self.bytes[0] = self.bytes[0] & 0xf0 | opcode;
        self.illegal = Some(Stop::IllegalOpcode);
        self
    }

    /// With this bit set, which is reserved.
    pub(crate) fn with_reserved_bit(mut self, bit: usize) -> Planned {
        self.bytes[bit / 8] |= 1 << (bit % 8);
        self.illegal = Some(Stop::ReservedBits);
        self
    }

    pub(crate) fn taking(mut self, gap: u64, duration: u64) -> Planned {
        (self.gap, self.duration) = (gap, duration);
        self
    }

    pub(crate) fn failing(mut self, stop: Stop) -> Planned {
        self.fault = Some(stop);
        self
    }
}

/// How memory answers the fetcher.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FetchMemory {
    /// Cycles from an accepted request to its first beat, at least 1.
    pub(crate) latency: u64,
    /// Requests and beats wait in a random half of the cycles.
    pub(crate) stall: Option<u64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub(crate) program: Vec<Planned>,
    pub(crate) address: u32,
    pub(crate) memory: FetchMemory,
    /// Beats of the program that are answered with an error: beat and AXI response.
    pub(crate) read_errors: Vec<(u64, u64)>,
    /// Instructions that an engine takes at a time.
    pub(crate) capacity: [usize; 4],
    /// Cycles after the beginning of the halt in which an engine still retires what is under way.
    pub(crate) drain: [u64; 4],
    pub(crate) watchdog: u32,
    /// Running cycle in which the host's abort takes effect.
    pub(crate) abort: Option<u64>,
    /// Other traffic on the memory bus, in one of so many cycles.
    pub(crate) traffic: Option<u64>,
}

impl Scenario {
    pub(crate) fn new(program: Vec<Planned>) -> Scenario {
        Scenario {
            program,
            address: 0x1000,
            memory: FetchMemory { latency: 3, stall: None },
            read_errors: vec![],
            capacity: [8; 4],
            drain: [2, 0, 5, 1],
            watchdog: 0,
            abort: None,
            traffic: None,
        }
    }

    /// Whether memory is ready for the fetcher in this running cycle.
    pub(crate) fn memory_ready(&self, cycle: u64) -> bool {
        self.memory.stall.is_none_or(|seed| mix(seed, cycle) & 1 == 0)
    }

    /// Whether the rest of the machine uses the bus in this running cycle.
    pub(crate) fn other_traffic(&self, cycle: u64) -> bool {
        self.traffic.is_some_and(|one_in| mix(one_in, cycle).is_multiple_of(one_in))
    }
}

/// A hash: the same random decisions for whoever asks.
fn mix(seed: u64, cycle: u64) -> u64 {
    let mut value = (seed ^ cycle.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    value ^= value >> 29;
    value = value.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value ^ value >> 32
}

/// A program without deadlock: each semaphore is waited for by one engine only, and never more often than instructions
/// before have posted it.
pub(crate) fn random_scenario(rng: &mut ChaCha8Rng, length: usize) -> Scenario {
    let consumer: [usize; 16] = std::array::from_fn(|_| rng.random_range(0..4));
    let mut posted = [0_u32; 16];
    let busy = rng.random_range(1..60);
    let dense = rng.random_range(1..6);
    let program = (0..length).map(|_| {
        let engine = rng.random_range(0..4);
        let mut waits = 0;
        for semaphore in (0..16).filter(|s| consumer[*s] == engine) {
            if posted[semaphore] > 0 && rng.random_ratio(1, 2) {
                waits |= 1 << semaphore;
                posted[semaphore] -= 1;
            }
        }
        let posts =
            (0..16).filter(|s| posted[*s] < 200 && rng.random_ratio(dense, 20)).fold(0, |mask, s| mask | 1 << s);
        (0..16).filter(|s| posts >> s & 1 == 1).for_each(|s| posted[s] += 1);
        let gap = if rng.random() { 1 } else { rng.random_range(1..=busy) };
        Planned::new(engine, waits, posts).taking(gap, rng.random_range(1..=2 * busy))
    });
    let program = program.collect();
    Scenario {
        address: 32 * rng.random_range(0..1000),
        memory: FetchMemory {
            latency: [1, 2, 30, 200][rng.random_range(0..4)],
            stall: rng.random_ratio(1, 2).then(|| rng.random()),
        },
        capacity: std::array::from_fn(|_| [1, 2, 3, 8, 12][rng.random_range(0..5)]),
        drain: std::array::from_fn(|_| rng.random_range(0..20)),
        ..Scenario::new(program)
    }
}
