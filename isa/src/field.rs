//! [`Field`]: some bits of a word, and which Rust types stand for them in software.

use bitvec::field::BitField;
use bitvec::order::Lsb0;
use bitvec::slice::BitSlice;

/// Some bits of an instruction or of a constant word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Name, as in Rust, in listings and in C.
    pub name: &'static str,
    /// Lowest bit.
    pub low: usize,
    /// Bits.
    pub width: usize,
    /// Whether it is a two's complement number.
    pub signed: bool,
    /// What it holds.
    pub meaning: &'static str,
}

impl Field {
    /// Highest bit.
    pub const fn high(&self) -> usize {
        self.low + self.width - 1
    }

    /// The values that the field can hold.
    pub const fn range(&self) -> std::ops::RangeInclusive<i64> {
        if self.signed { -(1 << (self.width - 1))..=(1 << (self.width - 1)) - 1 } else { 0..=(1 << self.width) - 1 }
    }

    /// Puts a value into its place.
    ///
    /// # Errors
    /// [`FieldOverflow`]: the field is too narrow.
    pub(crate) fn put(&self, value: i64, bytes: &mut [u8]) -> Result<(), FieldOverflow> {
        if !self.range().contains(&value) {
            return Err(FieldOverflow { field: *self, value });
        }
        let bits = BitSlice::<u8, Lsb0>::from_slice_mut(bytes);
        // Bits beyond the width are those of the sign.
        bits[self.low..=self.high()].store_le(value as u64 & (u64::MAX >> (64 - self.width)));
        Ok(())
    }

    /// The value in its place.
    pub(crate) fn take(&self, bytes: &[u8]) -> i64 {
        let bits = &BitSlice::<u8, Lsb0>::from_slice(bytes)[self.low..=self.high()];
        if self.signed { bits.load_le::<i64>() } else { bits.load_le::<u64>() as i64 }
    }
}

/// A value does not fit its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} = {value}: {} bits hold {}..={}", field.name, field.width, field.range().start(), field.range().end())]
pub struct FieldOverflow {
    /// The field.
    pub field: Field,
    /// The value.
    pub value: i64,
}

/// The type of a field in a table: its width, and the Rust type that stands for it in software.
pub trait FieldType {
    /// In software.
    type Value: Copy + Default + PartialEq + Eq + std::fmt::Debug;
    /// Bits.
    const WIDTH: usize;
    /// Whether it is a two's complement number.
    const SIGNED: bool;

    /// The value as an integer.
    fn integer(value: Self::Value) -> i64;
    /// The integer, which is in range, as a value.
    fn value(integer: i64) -> Self::Value;
}

/// An unsigned field of `N` bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bits<const N: usize>;

/// A two's complement field of `N` bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed<const N: usize>;

/// A flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bit;

impl<const N: usize> FieldType for Bits<N> {
    type Value = u64;
    const WIDTH: usize = N;
    const SIGNED: bool = false;

    fn integer(value: u64) -> i64 {
        // A value above i64::MAX must stay out of range of every field.
        i64::try_from(value).unwrap_or(i64::MAX)
    }

    fn value(integer: i64) -> u64 {
        integer as u64
    }
}

impl<const N: usize> FieldType for Signed<N> {
    type Value = i64;
    const WIDTH: usize = N;
    const SIGNED: bool = true;

    fn integer(value: i64) -> i64 {
        value
    }

    fn value(integer: i64) -> i64 {
        integer
    }
}

impl FieldType for Bit {
    type Value = bool;
    const WIDTH: usize = 1;
    const SIGNED: bool = false;

    fn integer(value: bool) -> i64 {
        value.into()
    }

    fn value(integer: i64) -> bool {
        integer != 0
    }
}
