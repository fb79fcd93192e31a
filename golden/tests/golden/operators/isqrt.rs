//! i-sqrt: squares, their neighbours and a stratified sample; `make exhaustive` takes every input.

use ibert_golden::ops::isqrt;
use proptest::prelude::*;

/// Alg. 4 with the number of accepted updates, in 128 bits and with the start value from the binary notation.
fn newton(n: u128) -> (u128, u32) {
    if n == 0 {
        return (0, 0);
    }
    let digits = format!("{n:b}").len() as u32;
    let mut estimates = vec![2_u128.pow(digits / 2 + digits % 2)];
    loop {
        let x = estimates[estimates.len() - 1];
        let next = (x + n / x) / 2;
        if next >= x {
            return (x, estimates.len() as u32 - 1);
        }
        estimates.push(next);
    }
}

fn check(n: u32) {
    let steps = isqrt(n);
    let (n, root) = (u128::from(n), u128::from(steps.root));
    assert!(root * root <= n && n < (root + 1) * (root + 1), "isqrt({n}) = {root}");
    assert_eq!((root, steps.updates), newton(n), "isqrt({n})");
    assert!(steps.updates <= 5 && (n < 2 || steps.updates >= 1), "isqrt({n}) made {} updates", steps.updates);
}

#[test]
fn every_square_and_its_neighbours() {
    for root in 0..=u32::from(u16::MAX) {
        let square = root * root;
        check(square);
        check(square + 1);
        check(square.saturating_sub(1));
        check(square + root); // just below the middle of two squares
        check(square + 2 * root); // just below the next square
    }
    check(u32::MAX);
}

#[test]
fn every_input_below_2_to_20() {
    (0..1 << 20).for_each(check);
}

/// 4096 evenly spread inputs of each bit length, first and last included.
#[test]
fn a_sample_of_every_bit_length() {
    for bits in 1..=32 {
        let (first, span) = (1_u64 << (bits - 1), (1_u64 << (bits - 1)) - 1);
        (0..=4096).for_each(|i| check((first + span * i / 4096) as u32));
    }
}

/// Why hardware needs six divisions: the paper's bound of four is false from here on.
#[test]
fn the_first_input_with_five_updates() {
    assert_eq!(isqrt(16_785_408).updates, 5);
    assert_eq!(isqrt(16_785_407).updates, 4);
}

/// Why the stop test stays: at `k^2 - 1` the iteration alternates between `k - 1` and `k`.
#[test]
fn without_the_stop_test_the_iteration_oscillates() {
    let oscillates = |k: u64| {
        let n = k * k - 1;
        let step = |x: u64| (x + n / x) >> 1;
        step(k - 1) == k && step(k) == k - 1
    };
    assert!((2..=65536).all(oscillates));
}

proptest! {
    #[test]
    fn any_input(n in any::<u32>()) {
        check(n);
    }
}
