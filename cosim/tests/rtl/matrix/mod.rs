//! The matrix engine in Verilator: sums against the instruction-level model, cycles against its datasheet.

mod bench;

use bench::{DEPTHS, MatrixBench};
use ibert_compile::machine::{Memories, Watcher, Write, run_matmul};
use ibert_cosim::units::source;
use ibert_hdl::verilog::generate;
use ibert_isa::{Configuration, Instruction, Matmul, Operation, Stop, TINY};
use ibert_sim::{BuildOptions, Instance, Library, Port};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::VecDeque;

/// One word of C: address and sums.
type Word = (usize, Vec<i64>);

/// What an instruction should do, and when.
struct Expected {
    words: Vec<Word>,
    retire: u64,
}

struct Bench {
    side: usize,
    instance: Instance,
    memories: Memories,
    cycle: u64,
    /// Words of C that were written, in order.
    written: Vec<Word>,
    retired: Vec<u64>,
    /// In the cycle before.
    was_ready: bool,
}

#[derive(Default)]
struct Words(Vec<Word>);

impl Watcher for Words {
    fn written(&mut self, write: Write, values: &[i64]) {
        self.0.push((write.address, values.to_vec()));
    }
}

fn library(side: usize) -> Library {
    let design = match side {
        4 => generate(&*Box::<MatrixBench<4, 36, 32, 128, 6, 8>>::default(), "matrix_bench"),
        _ => generate(&*Box::<MatrixBench<8, 72, 64, 256, 10, 12>>::default(), "matrix_bench"),
    };
    let options = BuildOptions { flags: vec!["-Wall".into()], ..BuildOptions::default() };
    let library = Library::build(&source(&design.unwrap()), &options).unwrap();
    assert_eq!(library.warnings(), "");
    library
}

impl Bench {
    /// After a reset, with random memories in which the extremes are frequent.
    fn new(library: &Library, side: usize, rng: &mut ChaCha8Rng) -> Self {
        let [a_depth, b_depth, c_depth] = DEPTHS;
        let configuration = Configuration { side, a_depth, b_depth, c_depth, ..TINY };
        let memories = Memories::new(&configuration);
        let instance = library.instance().unwrap();
        let mut bench =
            Bench { side, instance, memories, cycle: 0, written: vec![], retired: vec![], was_ready: false };
        bench.tick();
        bench.write("reset_n", 1);
        for address in 0..1 << a_depth {
            for memory in ["write_a", "write_b"] {
                let byte = |rng: &mut ChaCha8Rng| {
                    if rng.random_ratio(1, 4) { [0x80, 0x7f][rng.random_range(0..2)] } else { rng.random() }
                };
                let bytes: Vec<u8> = (0..side).map(|_| byte(rng)).collect();
                let words: Vec<u32> =
                    bytes.chunks(4).map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap())).collect();
                let memory_words = if memory == "write_a" { &mut bench.memories.a } else { &mut bench.memories.b };
                memory_words.word_mut(address).unwrap().copy_from_slice(&bytes);
                bench.write("write_address", address as u64);
                let port = bench.port("write_word");
                bench.instance.write_wide(port, &words);
                bench.write(memory, 1);
                bench.tick();
                bench.write(memory, 0);
            }
        }
        bench
    }

    fn port(&self, name: &str) -> Port {
        self.instance.port(name).unwrap()
    }

    fn write(&mut self, name: &str, value: u64) {
        let port = self.port(name);
        self.instance.write(port, value);
    }

    fn read(&self, name: &str) -> bool {
        self.instance.read(self.port(name)) == 1
    }

    /// Ends a cycle: what is written and retired in it is kept.
    fn tick(&mut self) {
        self.instance.eval();
        if self.read("c_write") {
            let address = self.instance.read(self.port("c_address")) as usize;
            let mut words = vec![];
            self.instance.read_wide(self.port("c_word"), &mut words);
            self.written.push((address, words.into_iter().map(|word| i64::from(word as i32)).collect()));
        }
        if self.read("retire") {
            self.retired.push(self.cycle);
        }
        self.was_ready = self.read("ready");
        self.instance.tick();
        self.cycle += 1;
    }

    /// Gives an instruction in this cycle, which must be legal, and ends the cycle.
    fn start(&mut self, matmul: Matmul) {
        assert!(self.was_ready);
        let bytes = Instruction { wait: 3, post: 5, operation: Operation::Matmul(matmul) }.encode().unwrap();
        let words: Vec<u32> = bytes.chunks(4).map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap())).collect();
        let port = self.port("instruction");
        self.instance.write_wide(port, &words);
        self.write("start", 1);
        self.tick();
        self.write("start", 0);
        // The engine was ready for this one: it says anew whether for another.
        self.was_ready = false;
        // What is sampled is sampled: the instruction may change.
        self.instance.write_wide(port, &[!0; 8]);
    }

    fn expected(&mut self, matmul: &Matmul) -> Result<Expected, Stop> {
        let mut words = Words::default();
        run_matmul(&mut self.memories, 0, self.side, matmul, &mut words)?;
        let (period, side) = (matmul.depth.max(self.side as u64), self.side as u64);
        let retire = self.cycle + period * matmul.tiles + 2 * side + 4;
        Ok(Expected { words: words.0, retire })
    }

    /// Back to the state after reset.
    fn clear(&mut self) {
        self.write("clear", 1);
        self.tick();
        self.write("clear", 0);
        self.tick();
    }

    /// Everything that is under way, to its end.
    fn finish(&mut self) {
        while !self.was_ready {
            self.tick();
        }
        for _ in 0..3 * self.side + 8 {
            self.tick();
        }
        self.instance.eval();
        assert!(self.read("idle"));
    }
}

/// A legal instruction, mostly short.
fn random(rng: &mut ChaCha8Rng, side: u64) -> Matmul {
    let depth = match rng.random_range(0..4) {
        0 => rng.random_range(1..=side),
        1 => side,
        2 => 1,
        _ => rng.random_range(1..40),
    };
    let tiles = rng.random_range(1..4);
    let mut place = || {
        let start = rng.random_range(0..=256 - depth);
        let room = (256 - depth - start) / 3;
        (start, if rng.random_ratio(1, 3) { 0 } else { rng.random_range(0..=room) })
    };
    let ((a, a_stride), (b, b_stride)) = (place(), place());
    let c = rng.random_range(0..=128 - tiles * side);
    let (swap, unsigned_left) = (rng.random(), rng.random());
    Matmul { a, b, c, depth, tiles, a_stride, b_stride, swap, unsigned_left }
}

#[test]
fn sums_and_cycles_of_random_instructions_are_exact_with_and_without_pauses() {
    for side in [4, 8] {
        let mut rng = ChaCha8Rng::seed_from_u64(side as u64);
        let library = library(side);
        let mut bench = Bench::new(&library, side, &mut rng);
        let mut expected = VecDeque::new();
        for _ in 0..400 {
            while !bench.was_ready || rng.random_ratio(1, 40) {
                bench.tick();
            }
            let matmul = random(&mut rng, side as u64);
            expected.push_back(bench.expected(&matmul).unwrap());
            bench.start(matmul);
        }
        bench.finish();
        let words: Vec<Word> = expected.iter().flat_map(|expected| expected.words.clone()).collect();
        let first = bench.written.iter().zip(&words).enumerate().find(|(_, (got, expected))| got != expected);
        assert_eq!(first, None, "N = {side}: first word that differs, got and expected");
        assert_eq!(bench.written.len(), words.len());
        let retire: Vec<u64> = expected.iter().map(|expected| expected.retire).collect();
        assert_eq!(bench.retired, retire);
    }
}

#[test]
fn instructions_follow_each_other_without_a_bubble() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let library = library(4);
    let mut bench = Bench::new(&library, 4, &mut rng);
    let first = bench.cycle;
    for depth in [4, 9, 16] {
        let matmul = Matmul { depth, tiles: 2, ..Matmul::default() };
        bench.start(matmul);
        // Ready comes back in the last cycle but one of the last tile, not before.
        for cycle in 1..2 * depth {
            bench.tick();
            assert_eq!(bench.was_ready, cycle == 2 * depth - 1);
        }
    }
    assert_eq!(bench.cycle - first, 2 * (4 + 9 + 16));
}

#[test]
fn what_would_leave_a_memory_is_a_fault_before_the_access_and_clear_makes_good() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let library = library(4);
    let mut bench = Bench::new(&library, 4, &mut rng);
    let legal = Matmul { depth: 4, tiles: 2, ..Matmul::default() };
    let cases = [
        (Matmul { depth: 0, ..legal }, Stop::IllegalOperand),
        (Matmul { tiles: 0, ..legal }, Stop::IllegalOperand),
        (Matmul { a: 253, ..legal }, Stop::AddressRange),
        (Matmul { b: 253, ..legal }, Stop::AddressRange),
        (Matmul { a: 250, a_stride: 3, ..legal }, Stop::AddressRange),
        (Matmul { b: 1, b_stride: 65_535, ..legal }, Stop::AddressRange),
        (Matmul { c: 121, ..legal }, Stop::AddressRange),
        (Matmul { c: 128, ..legal }, Stop::AddressRange),
    ];
    for (matmul, stop) in cases {
        bench.written.clear();
        bench.retired.clear();
        let before = bench.expected(&legal).unwrap();
        bench.start(legal);
        while !bench.was_ready {
            bench.tick();
        }
        assert_eq!(bench.expected(&matmul).err(), Some(stop), "{matmul:?}");
        bench.start(matmul);
        let mut faults = vec![];
        for _ in 0..40 {
            bench.instance.eval();
            if bench.read("fault") {
                faults.push(Stop::from_code(bench.instance.read(bench.port("fault_code"))).unwrap());
            }
            assert!(!bench.read("ready") || faults.is_empty(), "a faulty engine takes nothing more");
            bench.tick();
        }
        assert_eq!(faults, [stop], "{matmul:?}");
        bench.instance.eval();
        assert!(bench.read("idle"));
        // The instruction before it is complete; of this one only whole tiles before the fault are there.
        assert_eq!(bench.retired, [before.retire]);
        assert_eq!(bench.written[..8], before.words);
        bench.clear();
    }
    bench.written.clear();
    let expected = bench.expected(&legal).unwrap();
    bench.start(legal);
    bench.finish();
    assert_eq!(bench.written, expected.words);
}

#[test]
fn halt_ends_issuing_and_idle_follows() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let library = library(4);
    let mut bench = Bench::new(&library, 4, &mut rng);
    let long = Matmul { depth: 40, tiles: 5, ..Matmul::default() };
    bench.start(long);
    for _ in 0..60 {
        bench.tick();
    }
    bench.write("halt", 1);
    bench.tick();
    for _ in 0..20 {
        bench.instance.eval();
        assert!(!bench.read("read") && !bench.read("ready"));
        bench.tick();
    }
    bench.instance.eval();
    assert!(bench.read("idle"));
    assert!(bench.retired.is_empty());
    assert_eq!(bench.written.len(), 4, "one tile had all its operands");
    bench.write("halt", 0);
    bench.clear();
    bench.written.clear();
    let short = Matmul { depth: 3, tiles: 1, ..Matmul::default() };
    let expected = bench.expected(&short).unwrap();
    bench.start(short);
    bench.finish();
    assert_eq!((bench.written.clone(), bench.retired.clone()), (expected.words, vec![expected.retire]));
}
