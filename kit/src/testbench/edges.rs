//! Random integers with the edges over-represented: values that a uniform draw almost never finds.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// A signed integer of `width` ≤ 64 bits: uniform, near a power of two of either sign, at a limit, or small.
pub(super) fn signed(rng: &mut ChaCha8Rng, width: u32) -> i64 {
    let max = i64::MAX >> (64 - width);
    match rng.random_range(0..9) {
        0..4 => rng.random_range(!max..=max),
        4..6 => {
            let near = (1i64 << rng.random_range(0..width - 1)) + rng.random_range(-1..=1);
            if rng.random() { near.min(max) } else { -near }
        }
        6 => [0, !max, max][rng.random_range(0..3)],
        _ => rng.random_range(-300i64.min(max)..=300.min(max)),
    }
}

/// An unsigned integer of `width` ≤ 63 bits: uniform, near a power of two, at a limit, or small.
pub(super) fn unsigned(rng: &mut ChaCha8Rng, width: u32) -> u64 {
    let max = u64::MAX >> (64 - width);
    match rng.random_range(0..9) {
        0..4 => rng.random_range(0..=max),
        4..6 => ((1u64 << rng.random_range(0..width)) + rng.random_range(0..3)).saturating_sub(1).min(max),
        6 => [0, 1, max][rng.random_range(0..3)],
        _ => rng.random_range(0..=300.min(max)),
    }
}

/// A mantissa of a dyadic constant: mostly of legal magnitude, both limits included, and at times illegal.
pub(super) fn mantissa(rng: &mut ChaCha8Rng) -> i64 {
    let magnitude = match rng.random_range(0..6) {
        0..4 => rng.random_range(1 << 30..=1i64 << 31),
        4 => [1 << 31, 1 << 30, 1, 0][rng.random_range(0..4)],
        _ => rng.random_range(0..=1i64 << 31),
    };
    if rng.random() { magnitude } else { -magnitude }
}
