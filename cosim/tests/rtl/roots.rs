//! Square roots of both units beside the golden i-sqrt.

use crate::options;
use ibert_cosim::units::Pace;
use ibert_cosim::units::handshake::Transfer;
use ibert_cosim::units::sqrt::{DigitUnit, NewtonUnit};
use ibert_golden::ops::isqrt;
use proptest::prelude::*;
use std::sync::LazyLock;

pub(crate) static DIGIT: LazyLock<DigitUnit> = LazyLock::new(|| DigitUnit::build(&options::shared()).unwrap());
pub(crate) static NEWTON: LazyLock<NewtonUnit> = LazyLock::new(|| NewtonUnit::build(&options::shared()).unwrap());

/// Cycles that Newton's iteration takes, as the unit's documentation says.
pub(crate) fn newton_latency(radicand: u32) -> u64 {
    match radicand {
        0 => 2,
        _ => 2 + 33 * (u64::from(isqrt(radicand).updates) + 1),
    }
}

/// All squares below 2^32, and what lies on either side of them.
pub(crate) fn squares_and_neighbours() -> impl Iterator<Item = u32> {
    (0..1i64 << 16).flat_map(|root| (-1..=1).filter_map(move |near| u32::try_from(root * root + near).ok()))
}

/// Roots digit by digit: value, and latency 16.
pub(crate) fn check_digit(radicands: &[u32], pace: Pace) -> Result<(), TestCaseError> {
    let found = DIGIT.isqrt(radicands, pace).unwrap();
    prop_assert_eq!(found.roots.len(), radicands.len());
    for (index, n) in radicands.iter().enumerate() {
        prop_assert_eq!(found.roots[index], isqrt(*n).root, "digit: [{}] isqrt({}) at {:?}", index, n, pace);
        let transfer = &found.transfers[index];
        prop_assert_eq!(transfer.offered - transfer.accepted, 16, "digit: latency of [{}] isqrt({})", index, n);
    }
    Ok(())
}

/// Roots by Newton's iteration: value, number of updates, latency.
pub(crate) fn check_newton(radicands: &[u32], pace: Pace) -> Result<(), TestCaseError> {
    let found = NEWTON.isqrt(radicands, pace).unwrap();
    prop_assert_eq!(found.roots.len(), radicands.len());
    for (index, n) in radicands.iter().enumerate() {
        let golden = isqrt(*n);
        let (got, expected) = ((found.roots[index], found.updates[index]), (golden.root, golden.updates));
        prop_assert_eq!(got, expected, "Newton: [{}] isqrt({}) and updates at {:?}", index, n, pace);
        let Transfer { accepted, offered, .. } = found.transfers[index];
        prop_assert_eq!(offered - accepted, newton_latency(*n), "Newton: latency of [{}] isqrt({})", index, n);
    }
    Ok(())
}

/// Both units.
#[allow(dead_code, reason = "tests/exhaustive.rs checks either unit by itself")]
pub(crate) fn check(radicands: &[u32], pace: Pace) -> Result<(), TestCaseError> {
    check_digit(radicands, pace)?;
    check_newton(radicands, pace)
}
