//! Signed widths of the hardware's fields: the one table shared by quantizer, loader and RTL (docs/numerics.md,
//! "Widths").

/// A field's width and what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WidthLimit {
    /// Two's-complement width.
    pub bits: u32,
    /// What the field holds, for messages.
    pub what: &'static str,
}

impl WidthLimit {
    /// Whether the field holds `value`.
    pub const fn holds(self, value: i128) -> bool {
        let half = 1_i128 << (self.bits - 1);
        -half <= value && value < half
    }
}

/// The table of widths.
pub mod limits {
    use std::ops::RangeInclusive;

    use super::WidthLimit;

    const fn limit(bits: u32, what: &'static str) -> WidthLimit {
        WidthLimit { bits, what }
    }

    /// Linear accumulator with bias.
    pub const ACCUMULATOR: WidthLimit = limit(32, "linear accumulator");
    /// Operand of every requantizer; i-GELU saturates to it.
    pub const REQUANT_OPERAND: WidthLimit = limit(40, "requant operand");
    /// Dyadic mantissa, whose magnitude reaches 2^31.
    pub const MANTISSA: WidthLimit = limit(33, "dyadic mantissa");
    /// Smallest and largest dyadic exponent: a right shift, up to where an operand that saturates at
    /// [`REQUANT_OPERAND`] still clamps to int8 (`2^39 * 2^30 / 2^62 = 2^7`).
    pub const EXPONENTS: RangeInclusive<i32> = 0..=62;
    /// The same where an int8 zero point is added before the clamp: one octave more is needed.
    pub const EXPONENTS_ZERO_POINT: RangeInclusive<i32> = 0..=61;
    /// The same for a 16-bit result: `2^39 * 2^30 / 2^54 = 2^15`.
    pub const EXPONENTS_INT16: RangeInclusive<i32> = 0..=54;
    /// i-GELU `b`, and `a + b`.
    pub const GELU_B: WidthLimit = limit(17, "i-GELU a+b");
    /// i-GELU `c`, and the square.
    pub const GELU_C: WidthLimit = limit(34, "i-GELU c");
    /// i-GELU `shift`, and `L + shift`.
    pub const GELU_SHIFT: WidthLimit = limit(21, "i-GELU L+shift");
    /// i-exp `x0`.
    pub const EXP_X0: WidthLimit = limit(15, "i-exp x0");
    /// i-exp `b`.
    pub const EXP_B: WidthLimit = limit(17, "i-exp b");
    /// i-exp `c`, and `t`.
    pub const EXP_C: WidthLimit = limit(32, "i-exp c");
    /// i-LayerNorm bias.
    pub const NORM_BIAS: WidthLimit = limit(40, "i-LayerNorm bias");
    /// Largest i-LayerNorm variance shift: the operand has 23 bits.
    pub const NORM_SHIFT_MAX: u32 = 22;
}
