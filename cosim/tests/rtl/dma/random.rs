//! Random loads and stores at the same time, with fetches, vector writes and busy read ports in between.

use super::bench::{Bench, LOAD, STORE};
use super::model::{A, B, Contents, K, R, Transfer, WORDS, dram_word_bytes, word_bytes};
use ibert_sim::AxiTiming;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

pub(crate) const BASE: u64 = 0x4000_0000;
pub(crate) const SIZE: usize = 1 << 16;

/// One of three parts of a memory's words.
fn part(memory: usize, number: usize) -> Range<usize> {
    let words = WORDS[memory];
    words * (number % 3) / 3..words * (number % 3 + 1) / 3
}

/// A transfer of words in `words` and bytes in one half of memory.
fn transfer(rng: &mut ChaCha8Rng, side: usize, memory: usize, words: Range<usize>, half: usize) -> Transfer {
    // Mostly short, sometimes all that there is.
    let most = if rng.random_ratio(1, 4) { words.len() } else { 1 + words.len() / 8 };
    let count = rng.random_range(1..=most);
    let address = rng.random_range(words.start..=words.end - count);
    let room = (SIZE / 2 - count * dram_word_bytes(side, memory)) / side;
    let dram = BASE + (half * SIZE / 2 + side * rng.random_range(0..=room)) as u64;
    Transfer { memory, address, count, dram }
}

/// A burst of the fetcher, and the bytes that it must bring.
fn fetch(rng: &mut ChaCha8Rng, side: usize, half: usize) -> (u64, usize) {
    let beats = rng.random_range(1..=(64 / side * 4).max(1));
    let block = rng.random_range(0..SIZE / 2 / 256);
    let first = half * SIZE / 2 + 256 * block + side * rng.random_range(0..=256 / side - beats.min(256 / side));
    (BASE + first as u64, beats.min(256 / side))
}

/// Runs `rounds` rounds of random traffic and compares all contents after each. In a round, loads, stores and vector
/// writes have a part of the on-chip memories each, and loads and stores a half of memory each, so that their order
/// does not matter.
pub(crate) fn traffic(bench: &mut Bench, model: &mut Contents, seed: u64, rounds: usize, disturb: bool) {
    let side = bench.side;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let fetched = bench.record("fetch_valid", &["fetch_beat"]);
    let beat_port = bench.port("fetch_beat");
    for round in 0..rounds {
        let mut dram = bench.instance.memory(bench.memory).to_vec();
        for _ in 0..rng.random_range(1..12) {
            let memory = [A, B, R, K][rng.random_range(0..4)];
            let load = transfer(&mut rng, side, memory, part(memory, round), round % 2);
            bench.push(LOAD, &load);
            model.load(&load, &dram, BASE);
        }
        for _ in 0..rng.random_range(1..12) {
            let memory = [A, R][rng.random_range(0..2)];
            let store = transfer(&mut rng, side, memory, part(memory, round + 1), (round + 1) % 2);
            bench.push(STORE, &store);
            model.store(&store, &mut dram, BASE);
        }
        let counts = bench.queue.each_ref().map(|queue| queue.len());
        let retired = bench.retired.each_ref().map(Vec::len);
        let mut expected_fetch = Vec::new();
        // The vector engine's share of each memory's write port, and how often a read port is taken away.
        let busy = [0, 1, 3][rng.random_range(0..3)];
        let mut cycles = 0;
        while !bench.done() || bench.instance.read(bench.port("fetch_busy")) == 1 {
            cycles += 1;
            assert!(
                cycles < 400_000,
                "seed {seed} round {round}: {:?} queued",
                bench.queue.each_ref().map(|q| q.len())
            );
            let mut data = Vec::new();
            let mut write = None;
            if disturb && rng.random_ratio(busy, 4) {
                let memory = [A, B, R][rng.random_range(0..3)];
                let (mask, address) = (rng.random_range(1..4), rng.random_range(part(memory, round + 2)));
                data = (0..word_bytes(side, memory)).map(|_| rng.random()).collect();
                model.write_halves(memory, mask, address, &data);
                write = Some((memory, mask, address));
            }
            bench.vector(write.map(|(memory, mask, address)| (memory, mask, address, data.as_slice())));
            for hold in ["hold_a", "hold_r"] {
                bench.set(hold, (disturb && rng.random_ratio(busy, 4)).into());
            }
            let fetch_free = bench.instance.read(bench.port("fetch_busy")) == 0;
            let fetching = disturb && fetch_free && !bench.done() && rng.random_ratio(1, 20);
            if fetching {
                let (address, beats) = fetch(&mut rng, side, round % 2);
                bench.set("fetch_address", address);
                bench.set("fetch_beats", beats as u64);
                let first = (address - BASE) as usize;
                expected_fetch.extend_from_slice(&dram[first..first + beats * side]);
            }
            bench.set("fetch_start", fetching.into());
            bench.cycle(disturb && rng.random_ratio(1, 8));
        }
        bench.vector(None);
        for _ in 0..2000 {
            bench.cycle(true);
        }
        assert!(bench.idle(), "seed {seed} round {round}");
        assert_eq!(bench.fault, [None; 2], "seed {seed} round {round}");
        assert_eq!(
            [0, 1].map(|engine| bench.retired[engine].len() - retired[engine]),
            counts,
            "seed {seed} round {round}"
        );
        assert!(bench.instance.memory(bench.memory) == dram, "seed {seed} round {round}: memory differs");
        let found = bench.contents();
        for (memory, words) in WORDS.into_iter().enumerate() {
            let differs = (0..words).find(|word| found.words[memory][*word] != model.words[memory][*word]);
            assert_eq!(differs, None, "seed {seed} round {round}: first different word of memory {memory}");
        }
        let recording = bench.instance.take_recording(&fetched);
        let beats = (0..recording.rows()).flat_map(|row| recording.wide(row, beat_port).to_vec());
        let beats: Vec<u8> = beats.flat_map(u32::to_le_bytes).collect();
        assert!(beats == expected_fetch, "seed {seed} round {round}: {} bytes fetched", beats.len());
    }
}

#[test]
fn random_traffic_leaves_what_the_model_says() {
    for side in [4, 16] {
        for seed in 0..24 {
            let timing = AxiTiming {
                read_latency: [1, 30, 500, 7][seed as usize % 4],
                write_latency: [1, 500, 30, 2][seed as usize % 4],
                cycles_per_beat: 1 + seed as u32 % 3 / 2,
                stall_seed: (seed % 6 != 5).then_some(seed),
            };
            let mut bench = Bench::new(side, BASE, SIZE, timing);
            let mut model = bench.contents();
            traffic(&mut bench, &mut model, 100 * side as u64 + seed, 3, seed % 8 != 7);
            let counts = bench.instance.axi_counts(bench.memory);
            assert!(counts.most_reads <= 8 && counts.most_writes <= 8, "{counts:?}");
        }
    }
}
