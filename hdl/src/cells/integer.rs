//! Conversions between rust-hdl's bit vectors and integers, for the simulation side of the cells.
//!
//! rust-hdl's own conversions panic on values that do not fit, and recurse forever on the most negative value. The
//! functions here wrap, as hardware does. Widths up to 128 bits.

use rust_hdl::core::prelude::*;

/// Value of a signed vector.
pub fn value_of<const N: usize>(vector: Signed<N>) -> i128 {
    let unused = 128 - N;
    ((unsigned_cast(vector).to_u128() << unused) as i128) >> unused
}

/// Low `N` bits of a value as a signed vector.
pub fn signed_vector<const N: usize>(value: i128) -> Signed<N> {
    signed_cast(vector(value as u128))
}

/// Low `N` bits of a value as an unsigned vector.
pub fn vector<const N: usize>(value: u128) -> Bits<N> {
    (value & (u128::MAX >> (128 - N))).to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_9_bit_value_survives_and_others_wrap() {
        for value in -256..256 {
            assert_eq!(value_of(signed_vector::<9>(value)), value);
            assert_eq!(value_of(signed_vector::<9>(value + 512)), value);
        }
    }

    #[test]
    fn extremes_of_long_vectors_survive() {
        for value in [-(1 << 72), (1 << 72) - 1, -1, 0] {
            assert_eq!(value_of(signed_vector::<73>(value)), value);
        }
        assert_eq!(value_of(signed_vector::<128>(i128::MIN)), i128::MIN);
    }
}
