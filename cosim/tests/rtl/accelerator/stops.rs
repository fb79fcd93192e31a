//! Every way for a program to be stopped: its code and instruction, an interrupt, and the next program is right.

use super::{accelerator, compiled, equal, sequence, small_encoder};
use crate::codes::put_code;
use ibert_compile::Compiled;
use ibert_compile::machine::{Machine, Order};
use ibert_cosim::accelerator::{RunOptions, Session};
use ibert_golden::encoder::Sequence;
use ibert_golden::model::IntegerModel;
use ibert_isa::registers::Registers;
use ibert_isa::{INSTRUCTION_BYTES, Instruction, Opcode, Operation, Stop, TINY};
use ibert_sim::{AxiError, AxiFault};

/// An accelerator, and an encoder that must still run after everything that happens to it.
struct Bench {
    session: Session,
    model: IntegerModel,
    sequence: Sequence,
    good: Compiled,
}

impl Bench {
    fn new() -> Self {
        let model = small_encoder(false, 6);
        let sequence = sequence(&model, 5, 6);
        let good = compiled(&model, TINY, &sequence);
        let session = Session::new(&accelerator(TINY), 1 << 20, &RunOptions::default()).unwrap();
        Bench { session, model, sequence, good }
    }

    /// Starts the program of an image; why it was stopped. Then the good program, as if nothing had been.
    #[track_caller]
    fn stopped(&mut self, image: &[u8], address: u32, length: u32) -> (Stop, u32) {
        self.session.load(image);
        self.session.start(address, length).unwrap();
        let ended = self.session.wait().unwrap();
        self.works();
        ended.stopped.expect("it was to be stopped")
    }

    #[track_caller]
    fn works(&mut self) {
        self.session.set_faults(&[]);
        equal(&mut self.session, &self.model, &self.sequence, &self.good);
    }

    /// The good program's image with some instruction changed.
    fn changed(&self, index: usize, change: impl FnOnce(&mut Instruction)) -> Vec<u8> {
        let mut instruction = self.good.program[index];
        change(&mut instruction);
        self.with_bytes(index, &instruction.encode().unwrap())
    }

    fn with_bytes(&self, index: usize, encoded: &[u8; INSTRUCTION_BYTES]) -> Vec<u8> {
        let mut image = self.good.image.bytes.clone();
        let at = self.good.image.program as usize + index * INSTRUCTION_BYTES;
        image[at..at + INSTRUCTION_BYTES].copy_from_slice(encoded);
        image
    }

    /// Index of the `nth` instruction of a kind.
    fn find(&self, nth: usize, kind: fn(&Operation) -> bool) -> usize {
        let mut found = (0..self.good.program.len()).filter(|&index| kind(&self.good.program[index].operation));
        found.nth(nth).expect("there are so many")
    }
}

fn is_load(operation: &Operation) -> bool {
    matches!(operation, Operation::Load(_))
}

fn is_store(operation: &Operation) -> bool {
    matches!(operation, Operation::Store(_))
}

fn is_matmul(operation: &Operation) -> bool {
    matches!(operation, Operation::Matmul(_))
}

fn is_vector(operation: &Operation) -> bool {
    matches!(operation, Operation::Vector(_))
}

#[test]
fn faults_of_the_program_stop_it_where_they_are() {
    let mut bench = Bench::new();
    let (address, length) = (bench.good.image.program, bench.good.image.length as u32);
    assert_eq!(bench.stopped(&bench.good.image.bytes.clone(), address, 0), (Stop::EmptyProgram, 0));
    assert_eq!(bench.stopped(&bench.good.image.bytes.clone(), address + 8, length), (Stop::UnalignedAddress, 0));

    let matmul = |change: fn(&mut ibert_isa::Matmul)| {
        move |instruction: &mut Instruction| match &mut instruction.operation {
            Operation::Matmul(matmul) => change(matmul),
            _ => unreachable!(),
        }
    };
    let vector = |change: fn(&mut ibert_isa::Vector)| {
        move |instruction: &mut Instruction| match &mut instruction.operation {
            Operation::Vector(vector) => change(vector),
            _ => unreachable!(),
        }
    };
    let load = |change: fn(&mut ibert_isa::Load)| {
        move |instruction: &mut Instruction| match &mut instruction.operation {
            Operation::Load(load) => change(load),
            _ => unreachable!(),
        }
    };
    let store = |change: fn(&mut ibert_isa::Store)| {
        move |instruction: &mut Instruction| match &mut instruction.operation {
            Operation::Store(store) => change(store),
            _ => unreachable!(),
        }
    };
    let (l, s, m, v) =
        (bench.find(3, is_load), bench.find(0, is_store), bench.find(7, is_matmul), bench.find(9, is_vector));
    let mut illegal = bench.good.program[m].encode().unwrap();
    illegal[0] |= 0xf;
    let mut reserved = bench.good.program[v].encode().unwrap();
    reserved[31] |= 0x80;
    let [mut no_memory, mut no_operation] = [l, v].map(|index| bench.good.program[index].encode().unwrap());
    put_code(&mut no_memory, Opcode::Load, "memory", 4);
    put_code(&mut no_operation, Opcode::Vector, "operation", 5);
    let cases = [
        (m, bench.with_bytes(m, &illegal), Stop::IllegalOpcode),
        (v, bench.with_bytes(v, &reserved), Stop::ReservedBits),
        (m, bench.changed(m, matmul(|matmul| matmul.depth = 0)), Stop::IllegalOperand),
        (m, bench.changed(m, matmul(|matmul| matmul.a = 4095)), Stop::AddressRange),
        (v, bench.changed(v, vector(|vector| vector.groups = 3)), Stop::IllegalOperand),
        (v, bench.changed(v, vector(|vector| vector.parameters = 1024)), Stop::AddressRange),
        (l, bench.changed(l, load(|load| load.dram += 1)), Stop::UnalignedAddress),
        (l, bench.with_bytes(l, &no_memory), Stop::IllegalOperand),
        (v, bench.with_bytes(v, &no_operation), Stop::IllegalOperand),
        (l, bench.changed(l, load(|load| load.address = 65000)), Stop::AddressRange),
        (s, bench.changed(s, store(|store| store.dram += 2)), Stop::UnalignedAddress),
        (s, bench.changed(s, store(|store| store.count = 0)), Stop::IllegalOperand),
    ];
    for (index, image, stop) in cases {
        // What the instruction-level model says, too.
        let mut machine = Machine::new(TINY, image.clone());
        let expected = machine.run(address, length as usize, Order::Program, &mut ()).unwrap_err();
        assert_eq!((expected.stop, expected.index), (stop, index), "the model");
        assert_eq!(bench.stopped(&image, address, length), (stop, index as u32));
    }
}

#[test]
fn error_responses_of_memory_stop_the_instruction_that_gets_them() {
    let mut bench = Bench::new();
    let image = bench.good.image.bytes.clone();
    let (program, length) = (bench.good.image.program, bench.good.image.length as u32);
    let (l, s) = (bench.find(4, is_load), bench.find(0, is_store));
    let Operation::Load(load) = bench.good.program[l].operation else { unreachable!() };
    let Operation::Store(store) = bench.good.program[s].operation else { unreachable!() };
    // A fetch that fails has the index of the burst's first instruction; bursts end at multiples of 256 bytes.
    let in_program = program + 40 * INSTRUCTION_BYTES as u32;
    let burst = ((in_program & !255) - program) as usize / INSTRUCTION_BYTES;
    let in_program = u64::from(in_program);
    let cases = [
        (load.dram, l, AxiError::Slave, Stop::ReadSlaveError),
        (load.dram, l, AxiError::Decode, Stop::ReadDecodeError),
        (store.dram, s, AxiError::Slave, Stop::WriteSlaveError),
        (store.dram, s, AxiError::Decode, Stop::WriteDecodeError),
        (in_program, burst, AxiError::Slave, Stop::ReadSlaveError),
        (in_program, burst, AxiError::Decode, Stop::ReadDecodeError),
    ];
    for (address, index, error, stop) in cases {
        bench.session.set_faults(&[AxiFault { addresses: address..address + 4, error }]);
        assert_eq!(bench.stopped(&image, program, length), (stop, index as u32));
    }
    // An address that nothing answers to.
    assert_eq!(bench.stopped(&image, 1 << 24, length), (Stop::ReadDecodeError, 0));
}

#[test]
fn a_wait_for_nothing_and_too_many_posts_are_stopped() {
    let mut bench = Bench::new();
    let program = bench.good.image.program;
    let m = bench.find(2, is_matmul);
    let unposted = bench.good.program.iter().fold(0, |posts, instruction| posts | instruction.post);
    let free = !unposted;
    assert_ne!(free, 0, "a semaphore that the program does not use");
    let image = bench.changed(m, |instruction| instruction.wait |= 1 << free.trailing_zeros());
    bench.session.write(Registers::watchdog(), 2000).unwrap();
    assert_eq!(bench.stopped(&image, program, bench.good.image.length as u32), (Stop::Deadlock, m as u32));

    // The first load again and again, each posting what nobody takes.
    let l = bench.find(0, is_load);
    let post = Instruction { wait: 0, post: 1 << 15, ..bench.good.program[l] };
    let many: Vec<u8> = (0..300).flat_map(|_| post.encode().unwrap()).collect();
    let mut image = bench.good.image.bytes.clone();
    image.resize(program as usize, 0);
    image.extend(many);
    assert_eq!(bench.stopped(&image, program, 300), (Stop::SemaphoreOverflow, 255));
}

/// `abort` at many moments: an interrupt soon after, and the next program is right.
#[test]
fn an_abort_at_any_moment_is_obeyed() {
    let mut bench = Bench::new();
    let (image, program, length) =
        (bench.good.image.bytes.clone(), bench.good.image.program, bench.good.image.length as u32);
    for moment in [0, 1, 20, 60, 100, 500, 1234, 3456, 7777, 11_111] {
        bench.session.load(&image);
        bench.session.start(program, length).unwrap();
        bench.session.ticks(moment);
        bench.session.abort().unwrap();
        let before = bench.session.cycle();
        let ended = bench.session.wait().unwrap();
        assert!(matches!(ended.stopped, Some((Stop::Aborted, _))), "{ended:?}");
        assert!(bench.session.cycle() - before < 1000, "an interrupt soon");
        bench.works();
    }
}
