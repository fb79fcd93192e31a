//! The circuit in Verilator with an AXI memory, driven cycle by cycle as the control of the accelerator would.

use super::circuit::Traffic;
use super::model::{A, B, Contents, R, Transfer, WORDS, word_bytes};
use ibert_hdl::verilog::{Design, generate};
use ibert_sim::{
    AttachedMemory, AxiMemory, AxiTiming, BuildOptions, Initial, Instance, Library, Port, Recorder, Stimulus,
};
use std::collections::VecDeque;
use std::sync::OnceLock;

/// The circuit for a bus of `side` bytes.
pub(crate) fn design(side: usize) -> Design {
    let build = move || match side {
        4 => generate(&*Box::<Traffic<4, 32, 64>>::default(), "traffic_4"),
        8 => generate(&*Box::<Traffic<8, 64, 128>>::default(), "traffic_8"),
        16 => generate(&*Box::<Traffic<16, 128, 256>>::default(), "traffic_16"),
        _ => generate(&*Box::<Traffic<32, 256, 512>>::default(), "traffic_32"),
    };
    let builder = std::thread::Builder::new().stack_size(64 << 20).spawn(build).unwrap();
    builder.join().unwrap().unwrap()
}

fn library(side: usize) -> &'static Library {
    static LIBRARIES: [OnceLock<Library>; 2] = [const { OnceLock::new() }; 2];
    LIBRARIES[usize::from(side == 16)].get_or_init(|| {
        let options = BuildOptions { initial: Initial::Unique, ..BuildOptions::default() };
        Library::build(&ibert_cosim::units::source(&design(side)), &options).unwrap()
    })
}

/// What the engines report in a cycle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reports {
    pub(crate) retire: [bool; 2],
    pub(crate) fault: [Option<u64>; 2],
}

/// Index of the load engine in arrays of both.
pub(crate) const LOAD: usize = 0;
/// Index of the store engine.
pub(crate) const STORE: usize = 1;
const ENGINES: [&str; 2] = ["load", "store"];

pub(crate) struct Bench {
    pub(crate) side: usize,
    pub(crate) instance: Instance,
    pub(crate) memory: AttachedMemory,
    /// Instructions that wait for their engines.
    pub(crate) queue: [VecDeque<[u8; 32]>; 2],
    /// Cycle of each start.
    pub(crate) started: [Vec<u64>; 2],
    /// Cycle of each retirement.
    pub(crate) retired: [Vec<u64>; 2],
    /// Cycle and code of the fault.
    pub(crate) fault: [Option<(u64, u64)>; 2],
    start: [Port; 2],
    ready: [Port; 2],
    retire: [Port; 2],
    faulted: [Port; 2],
    fault_code: [Port; 2],
    idle: [Port; 2],
    instruction: Port,
}

impl Bench {
    /// After reset, with a memory of `size` bytes at `base`.
    pub(crate) fn new(side: usize, base: u64, size: usize, timing: AxiTiming) -> Bench {
        Bench::of(library(side).instance().unwrap(), side, base, size, timing)
    }

    /// The same, with registers and memories random before reset.
    pub(crate) fn with_random_state(side: usize, base: u64, size: usize, timing: AxiTiming, seed: u32) -> Bench {
        Bench::of(library(side).instance_with_seed(seed).unwrap(), side, base, size, timing)
    }

    fn of(mut instance: Instance, side: usize, base: u64, size: usize, timing: AxiTiming) -> Bench {
        let library = instance.library().clone();
        let memory = instance.attach(&AxiMemory { base, timing, ..AxiMemory::new("m_axi_", size) }).unwrap();
        for (index, byte) in instance.memory_mut(memory).iter_mut().enumerate() {
            *byte = (index as u32).wrapping_mul(0x9e37_79b1).to_be_bytes()[0];
        }
        let ports = |name: &str| ENGINES.map(|engine| library.port(&format!("{engine}_{name}")).unwrap());
        let mut bench = Bench {
            side,
            instance,
            memory,
            queue: Default::default(),
            started: Default::default(),
            retired: Default::default(),
            fault: [None; 2],
            start: ports("start"),
            ready: ports("ready"),
            retire: ports("retire"),
            faulted: ports("fault"),
            fault_code: ports("fault_code"),
            idle: ports("idle"),
            instruction: library.port("instruction").unwrap(),
        };
        bench.reset(2);
        bench
    }

    pub(crate) fn port(&self, name: &str) -> Port {
        self.instance.port(name).unwrap()
    }

    pub(crate) fn set(&mut self, name: &str, value: u64) {
        self.instance.write(self.port(name), value);
    }

    pub(crate) fn record(&mut self, valid: &str, columns: &[&str]) -> Recorder {
        self.instance.record(valid, columns).unwrap()
    }

    /// `cycles` cycles of reset; what was queued and reported is forgotten.
    pub(crate) fn reset(&mut self, cycles: u64) {
        self.set("reset_n", 0);
        self.instance.ticks(cycles);
        self.set("reset_n", 1);
        self.forget();
    }

    fn forget(&mut self) {
        self.queue.iter_mut().for_each(VecDeque::clear);
        self.started.iter_mut().for_each(Vec::clear);
        self.retired.iter_mut().for_each(Vec::clear);
        self.fault = [None; 2];
    }

    pub(crate) fn push(&mut self, engine: usize, transfer: &Transfer) {
        self.queue[engine].push_back(if engine == LOAD { transfer.load() } else { transfer.store() });
    }

    pub(crate) fn idle(&self) -> bool {
        self.idle.iter().all(|port| self.instance.read(*port) == 1)
    }

    /// Nothing is queued, and all that started has retired.
    pub(crate) fn done(&self) -> bool {
        (0..2).all(|engine| self.queue[engine].is_empty() && self.retired[engine].len() == self.started[engine].len())
    }

    /// A cycle. Starts the oldest instruction of the first engine that can take one and has fewer than 8 under way,
    /// unless `pause`.
    pub(crate) fn cycle(&mut self, pause: bool) -> Reports {
        let now = self.instance.cycle();
        let mut reports = Reports::default();
        for (engine, name) in ENGINES.into_iter().enumerate() {
            if self.instance.read(self.retire[engine]) == 1 {
                reports.retire[engine] = true;
                self.retired[engine].push(now);
            }
            if self.instance.read(self.faulted[engine]) == 1 {
                let code = self.instance.read(self.fault_code[engine]);
                reports.fault[engine] = Some(code);
                assert_eq!(self.fault[engine], None, "{name} faults once");
                self.fault[engine] = Some((now, code));
            }
            assert!(!reports.retire[engine] || reports.fault[engine].is_none(), "{name} retires and faults");
            self.instance.write(self.start[engine], 0);
        }
        let able = |engine: &usize| {
            let under_way = self.started[*engine].len() - self.retired[*engine].len();
            !self.queue[*engine].is_empty() && self.instance.read(self.ready[*engine]) == 1 && under_way < 8
        };
        if !pause && let Some(engine) = (0..2).find(able) {
            let bytes = self.queue[engine].pop_front().unwrap();
            let words: Vec<u32> = bytes.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
            self.instance.write_wide(self.instruction, &words);
            self.instance.write(self.start[engine], 1);
            self.started[engine].push(now);
        }
        self.instance.tick();
        self.instance.check().unwrap();
        reports
    }

    /// Runs until everything has retired or an engine has reported a fault.
    pub(crate) fn run(&mut self) {
        for _ in 0..200_000 {
            if self.done() || self.fault.iter().any(Option::is_some) {
                return;
            }
            self.cycle(false);
        }
        panic!("not done: {:?} started, {:?} retired", self.started, self.retired);
    }

    /// Halt as the control does it: until both engines are idle, then clear. Returns the cycles that it took.
    pub(crate) fn halt_and_clear(&mut self) -> u64 {
        let before = self.instance.cycle();
        self.queue.iter_mut().for_each(VecDeque::clear);
        self.set("halt", 1);
        // At least one cycle of halt.
        self.cycle(true);
        while !self.idle() {
            self.cycle(true);
            assert!(self.instance.cycle() - before < 100_000, "the halt does not end");
        }
        self.set("halt", 0);
        self.set("clear", 1);
        self.cycle(true);
        self.set("clear", 0);
        self.forget();
        self.instance.cycle() - before
    }

    /// What the on-chip memories hold, read through their ports.
    pub(crate) fn contents(&mut self) -> Contents {
        let library = self.instance.library().clone();
        let data = ["a_data", "b_data", "r_data", "k_data"];
        let mut stimulus = Stimulus::new(&library, &["hold_a", "hold_r", "probe_address"], &data).unwrap();
        for address in 0..=WORDS[A] as u64 {
            stimulus.row(&[1, 1, address % WORDS[A] as u64]);
        }
        stimulus.row(&[0, 0, 0]);
        let responses = self.instance.drive(&stimulus).unwrap();
        let mut contents = Contents::zero(self.side);
        for memory in 0..4 {
            let port = library.port(data[memory]).unwrap();
            for (address, word) in contents.words[memory].iter_mut().enumerate() {
                let words = responses.wide(address + 1, port);
                let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
                word.copy_from_slice(&bytes[..word_bytes(self.side, memory)]);
            }
        }
        contents
    }

    /// Writes of the vector engine in the next cycle: halves of a word of A, B or R; none if no mask is given.
    pub(crate) fn vector(&mut self, write: Option<(usize, u64, usize, &[u8])>) {
        for memory in [A, B, R] {
            let name = ["vector_a", "vector_b", "vector_r"][memory];
            let mask = write.filter(|write| write.0 == memory).map_or(0, |write| write.1);
            self.set(name, mask);
        }
        if let Some((_, _, address, data)) = write {
            self.set("vector_address", address as u64);
            let words: Vec<u32> = data.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
            self.instance.write_wide(self.port("vector_data"), &words);
        }
    }
}
