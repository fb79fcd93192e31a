//! The engine in Verilator between memories in Rust.

use crate::codes::put_code;
use ibert_cosim::units::source;
use ibert_golden::ops::RowReciprocal;
use ibert_hdl::verilog::generate;
use ibert_isa::timing::vector::Timeline;
use ibert_isa::{BASE, Instruction, Opcode, Operation, SoftmaxForm, Vector, VectorOperation};
use ibert_sim::{BuildOptions, Initial, Instance, Library, Port};
use rust_hdl::core::prelude::Block;

/// What the memories hold: `[word][lane]`, and the bytes of K.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Memories {
    pub(crate) a: Vec<Vec<i64>>,
    pub(crate) b: Vec<Vec<i64>>,
    pub(crate) c: Vec<Vec<i64>>,
    pub(crate) r: Vec<Vec<i64>>,
    pub(crate) y: Vec<Vec<i64>>,
    pub(crate) k: Vec<[u8; 32]>,
    /// In the lanes, `[index][lane]`; unknown until written.
    pub(crate) reciprocals: Vec<Vec<RowReciprocal>>,
}

/// An engine's sizes and its Verilog, built.
pub(crate) struct Design {
    pub(crate) library: Library,
    pub(crate) side: usize,
    pub(crate) lanes: usize,
    /// Address bits of A, B, C, R, Y, K.
    pub(crate) depths: [usize; 6],
    /// Operations of the engine.
    pub(crate) operations: Vec<VectorOperation>,
}

impl Design {
    /// Builds `E`, in a thread with a stack that holds it.
    pub(crate) fn build<E: Block + Default>(
        side: usize,
        lanes: usize,
        depths: [usize; 6],
        softmax: SoftmaxForm,
    ) -> Self {
        let top = format!("vector_engine_n{side}_{}", softmax.name());
        let emit = move || generate(&*Box::<E>::default(), &top).unwrap();
        let verilog = std::thread::Builder::new().stack_size(256 << 20).spawn(emit).unwrap().join().unwrap();
        let options = BuildOptions { initial: Initial::Unique, ..BuildOptions::default() };
        let library = Library::build(&source(&verilog), &options).unwrap();
        let operations = BASE.with_softmax(softmax).operations();
        Design { library, side, lanes, depths, operations }
    }
}

/// What happened in a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) ready: bool,
    pub(crate) retire: bool,
    pub(crate) fault: Option<u64>,
    pub(crate) idle: bool,
    pub(crate) wrote: bool,
    pub(crate) variance_saturated: bool,
}

/// What is driven in a cycle.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Driven<'a> {
    /// Given if the engine is ready.
    pub(crate) instruction: Option<&'a Vector>,
    /// Takes the place of the operation's code; need not stand for an operation.
    pub(crate) operation_code: Option<u8>,
    pub(crate) halt: bool,
    pub(crate) clear: bool,
    pub(crate) reset: bool,
}

/// Start and retire cycle of each instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trace {
    pub(crate) starts: Vec<u64>,
    pub(crate) retires: Vec<u64>,
}

/// A running engine.
pub(crate) struct Bench<'a> {
    design: &'a Design,
    instance: Instance,
    pub(crate) memories: Memories,
    pub(crate) cycle: u64,
}

impl<'a> Bench<'a> {
    /// An engine with arbitrary registers, after one cycle of reset.
    pub(crate) fn new(design: &'a Design, memories: Memories, seed: u32) -> Self {
        let instance = design.library.instance_with_seed(seed).unwrap();
        let mut bench = Bench { design, instance, memories, cycle: 0 };
        bench.step(Driven { reset: true, ..Driven::default() });
        bench.cycle = 0;
        bench
    }

    fn port(&self, name: &str) -> Port {
        self.design.library.port(name).unwrap()
    }

    fn read(&self, name: &str) -> u64 {
        self.instance.read(self.port(name))
    }

    fn write(&mut self, name: &str, value: u64) {
        let port = self.port(name);
        self.instance.write(port, value);
    }

    fn show(&mut self, name: &str, word: &[i64], width: usize) {
        let port = self.port(name);
        self.instance.write_wide(port, &packed(word, width));
    }

    /// One cycle: what is driven, what the memories show, what is written.
    pub(crate) fn step(&mut self, driven: Driven<'_>) -> Seen {
        for (name, value) in [("reset_n", !driven.reset), ("halt", driven.halt), ("clear", driven.clear)] {
            self.write(name, value.into());
        }
        self.write("start", 0);
        self.instance.eval();
        let ready = self.read("ready") == 1;
        if let Some(vector) = driven.instruction.filter(|_| ready) {
            let instruction = Instruction { wait: 0, post: 0, operation: Operation::Vector(*vector) };
            let mut bytes = instruction.encode().unwrap();
            if let Some(code) = driven.operation_code {
                put_code(&mut bytes, Opcode::Vector, "operation", code);
            }
            let words: Vec<u32> = bytes.chunks(4).map(word_of).collect();
            let port = self.port("instruction");
            self.instance.write_wide(port, &words);
            self.write("start", 1);
            self.instance.eval();
            assert!(self.read("ready") == 1, "ready depends on start");
        }
        let seen = Seen {
            ready,
            retire: self.read("retire") == 1,
            fault: (self.read("fault") == 1).then(|| self.read("fault_code")),
            idle: self.read("idle") == 1,
            wrote: ["a_write", "b_write", "r_write", "y_write"].iter().any(|name| self.read(name) != 0),
            variance_saturated: self.read("variance_saturated") == 1,
        };
        assert!(driven.reset || self.read("overrun") == 0, "cycle {}: a row unit was not ready", self.cycle);
        let address = |name: &str| self.read(name) as usize;
        let (c, y, k) = (address("c_address"), address("y_address"), address("k_address"));
        let r = (self.read("r_read") == 1).then(|| address("r_read_address"));
        let (a_write, b_write) = (address("a_address"), address("b_address"));
        let (r_write, y_write) = (address("r_write_address"), address("y_write_address"));
        let (c, y, k) = (self.memories.c[c].clone(), self.memories.y[y].clone(), self.memories.k[k]);
        // Without r_read somebody else has the port.
        let r = r.map_or_else(|| vec![0x5a5a; self.design.side], |word| self.memories.r[word].clone());
        if !driven.reset {
            let (lanes, instance) = (self.design.lanes, &self.instance);
            let port = |name: &str| self.design.library.port(name).unwrap();
            let memory = |memory: &mut [Vec<i64>], word: usize, enable: &str, data: &str, width: usize, signed| {
                let (groups, mut value) = (instance.read(port(enable)), vec![]);
                instance.read_wide(port(data), &mut value);
                for (lane, place) in
                    memory[word].iter_mut().enumerate().filter(|(lane, _)| groups >> (lane / lanes) & 1 == 1)
                {
                    *place = unpacked(&value, lane, width, signed);
                }
            };
            memory(&mut self.memories.a, a_write, "a_write", "a_data", 8, true);
            memory(&mut self.memories.b, b_write, "b_write", "b_data", 8, true);
            memory(&mut self.memories.r, r_write, "r_write", "r_write_data", 16, true);
            memory(&mut self.memories.y, y_write, "y_write", "y_write_data", 22, true);
        }
        self.instance.tick();
        self.show("c_data", &c, 32);
        self.show("y_data", &y, 22);
        self.show("r_data", &r, 16);
        let words: Vec<u32> = k[..20].chunks(4).map(word_of).collect();
        let port = self.port("k_data");
        self.instance.write_wide(port, &words);
        self.cycle += 1;
        seen
    }

    /// Runs a program: each instruction as soon as the engine is ready and `wait` cycles more have passed.
    ///
    /// # Panics
    /// On a fault, and if the engine is not idle in time.
    pub(crate) fn run(&mut self, program: &[Vector], mut wait: impl FnMut() -> u64) -> Trace {
        let mut trace = Trace { starts: vec![], retires: vec![] };
        let (mut next, mut pause, mut limit) = (0, wait(), 0);
        while next < program.len() || trace.retires.len() < program.len() {
            let offered = program.get(next).filter(|_| pause == 0);
            let cycle = self.cycle;
            let seen = self.step(Driven { instruction: offered, ..Driven::default() });
            assert_eq!(seen.fault, None, "cycle {cycle}, instruction {next}");
            assert_eq!(seen.idle, trace.starts.len() == trace.retires.len(), "cycle {cycle}");
            if seen.ready && offered.is_some() {
                trace.starts.push(cycle);
                (next, pause, limit) = (next + 1, wait(), cycle + 1_000_000);
            } else if seen.ready {
                pause = pause.saturating_sub(1);
            }
            if seen.retire {
                trace.retires.push(cycle);
            }
            assert!(next == 0 || cycle < limit, "stuck behind instruction {}", next - 1);
        }
        let seen = self.step(Driven::default());
        assert!(seen.idle && seen.ready && !seen.retire && !seen.wrote, "{seen:?}");
        trace
    }
}

/// The trace that the closed formulas predict, if each instruction starts `waits` cycles after the engine is ready for
/// it, from cycle `origin` on.
pub(crate) fn predicted(program: &[Vector], lanes: usize, origin: u64, mut wait: impl FnMut() -> u64) -> Trace {
    let mut timeline = Timeline::new(lanes);
    let mut trace = Trace { starts: vec![], retires: vec![] };
    for instruction in program {
        let start = timeline.ready() + wait();
        trace.starts.push(origin + start);
        trace.retires.push(origin + timeline.start(start, instruction));
    }
    trace
}

fn word_of(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

/// Values side by side, the first lowest.
fn packed(values: &[i64], width: usize) -> Vec<u32> {
    let mut words = vec![0u32; (values.len() * width).div_ceil(32)];
    for (lane, value) in values.iter().enumerate() {
        let (bit, value) = (lane * width, (*value as u64 & ((1 << width) - 1)) << (lane * width % 32));
        words[bit / 32] |= value as u32;
        if let Some(word) = words.get_mut(bit / 32 + 1) {
            *word |= (value >> 32) as u32;
        }
    }
    words
}

/// One of them.
fn unpacked(words: &[u32], lane: usize, width: usize, signed: bool) -> i64 {
    let bit = lane * width;
    let high = words.get(bit / 32 + 1).copied().unwrap_or(0);
    let value = (u64::from(high) << 32 | u64::from(words[bit / 32])) >> (bit % 32) & ((1 << width) - 1);
    if signed { (value as i64) << (64 - width) >> (64 - width) } else { value as i64 }
}
