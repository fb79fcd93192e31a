//! Every fault: its code, when it comes among good instructions, and that the machine works afterwards.

use super::bench::{Bench, LOAD, STORE};
use super::model::{A, B, K, R, Transfer, WORDS, dram_word_bytes};
use super::random::{BASE, SIZE, traffic};
use ibert_isa::Stop;
use ibert_sim::{AxiError, AxiFault, AxiTiming};

fn good(i: u64) -> Transfer {
    Transfer { memory: A, address: 8 * i as usize, count: 8, dram: BASE + 0x400 * i }
}

/// Two good instructions, `bad`, and a good one: the first two retire, then comes the fault, and the last one leaves no
/// trace; except a store after one that the bus refused.
fn fault_in_the_middle(
    side: usize,
    engine: usize,
    bad: Transfer,
    faults: &[AxiFault],
    timing: AxiTiming,
) -> Option<u64> {
    let mut bench = Bench::new(side, BASE, SIZE, timing);
    bench.instance.set_faults(bench.memory, faults);
    let mut model = bench.contents();
    let mut dram = bench.instance.memory(bench.memory).to_vec();
    for transfer in [good(0), good(1), bad, good(2)] {
        bench.push(engine, &transfer);
    }
    bench.run();
    let (cycle, code) = bench.fault[engine]?;
    assert_eq!(bench.retired[engine].len(), 2, "{bad:?}");
    if faults.is_empty() {
        let seen = (bench.started[engine][2] + 2).max(bench.retired[engine][1] + 1);
        assert_eq!(cycle, seen, "{bad:?}");
    }
    let bursts = bench.instance.axi_counts(bench.memory);
    let before = bench.instance.cycle();
    bench.halt_and_clear();
    let after = bench.instance.axi_counts(bench.memory);
    assert!(after.read_bursts - bursts.read_bursts <= 8 && after.write_bursts - bursts.write_bursts <= 8);
    assert!(bench.instance.cycle() - before < 8 * (600 + 300 * u64::from(timing.cycles_per_beat)));

    for i in 0..2 {
        match engine {
            LOAD => model.load(&good(i), &dram, BASE),
            _ => model.store(&good(i), &mut dram, BASE),
        }
    }
    let found = bench.contents();
    let last = good(2);
    for i in 0..last.count {
        assert_eq!(found.words[A][last.address + i], model.words[A][last.address + i], "the fourth did nothing");
    }
    assert_eq!(found.words[A][..16], model.words[A][..16], "the first two did all");
    if engine == STORE {
        let end = 0x400 * 2;
        assert!(bench.instance.memory(bench.memory)[..end] == dram[..end], "the first two did all");
        // Bursts that were on the bus when a response brought the error are completed.
        let last = (last.dram - BASE) as usize..(last.dram - BASE) as usize + 8 * side;
        let untouched = bench.instance.memory(bench.memory)[last.clone()] == dram[last];
        assert!(untouched || !faults.is_empty(), "the fourth did nothing");
    }

    // The next program runs as if nothing had been.
    bench.instance.set_faults(bench.memory, &[]);
    let mut model = found;
    traffic(&mut bench, &mut model, code, 1, true);
    Some(code)
}

fn timings() -> [AxiTiming; 3] {
    let stalled = |seed| Some(seed);
    [
        AxiTiming::default(),
        AxiTiming { read_latency: 30, write_latency: 30, ..AxiTiming::default() },
        AxiTiming { read_latency: 3, write_latency: 5, stall_seed: stalled(3), ..AxiTiming::default() },
    ]
}

#[test]
fn an_illegal_instruction_faults_with_its_code_after_those_before_have_retired() {
    let at = |memory, address, count, dram| Transfer { memory, address, count, dram: BASE + dram };
    for side in [4_usize, 16] {
        let unaligned = (0..side.ilog2()).map(|bit| (at(A, 0, 4, 1 << bit), Stop::UnalignedAddress));
        let beyond = |memory: usize| {
            let words = WORDS[memory];
            [
                at(memory, 0, words + 1, 0),
                at(memory, words, 1, 0),
                at(memory, words - 3, 4, 0),
                at(memory, 0xffff, 0xffff, 0),
            ]
        };
        let range = |memory| beyond(memory).map(|transfer| (transfer, Stop::AddressRange));
        let operands = [
            (at(A, 0, 0, 0), Stop::IllegalOperand),
            (at(R, 300, 0, 1), Stop::IllegalOperand),
            (at(4, 0, 1, 0), Stop::IllegalOperand),
            (at(7, 0, 1, 0), Stop::IllegalOperand),
            (at(A, 256, 1, 2), Stop::UnalignedAddress),
        ];
        let both: Vec<(Transfer, Stop)> =
            operands.into_iter().chain(unaligned).chain(range(A)).chain(range(R)).collect();
        let of_loads = range(B).into_iter().chain(range(K));
        let of_stores = [(at(B, 0, 1, 0), Stop::IllegalOperand), (at(K, 0, 1, 0), Stop::IllegalOperand)];
        let cases =
            [both.iter().copied().chain(of_loads).collect::<Vec<_>>(), both.iter().copied().chain(of_stores).collect()];
        for (engine, cases) in cases.iter().enumerate() {
            for (i, (bad, stop)) in cases.iter().enumerate() {
                let code = fault_in_the_middle(side, engine, *bad, &[], timings()[i % 3]);
                assert_eq!(code, Some(*stop as u64), "N={side} engine {engine} {bad:?}");
            }
        }
    }
}

#[test]
fn the_end_of_the_address_space_is_reached_and_not_passed() {
    let base = (1 << 32) - SIZE as u64;
    for side in [4, 16] {
        for (engine, memory) in [(LOAD, A), (LOAD, B), (LOAD, R), (LOAD, K), (STORE, A), (STORE, R)] {
            let bytes = (5 * dram_word_bytes(side, memory)) as u64;
            for (beyond, fault) in [(0, None), (side as u64, Some(Stop::AddressRange as u64))] {
                let mut bench = Bench::new(side, base, SIZE, AxiTiming::default());
                let transfer = Transfer { memory, address: 1, count: 5, dram: (1 << 32) - bytes + beyond };
                bench.push(engine, &transfer);
                bench.run();
                assert_eq!(bench.fault[engine].map(|(_, code)| code), fault, "N={side} engine {engine} {transfer:?}");
            }
        }
    }
}

#[test]
fn an_error_response_faults_the_instruction_that_it_belongs_to() {
    let kinds = [
        (AxiError::Slave, Stop::ReadSlaveError, Stop::WriteSlaveError),
        (AxiError::Decode, Stop::ReadDecodeError, Stop::WriteDecodeError),
    ];
    for side in [4, 16] {
        for (i, (error, read, write)) in kinds.into_iter().enumerate() {
            for (memory, count) in [(A, 200), (R, 100), (R, 1)] {
                // From 0xf00 on, over the boundaries of several bursts.
                let bad = Transfer { memory, address: 24, count, dram: BASE + 0xf00 };
                let bytes = bad.bytes(side) as u64;
                for place in [0, bytes / 2, bytes - 1] {
                    let addresses = bad.dram + place..bad.dram + place + 1;
                    let faults = [AxiFault { addresses, error }];
                    for (engine, stop) in [(LOAD, read), (STORE, write)] {
                        let code = fault_in_the_middle(
                            side,
                            engine,
                            bad,
                            &faults,
                            timings()[(i + count + place as usize) % 3],
                        );
                        assert_eq!(code, Some(stop as u64), "N={side} engine {engine} byte {place} of {bad:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_load_that_fails_at_a_beat_has_written_the_words_before_and_none_after() {
    let mut bench = Bench::new(4, BASE, SIZE, AxiTiming { read_latency: 20, ..AxiTiming::default() });
    let load = Transfer { memory: B, address: 5, count: 60, dram: BASE };
    let addresses = BASE + 4 * 33..BASE + 4 * 34;
    bench.instance.set_faults(bench.memory, &[AxiFault { addresses, error: AxiError::Slave }]);
    let mut model = bench.contents();
    let dram = bench.instance.memory(bench.memory).to_vec();
    bench.push(LOAD, &load);
    bench.push(LOAD, &Transfer { memory: B, address: 70, ..load });
    bench.run();
    // The beat with the error comes in cycle 3 + 20 + 33; the fault two cycles later.
    assert_eq!(bench.fault[LOAD].map(|(cycle, _)| cycle - bench.started[LOAD][0]), Some(3 + 20 + 33 + 2));
    bench.halt_and_clear();
    model.load(&Transfer { count: 33, ..load }, &dram, BASE);
    assert!(bench.contents() == model);
}
