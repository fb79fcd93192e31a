//! Halt and reset while bursts are on the bus.

use super::bench::{Bench, LOAD, STORE};
use super::model::{A, B, K, R, Transfer};
use super::random::{BASE, SIZE, traffic};
use ibert_sim::AxiTiming;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Loads and stores of several bursts each.
fn busy(bench: &mut Bench) {
    for (memory, address, count, dram) in [(A, 0, 150, 0xf00), (R, 10, 100, 0x1f80), (K, 3, 60, 0x1000), (B, 0, 128, 0)]
    {
        bench.push(LOAD, &Transfer { memory, address, count, dram: BASE + dram });
    }
    for (memory, address, count, dram) in [(A, 155, 100, 0x8f00), (R, 112, 16, 0x9f80), (A, 160, 90, 0xc000)] {
        bench.push(STORE, &Transfer { memory, address, count, dram: BASE + dram });
    }
}

fn random_timing(rng: &mut ChaCha8Rng) -> AxiTiming {
    AxiTiming {
        read_latency: [1, 4, 30, 200][rng.random_range(0..4)],
        write_latency: [1, 4, 30, 200][rng.random_range(0..4)],
        cycles_per_beat: 1,
        stall_seed: rng.random_bool(0.7).then(|| rng.random()),
    }
}

/// Halts after `delay` cycles of work and checks what happens on the bus from then on, until the engines are cleared.
fn halt_after(bench: &mut Bench, delay: u64, label: &str) {
    let pairs = [("m_axi_arvalid", "m_axi_araddr"), ("m_axi_awvalid", "m_axi_awaddr")];
    let addresses = pairs.map(|(valid, address)| bench.record(valid, &[address]));
    let writes = bench.record("load_writes", &[]);
    for _ in 0..delay {
        bench.cycle(false);
    }
    let halted = bench.instance.cycle();
    let taken = bench.halt_and_clear();
    let label = format!("{label}, halted in cycle {halted}, {taken} cycles");
    for (recorder, (_, name)) in addresses.iter().zip(pairs) {
        let port = bench.port(name);
        let recording = bench.instance.take_recording(recorder);
        // What is offered after the halt was offered in its cycle already.
        let at_halt = (0..recording.rows()).find(|row| recording.cycles()[*row] == halted);
        for row in (0..recording.rows()).filter(|row| recording.cycles()[*row] > halted) {
            let waits = at_halt.map(|at_halt| recording.get(at_halt, port));
            assert_eq!(Some(recording.get(row, port)), waits, "{label}: {name} in cycle {}", recording.cycles()[row]);
        }
    }
    let recording = bench.instance.take_recording(&writes);
    assert!(recording.cycles().iter().all(|cycle| *cycle < halted), "{label}: a word is written");

    // Nothing more comes.
    let counts = bench.instance.axi_counts(bench.memory);
    let quiet = ["m_axi_rvalid", "m_axi_bvalid", "m_axi_wvalid", "m_axi_arvalid", "m_axi_awvalid"];
    let quiet = quiet.map(|valid| bench.record(valid, &[]));
    bench.instance.ticks(600);
    assert_eq!(bench.instance.axi_counts(bench.memory), counts, "{label}");
    for recorder in quiet {
        assert_eq!(bench.instance.take_recording(&recorder).rows(), 0, "{label}: the bus is quiet");
    }
}

#[test]
fn a_halt_completes_what_is_on_the_bus_and_begins_nothing() {
    for side in [4, 16] {
        for seed in 0..24 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut bench = Bench::new(side, BASE, SIZE, random_timing(&mut rng));
            busy(&mut bench);
            halt_after(&mut bench, rng.random_range(0..500), &format!("N={side} seed {seed}"));
            let mut model = bench.contents();
            traffic(&mut bench, &mut model, seed, 1, true);
        }
    }
}

#[test]
fn a_halt_in_any_cycle_of_short_bursts_lets_no_address_out() {
    for delay in 0..60 {
        let timing = AxiTiming { read_latency: 9, write_latency: 5, ..AxiTiming::default() };
        let mut bench = Bench::new(4, BASE, SIZE, timing);
        for i in 0..6 {
            // Six words that lie on both sides of a block: two bursts.
            let transfer = Transfer { memory: A, address: 6 * i, count: 6, dram: BASE + 0x3f0 + 0x400 * i as u64 };
            bench.push(LOAD, &transfer);
            bench.push(STORE, &Transfer { address: 100 + 6 * i, dram: transfer.dram + 0x8000, ..transfer });
        }
        halt_after(&mut bench, delay, "short bursts");
    }
}

#[test]
fn a_halt_of_idle_engines_takes_its_cycle_and_the_clear() {
    let mut bench = Bench::new(4, BASE, SIZE, AxiTiming::default());
    assert_eq!(bench.halt_and_clear(), 2);
}

#[test]
fn a_reset_in_mid_burst_forgets_everything() {
    for side in [4, 16] {
        for seed in 0..20 {
            let mut rng = ChaCha8Rng::seed_from_u64(1000 + seed);
            let timing = random_timing(&mut rng);
            let mut bench = Bench::new(side, BASE, SIZE, timing);
            busy(&mut bench);
            for _ in 0..rng.random_range(0..400) {
                bench.cycle(false);
            }
            bench.set("load_start", 0);
            bench.set("store_start", 0);
            bench.reset(rng.random_range(1..4));
            assert!(bench.idle(), "N={side} seed {seed}");
            let counts = bench.instance.axi_counts(bench.memory);
            for _ in 0..600 {
                let reports = bench.cycle(true);
                assert_eq!(reports, Default::default(), "N={side} seed {seed}: nothing of before is reported");
            }
            assert_eq!(bench.instance.axi_counts(bench.memory), counts, "N={side} seed {seed}");
            let mut model = bench.contents();
            traffic(&mut bench, &mut model, seed, 1, true);
        }
    }
}

#[test]
fn registers_that_are_random_before_reset_do_not_matter() {
    for (side, seed) in [(4, 1), (16, 2), (4, 3)] {
        let mut bench = Bench::with_random_state(side, BASE, SIZE, AxiTiming::default(), seed);
        let mut model = bench.contents();
        traffic(&mut bench, &mut model, u64::from(seed), 1, true);
    }
}
