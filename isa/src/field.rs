//! [`Field`]: a bit field of a word, and the Rust types that represent fields in software.

use bitvec::field::BitField;
use bitvec::order::Lsb0;
use bitvec::slice::BitSlice;
use std::marker::PhantomData;

/// A bit field of an instruction or of a constant word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Name in Rust, in listings and in C.
    pub name: &'static str,
    /// Lowest bit.
    pub low: usize,
    /// Width in bits.
    pub width: usize,
    /// Whether the field is a two's complement number.
    pub signed: bool,
    /// Names of the field's codes, starting at code 0; empty if the field holds a number.
    pub codes: &'static [&'static str],
    /// Meaning of the field, for the reference page.
    pub meaning: &'static str,
}

impl Field {
    /// Highest bit.
    pub const fn high(&self) -> usize {
        self.low + self.width - 1
    }

    /// Values that the field can hold.
    pub const fn range(&self) -> std::ops::RangeInclusive<i64> {
        if self.signed { -(1 << (self.width - 1))..=(1 << (self.width - 1)) - 1 } else { 0..=(1 << self.width) - 1 }
    }

    /// Writes a value to the field's bits in `bytes`.
    ///
    /// # Errors
    /// [`FieldError::Overflow`]: the field is too narrow.
    pub(crate) fn put(&self, value: i64, bytes: &mut [u8]) -> Result<(), FieldError> {
        if !self.range().contains(&value) {
            return Err(FieldError::Overflow { field: *self, value });
        }
        let bits = BitSlice::<u8, Lsb0>::from_slice_mut(bytes);
        // Bits above the width are copies of the sign bit.
        bits[self.low..=self.high()].store_le(value as u64 & (u64::MAX >> (64 - self.width)));
        Ok(())
    }

    /// Reads the field's value from `bytes`.
    pub(crate) fn take(&self, bytes: &[u8]) -> i64 {
        let bits = &BitSlice::<u8, Lsb0>::from_slice(bytes)[self.low..=self.high()];
        if self.signed { bits.load_le::<i64>() } else { bits.load_le::<u64>() as i64 }
    }
}

/// A value that a field cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// The value is out of the field's range.
    #[error("{} = {value}: {} bits hold {}..={}", field.name, field.width, field.range().start(), field.range().end())]
    Overflow {
        /// The field.
        field: Field,
        /// The value.
        value: i64,
    },
    /// The field has no code for the value.
    #[error("{} = {value} has no code; it is one of {}", field.name, field.codes.join(", "))]
    NoCode {
        /// The field.
        field: Field,
        /// Name of the value.
        value: &'static str,
    },
}

/// The type of a field in a table: its width, and the Rust type that represents it in software.
pub trait FieldType {
    /// Rust type of the field's value.
    type Value: Copy + Default + PartialEq + Eq + std::fmt::Debug;
    /// Width in bits.
    const WIDTH: usize;
    /// Whether the field is a two's complement number.
    const SIGNED: bool;
    /// Names of the codes, starting at code 0; empty for numbers.
    const CODES: &'static [&'static str] = &[];

    /// The value as an integer; `None` if the value has no code.
    fn integer(value: Self::Value) -> Option<i64>;
    /// The value of an integer that is in range; `None` if the integer is not a code.
    fn value(integer: i64) -> Option<Self::Value>;
    /// Name of the value; `None` for numbers.
    fn name(_: Self::Value) -> Option<&'static str> {
        None
    }
}

/// The value of a field of any type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FieldValue {
    /// The value as an integer; `None` if it has no code.
    pub(crate) integer: Option<i64>,
    /// Name of the value; `None` for numbers.
    pub(crate) name: Option<&'static str>,
}

impl FieldValue {
    /// The value of a field of type `F`.
    pub(crate) fn of<F: FieldType>(value: F::Value) -> Self {
        FieldValue { integer: F::integer(value), name: F::name(value) }
    }
}

/// A [`FieldType`] for which every integer in range is a value.
pub trait Number: FieldType {
    /// The value of an integer that is in range.
    fn number(integer: i64) -> Self::Value;
}

/// An enumeration encoded by a field. The code of a value is its position in [`Coded::VALUES`].
pub trait Coded: Copy + Default + PartialEq + Eq + std::fmt::Debug + 'static {
    /// The values that have a code, in the order of their codes.
    const VALUES: &'static [Self];
    /// Names of [`Coded::VALUES`], in the same order.
    const NAMES: &'static [&'static str];

    /// Name of the value, also if it has no code.
    fn name(self) -> &'static str;
}

/// An unsigned field of `N` bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bits<const N: usize>;

/// A two's complement field of `N` bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed<const N: usize>;

/// A one-bit flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bit;

/// A field as wide as `F` that holds the code of an `E`: `F as E` in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeOf<F, E>(PhantomData<(F, E)>);

impl<const N: usize> FieldType for Bits<N> {
    type Value = u64;
    const WIDTH: usize = N;
    const SIGNED: bool = false;

    fn integer(value: u64) -> Option<i64> {
        // A value above i64::MAX must stay out of range of every field.
        Some(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn value(integer: i64) -> Option<u64> {
        Some(Self::number(integer))
    }
}

impl<const N: usize> Number for Bits<N> {
    fn number(integer: i64) -> u64 {
        integer as u64
    }
}

impl<const N: usize> FieldType for Signed<N> {
    type Value = i64;
    const WIDTH: usize = N;
    const SIGNED: bool = true;

    fn integer(value: i64) -> Option<i64> {
        Some(value)
    }

    fn value(integer: i64) -> Option<i64> {
        Some(integer)
    }
}

impl<const N: usize> Number for Signed<N> {
    fn number(integer: i64) -> i64 {
        integer
    }
}

impl FieldType for Bit {
    type Value = bool;
    const WIDTH: usize = 1;
    const SIGNED: bool = false;

    fn integer(value: bool) -> Option<i64> {
        Some(value.into())
    }

    fn value(integer: i64) -> Option<bool> {
        Some(Self::number(integer))
    }
}

impl Number for Bit {
    fn number(integer: i64) -> bool {
        integer != 0
    }
}

impl<F: FieldType, E: Coded> FieldType for CodeOf<F, E> {
    type Value = E;
    const WIDTH: usize = F::WIDTH;
    const SIGNED: bool = false;
    const CODES: &'static [&'static str] = {
        assert!(E::VALUES.len() == E::NAMES.len() && E::VALUES.len() <= 1 << F::WIDTH, "a name per code, all in range");
        E::NAMES
    };

    fn integer(value: E) -> Option<i64> {
        E::VALUES.iter().position(|coded| *coded == value).map(|code| code as i64)
    }

    fn value(integer: i64) -> Option<E> {
        E::VALUES.get(integer as usize).copied()
    }

    fn name(value: E) -> Option<&'static str> {
        Some(value.name())
    }
}
