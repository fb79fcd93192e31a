//! [`Word`]: the bits of a port, or of all ports of one cycle, as a line of a hex file.

/// Bits, the first ones lowest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    bits: Vec<bool>,
}

impl Word {
    /// The low `width` bits of a two's complement number.
    ///
    /// # Panics
    /// If `value` fits `width` bits neither as a signed nor as an unsigned number.
    pub(super) fn of(value: i128, width: usize) -> Self {
        let fits = width >= 128 || (-(1i128 << (width - 1))..1i128 << width).contains(&value);
        assert!(fits, "{value} does not fit {width} bits");
        Word { bits: (0..width).map(|bit| value >> bit.min(127) & 1 == 1).collect() }
    }

    /// Lane `i` in bits `i·width` and up.
    pub(super) fn lanes(values: impl IntoIterator<Item = i64>, width: usize) -> Self {
        let mut word = Word::default();
        values.into_iter().for_each(|value| word.append(&Word::of(value.into(), width)));
        word
    }

    /// Bits of a source of randomness.
    pub(super) fn random(width: usize, mut bit: impl FnMut() -> bool) -> Self {
        Word { bits: (0..width).map(|_| bit()).collect() }
    }

    /// Number of bits.
    pub fn width(&self) -> usize {
        self.bits.len()
    }

    /// Appends `other` above the highest bit.
    pub(super) fn append(&mut self, other: &Word) {
        self.bits.extend_from_slice(&other.bits);
    }

    /// The number in `width` ≤ 127 bits from bit `low` on.
    pub fn field(&self, low: usize, width: usize, signed: bool) -> i128 {
        let bits = &self.bits[low..low + width];
        let negative = signed && bits.last() == Some(&true);
        bits.iter().rev().fold(-i128::from(negative), |value, bit| value << 1 | i128::from(*bit))
    }

    /// Hexadecimal digits for `$readmemh`, the highest first.
    pub fn hex(&self) -> String {
        let digit = |nibble: &[bool]| nibble.iter().rev().fold(0, |digit, bit| digit << 1 | u32::from(*bit));
        let digits = self.bits.chunks(4).map(|nibble| char::from_digit(digit(nibble), 16).unwrap_or('x'));
        digits.rev().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Word;

    #[test]
    fn digits_are_those_of_the_number_in_twos_complement() {
        assert_eq!(Word::of(0x2f, 6).hex(), "2f");
        assert_eq!(Word::of(-1, 9).hex(), "1ff");
        assert_eq!(Word::of(-(1 << 39), 40).hex(), "8000000000");
        assert_eq!(Word::of(-2, 130).hex(), format!("3{}e", "f".repeat(31)));
        assert_eq!(Word::lanes([-1, 0, -256, 255], 9).hex(), format!("{:09x}", 0x1ffu64 | 0x100 << 18 | 0xff << 27));
    }

    #[test]
    fn fields_are_the_numbers_that_were_put_in() {
        let mut word = Word::of(-3, 9);
        word.append(&Word::of(200, 8));
        word.append(&Word::of(-(1 << 39), 40));
        let field = |low, width, signed| word.field(low, width, signed);
        assert_eq!([field(0, 9, true), field(9, 8, false), field(9, 8, true)], [-3, 200, -56]);
        assert_eq!([field(17, 40, true), field(17, 40, false)], [-(1 << 39), 1 << 39]);
    }

    #[test]
    #[should_panic(expected = "256 does not fit 8 bits")]
    fn a_value_beyond_its_port_is_noticed() {
        Word::of(256, 8);
    }
}
