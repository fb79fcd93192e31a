//! Hardware units on more inputs than a plain test can afford: minutes in a release build, on every core.
//!
//! `make exhaustive` (`cargo test --release -p ibert-cosim --features exhaustive --test exhaustive -- --nocapture`).

#[path = "rtl/options.rs"]
mod options;
#[path = "rtl/roots.rs"]
mod roots;

use ibert_cosim::units::Pace;
use ibert_golden::ops::isqrt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// Runs `check` over slices of the radicands on every core.
fn on_every_core(what: &str, radicands: &[u32], check: impl Fn(&[u32]) + Sync) {
    const SLICE: usize = 1 << 14;
    let (next, start) = (AtomicUsize::new(0), Instant::now());
    let worker = || {
        while let Some(slice) = radicands.chunks(SLICE).nth(next.fetch_add(1, Ordering::Relaxed)) {
            check(slice);
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().for_each(|worker| worker.join().expect("a slice failed"));
    });
    println!("{what}: {} radicands in {:.0} s on {cores} cores", radicands.len(), start.elapsed().as_secs_f64());
}

/// A little more than 2^24 radicands: all below 2^22, the largest 2^22, and every 509th of the others.
fn radicands() -> Vec<u32> {
    let spread = (1u64 << 22..(1 << 32) - (1 << 22)).step_by(509).map(|n| n as u32);
    (0..1 << 22).chain(u32::MAX - ((1 << 22) - 1)..=u32::MAX).chain(spread).collect()
}

/// All radicands that accept five updates within a million of either end of the four ranges in which they lie.
fn five_updates() -> Vec<u32> {
    let ranges = [
        (16_785_408, 17_497_488),
        (67_125_245, 79_798_488),
        (268_468_209, 357_852_888),
        (1_073_807_280, 1_585_074_968),
    ];
    let ends = |(first, last): (u32, u32)| (first..=last).filter(move |n| (*n - first).min(last - *n) < 1 << 20);
    ranges.into_iter().flat_map(ends).filter(|n| isqrt(*n).updates == 5).collect()
}

#[test]
fn digit_roots_of_2_to_the_24_radicands_and_of_all_squares_and_neighbours() {
    let radicands: Vec<u32> = radicands().into_iter().chain(roots::squares_and_neighbours()).collect();
    assert!(radicands.len() >= 1 << 24);
    on_every_core("digit", &radicands, |slice| roots::check_digit(slice, Pace::Full).unwrap());
}

#[test]
fn newton_roots_of_2_to_the_24_radicands_all_squares_and_neighbours_and_five_updates() {
    let five = five_updates();
    println!("{} radicands with five updates", five.len());
    let radicands: Vec<u32> = radicands().into_iter().chain(roots::squares_and_neighbours()).chain(five).collect();
    assert!(radicands.len() >= 1 << 24);
    on_every_core("Newton", &radicands, |slice| roots::check_newton(slice, Pace::Full).unwrap());
}
