//! Operators over their whole input space, on every core: minutes in a release build, so apart from the default tests.
//!
//! `make exhaustive` (`cargo test --release -p ibert-golden --features exhaustive --test exhaustive -- --nocapture`).

use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Instant,
};

use ibert_golden::ops::{Dyadic, Width, isqrt, requant};

/// Runs `check` over all of `0..2^32` in slices on every core and merges what the slices return.
fn over_all_32_bit_inputs<T: Send>(check: impl Fn(Range<u64>) -> T + Sync, merge: impl Fn(T, T) -> T) -> T {
    const SLICE: u64 = 1 << 22;
    let (next, start) = (AtomicU64::new(0), Instant::now());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let results = thread::scope(|scope| {
        let worker = || {
            let mut results = Vec::new();
            loop {
                let first = next.fetch_add(SLICE, Ordering::Relaxed);
                if first >= 1 << 32 {
                    return results;
                }
                results.push(check(first..first + SLICE));
            }
        };
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a slice failed")).collect::<Vec<_>>()
    });
    println!("2^32 inputs in {:.0} s on {cores} cores", start.elapsed().as_secs_f64());
    results.into_iter().reduce(merge).expect("at least one slice")
}

/// What is counted over a range of radicands.
#[derive(Debug, PartialEq, Eq)]
struct Updates {
    max: u32,
    /// Radicands that accept five updates, and the first of them.
    five: u64,
    first_five: Option<u64>,
}

#[test]
fn isqrt_is_the_floor_of_the_root_of_every_radicand() {
    let check = |range: Range<u64>| {
        let mut updates = Updates { max: 0, five: 0, first_five: None };
        for n in range {
            let steps = isqrt(n as u32);
            let root = u64::from(steps.root);
            assert!(root * root <= n && n < (root + 1) * (root + 1), "isqrt({n}) = {root}");
            updates.max = updates.max.max(steps.updates);
            if steps.updates == 5 {
                updates.five += 1;
                updates.first_five.get_or_insert(n);
            }
        }
        updates
    };
    let merge = |a: Updates, b: Updates| Updates {
        max: a.max.max(b.max),
        five: a.five + b.five,
        first_five: a.first_five.into_iter().chain(b.first_five).min(),
    };
    let updates = over_all_32_bit_inputs(check, merge);
    assert_eq!(updates, Updates { max: 5, five: 148_722, first_five: Some(16_785_408) });
}

/// Every 32-bit operand to 22 bits with `3 / 2^11`: one in 2048 is a tie, a third saturates.
#[test]
fn requant_is_exact_for_every_32_bit_operand() {
    let scale = Dyadic::new(3 << 29, 29 + 11).expect("a legal constant");
    let check = |range: Range<u64>| {
        let mut saturated = 0_u64;
        for bits in range {
            let q = i64::from(bits as u32 as i32);
            let got = requant(q, scale, Width::INT22);
            // In units of 2^-12, `got` is at most half a unit of the result away, and even where it is exactly that.
            let distance = 2 * 3 * q - (got << 12);
            let nearest = distance.abs() < 1 << 11 || (distance.abs() == 1 << 11 && got % 2 == 0);
            let limit = (got == Width::INT22.max() && distance > 0) || (got == Width::INT22.min() && distance < 0);
            assert!(nearest || limit, "requant({q}) = {got}");
            saturated += u64::from(!nearest);
        }
        saturated
    };
    let saturated = over_all_32_bit_inputs(check, |a, b| a + b);
    // 3q >= (2^21 - 1/2) * 2^11 from q = 1 431 655 424, 3q < -(2^21 + 1/2) * 2^11 up to q = -1 431 656 107
    assert_eq!(saturated, ((1 << 31) - 1_431_655_424) + ((1 << 31) - 1_431_656_107 + 1));
}
