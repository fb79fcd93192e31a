//! Strategies that prefer the edges of an operand's range.

use proptest::prelude::*;

/// 64-bit integers of every magnitude, with the powers of two that bound the hardware's fields, give or take one.
pub(crate) fn wide() -> impl Strategy<Value = i64> {
    let edges = [0, 7, 8, 15, 16, 21, 22, 31, 32, 39, 40, 62].map(|bits| 1_i64 << bits);
    prop_oneof![
        3 => (prop::sample::select(edges.to_vec()), -1_i64..=1, any::<bool>())
            .prop_map(|(edge, off, negative)| if negative { -edge + off } else { edge + off }),
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(i64::MIN + 1), Just(0)],
        4 => (any::<i64>(), 0_u32..64).prop_map(|(value, shift)| value >> shift),
    ]
}

/// Operands of `bits` signed bits, the extremes as often as all others together.
pub(crate) fn of_width(bits: u32) -> impl Strategy<Value = i64> {
    let half = 1_i64 << (bits - 1);
    prop_oneof![
        1 => prop_oneof![Just(-half), Just(half - 1), Just(-half + 1), Just(0), Just(-1), Just(1)],
        1 => -half..half,
        1 => (-half..half, 0..bits).prop_map(|(value, shift)| value >> shift),
    ]
}

/// Dyadic mantissas: normalized ones of both signs and both ends, 0, and any other legal one.
pub(crate) fn mantissa() -> impl Strategy<Value = i64> {
    let edges = [1_i64 << 30, (1 << 30) + 1, (1 << 31) - 1, 1 << 31, 3 << 29, 0, 1];
    let signed = |(m, negative): (i64, bool)| if negative { -m } else { m };
    prop_oneof![
        3 => (prop::sample::select(edges.to_vec()), any::<bool>()).prop_map(signed),
        3 => (1_i64 << 30..=1 << 31, any::<bool>()).prop_map(signed),
        1 => -(1_i64 << 31)..=1 << 31,
    ]
}

/// Shifts: those seen in networks, the legal limits, left shifts, and shifts beyond 127 bits.
pub(crate) fn exponent() -> impl Strategy<Value = i32> {
    prop_oneof![4 => 16..=62_i32, 2 => -2..=127_i32, 1 => -32..=2_i32, 1 => 90..=140_i32, 1 => Just(i32::MAX)]
}

/// Operands, mantissas and shifts whose product is exactly halfway between two integers, even and odd.
pub(crate) fn tie() -> impl Strategy<Value = (i64, i64, i32)> {
    (0_u32..=31, -(1_i64 << 30)..1 << 30, 0_u32..=31, any::<bool>()).prop_map(|(m_power, floor, q_power, negative)| {
        // q*m = (2*floor + 1) * 2^(e-1)
        let m = 1_i64 << m_power;
        ((2 * floor + 1) << q_power, if negative { -m } else { m }, (m_power + q_power + 1) as i32)
    })
}
