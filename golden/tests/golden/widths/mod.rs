//! The widths of docs/numerics.md, "Widths": met by whole encoders, proved for the worst constants, and harmless where
//! hardware saturates.

mod encoder_run;
mod saturation;
mod worst_case;

/// Bits of the narrowest two's-complement field that holds `value`.
fn signed_bits(value: i128) -> u32 {
    129 - value.max(!value).leading_zeros()
}

#[test]
fn bits_are_counted_with_the_sign() {
    for (value, bits) in [(0, 1), (-1, 1), (1, 2), (127, 8), (128, 9), (-128, 8), (-129, 9), (i128::MIN, 128)] {
        assert_eq!(signed_bits(value), bits, "{value}");
    }
}
