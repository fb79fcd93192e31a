//! Cycles, against the formulas of the documentation.

use super::bench::{Bench, LOAD, STORE};
use super::model::{A, B, K, R, Transfer, dram_word_bytes};
use super::random::{BASE, SIZE};
use ibert_sim::AxiTiming;

fn timing(read_latency: u32, write_latency: u32) -> AxiTiming {
    AxiTiming { read_latency, write_latency, ..AxiTiming::default() }
}

/// Words that fit both memory and what is asked.
fn transfer(memory: usize, count: usize, dram: u64) -> Transfer {
    Transfer { memory, address: 3, count, dram: BASE + dram }
}

fn beats(side: usize, transfer: &Transfer) -> u64 {
    (transfer.count * dram_word_bytes(side, transfer.memory) / side) as u64
}

/// Retirement of one transfer alone, in cycles after its start.
fn alone(side: usize, engine: usize, transfer: Transfer, timing: AxiTiming) -> u64 {
    let mut bench = Bench::new(side, BASE, SIZE, timing);
    bench.instance.ticks(5);
    bench.push(engine, &transfer);
    bench.run();
    assert_eq!(bench.fault, [None; 2]);
    bench.retired[engine][0] - bench.started[engine][0]
}

#[test]
fn a_load_alone_retires_latency_plus_beats_plus_four_cycles_after_its_start() {
    for side in [4, 16] {
        for latency in [1, 2, 30, 500] {
            for (memory, count, dram) in [(A, 1, 0), (B, 50, 0x100), (R, 17, 0xff0), (K, 9, 0xfe0), (A, 200, 0xf00)] {
                let load = transfer(memory, count, dram);
                let found = alone(side, LOAD, load, timing(latency, 9));
                let expected = u64::from(latency) + beats(side, &load) + 4;
                assert_eq!(found, expected, "N={side} latency {latency} {load:?}");
            }
        }
    }
}

#[test]
fn a_store_alone_retires_latency_plus_beats_plus_five_cycles_after_its_start() {
    for side in [4, 16] {
        for latency in [1, 2, 30, 500] {
            for (memory, count, dram) in [(A, 1, 0), (R, 1, 0x80), (A, 50, 0x100), (R, 17, 0xff0), (A, 200, 0xf00)] {
                let store = transfer(memory, count, dram);
                let found = alone(side, STORE, store, timing(9, latency));
                let expected = u64::from(latency) + beats(side, &store) + 5;
                assert_eq!(found, expected, "N={side} latency {latency} {store:?}");
            }
        }
    }
}

#[test]
fn address_data_write_and_read_come_in_the_cycles_of_the_documentation() {
    let mut bench = Bench::new(16, BASE, SIZE, timing(10, 10));
    let recorders =
        ["m_axi_arvalid", "load_writes", "m_axi_awvalid", "m_axi_wvalid"].map(|valid| bench.record(valid, &[]));
    bench.push(LOAD, &transfer(A, 4, 0));
    bench.push(STORE, &transfer(R, 2, 0x800));
    bench.run();
    let (load, store) = (bench.started[LOAD][0], bench.started[STORE][0]);
    let cycles = recorders.map(|recorder| bench.instance.take_recording(&recorder).cycles().to_vec());
    let first_beat = load + 3 + 10;
    assert_eq!(cycles[0], [load + 3], "ARVALID");
    assert_eq!(cycles[1], [1, 2, 3, 4].map(|i| first_beat + i), "each word the cycle after its beat");
    assert_eq!(cycles[2], [store + 3], "AWVALID");
    assert_eq!(cycles[3], [5, 6, 7, 8].map(|i| store + i), "WVALID");
}

/// Cycles from the first to the last cycle in which `valid` is high, and in how many of them.
fn span(bench: &mut Bench, valid: &str, run: impl Fn(&mut Bench)) -> (u64, u64) {
    let recorder = bench.record(valid, &[]);
    run(bench);
    let recording = bench.instance.take_recording(&recorder);
    let cycles = recording.cycles();
    (cycles[cycles.len() - 1] - cycles[0] + 1, cycles.len() as u64)
}

#[test]
fn long_transfers_move_a_beat_a_cycle_with_latency_30() {
    for side in [4, 16] {
        let mut bench = Bench::new(side, BASE, SIZE, timing(30, 30));
        let loads = [transfer(A, 240, 0x10), transfer(B, 120, 0x40), transfer(R, 100, 0xff0), transfer(K, 50, 0x2020)];
        let total: u64 = loads.iter().map(|load| beats(side, load)).sum();
        let found = span(&mut bench, "m_axi_rvalid", |bench| {
            loads.iter().for_each(|load| bench.push(LOAD, load));
            bench.run();
        });
        assert_eq!(found, (total, total), "N={side}: four loads, no cycle lost within or between them");

        let store = transfer(A, 240, 0x20);
        let found = span(&mut bench, "m_axi_wvalid", |bench| {
            bench.push(STORE, &store);
            bench.run();
        });
        assert_eq!(found, (240, 240), "N={side}: a long store");
    }
}

#[test]
fn short_loads_of_sixteen_words_overlap_so_that_latency_30_is_hidden() {
    let mut bench = Bench::new(16, BASE, SIZE, timing(30, 1));
    let found = span(&mut bench, "m_axi_rvalid", |bench| {
        (0..20).for_each(|i| bench.push(LOAD, &transfer(A, 16, 0x400 * i)));
        bench.run();
    });
    assert_eq!(found, (320, 320));
    assert!(bench.instance.axi_counts(bench.memory).most_reads >= 3);
}

#[test]
fn a_memory_that_the_vector_engine_writes_holds_its_beats_back_and_no_others() {
    let blocked = |load: Transfer| {
        let mut bench = Bench::new(4, BASE, SIZE, timing(5, 1));
        bench.push(LOAD, &load);
        let data = [7; 8];
        for cycle in 0..400 {
            bench.vector((cycle < 300).then_some((A, 1, 255, &data[..4])));
            bench.cycle(false);
        }
        bench.retired[LOAD][0] - bench.started[LOAD][0]
    };
    let b = transfer(B, 20, 0);
    assert_eq!(blocked(b), 5 + 20 + 4, "B is free");
    // The vector engine writes A in cycles 0 to 299 after the start's; the first beat waits until then.
    assert_eq!(blocked(transfer(A, 20, 0)), 300 + 20);
}
