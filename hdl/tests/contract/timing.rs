//! Sizes of queues and limits of counters against `ibert_isa::timing`: each is counted on the Verilog, from reset until
//! the circuit refuses more.

use super::bench::build;
use ibert_hdl::bus::{ReadMaster, WriteMaster};
use ibert_hdl::control::{EngineQueue, Fetcher, InFlight, Semaphore};
use ibert_hdl::verilog::generate;
use ibert_isa::INSTRUCTION_BYTES;
use ibert_isa::timing::{bus, control};
use ibert_sim::Instance;
use rust_hdl::core::prelude::Block;

/// More cycles than any of these sizes.
const CYCLES: usize = 1000;

/// A circuit after reset, its inputs 0.
struct Circuit(Instance);

impl Circuit {
    fn new<B: Block>(block: &B, top: &str) -> Self {
        let mut circuit = Circuit(build(&generate(block, top).unwrap()).instance().unwrap());
        circuit.write("reset_n", 0);
        circuit.0.tick();
        circuit.write("reset_n", 1);
        circuit
    }

    fn write(&mut self, name: &str, value: u64) {
        let port = self.0.port(name).unwrap();
        self.0.write(port, value);
    }

    fn read(&mut self, name: &str) -> u64 {
        self.0.eval();
        self.0.read(self.0.port(name).unwrap())
    }

    /// Cycles in which `input` is accepted, until `flag` shows `full`.
    fn until(&mut self, input: &str, flag: &str, full: u64) -> usize {
        self.write(input, 1);
        let accepted = (0..CYCLES).take_while(|_| {
            let room = self.read(flag) != full;
            self.0.tick();
            room
        });
        accepted.count()
    }
}

#[test]
fn queues_and_instructions_under_way_are_as_many_as_the_cycle_model_says() {
    assert_eq!(Circuit::new(&EngineQueue::default(), "engine_queue").until("push", "full", 1), control::QUEUE);
    assert_eq!(Circuit::new(&InFlight::default(), "in_flight").until("push", "full", 1), control::UNDER_WAY);
}

#[test]
fn a_semaphore_overflows_with_the_post_after_its_limit() {
    let mut semaphore = Circuit::new(&Semaphore::default(), "semaphore_counter");
    assert_eq!(semaphore.until("post_0", "overflow", 1), usize::from(control::SEMAPHORE_LIMIT));
}

#[test]
fn as_many_bursts_are_outstanding_as_the_cycle_model_says() {
    let mut reads = Circuit::new(&ReadMaster::<32>::default(), "read_master");
    reads.write("arready", 1);
    assert_eq!(reads.until("load_request", "load_ready", 0), bus::OUTSTANDING);
    let mut writes = Circuit::new(&WriteMaster::<4, 32>::default(), "write_master");
    writes.write("awready", 1);
    assert_eq!(writes.until("request", "ready", 0), bus::OUTSTANDING);
}

#[test]
fn a_fetcher_whose_beats_do_not_come_requests_a_burst_more_than_may_be_allocated() {
    let mut fetcher = Circuit::new(&Fetcher::<32>::default(), "fetcher");
    fetcher.write("program_length", 100);
    fetcher.write("enable", 1);
    fetcher.write("launch", 1);
    fetcher.0.tick();
    fetcher.write("launch", 0);
    fetcher.write("request_ready", 1);
    let mut bursts = vec![];
    for _ in 0..CYCLES {
        if fetcher.read("request") == 1 {
            bursts.push(fetcher.read("request_beats") as usize * 4 / INSTRUCTION_BYTES);
        }
        fetcher.0.tick();
    }
    assert!(bursts.iter().all(|burst| *burst == control::BURST), "{bursts:?}");
    assert_eq!(bursts.iter().sum::<usize>(), control::ALLOCATED + control::BURST);
}

#[test]
fn an_instruction_can_leave_the_fetcher_as_many_cycles_after_its_last_beat_as_the_check_takes() {
    let mut fetcher = Circuit::new(&Fetcher::<256>::default(), "fetcher");
    fetcher.write("program_length", 1);
    fetcher.write("enable", 1);
    fetcher.write("launch", 1);
    fetcher.0.tick();
    fetcher.write("launch", 0);
    fetcher.write("request_ready", 1);
    fetcher.0.ticks(3);
    fetcher.write("beat_valid", 1);
    fetcher.0.tick();
    fetcher.write("beat_valid", 0);
    let waited = (1..CYCLES as u64).find(|_| {
        let valid = fetcher.read("valid") == 1;
        fetcher.0.tick();
        valid
    });
    assert_eq!(waited, Some(control::CHECK));
}
