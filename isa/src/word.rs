//! `words!` and `coded_words!`: structs that encode and decode a word, generated from a table of its fields.

/// Defines words of `BITS` bits: for each word a struct of values with `FIELDS` and `encode`. The names of hardware
/// blocks in the table are for the crate that generates the decoders. `TYPE as ENUM` is a field of the width of `TYPE`
/// that holds a code of `ENUM`.
macro_rules! word_structs {
    ($(
        $(#[$doc:meta])*
        $name:ident, $decoder:ident, $module:literal: $bits:literal {
            $( #[doc = $meaning:literal] $field:ident: $type:ty $(as $enum:ty)?, $low:literal; )*
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct $name {
            $( #[doc = $meaning]
            pub $field: <$crate::word::field_type!($type $(as $enum)?) as $crate::FieldType>::Value, )*
        }

        impl $name {
            /// Width of the word in bits.
            pub const BITS: usize = $bits;

            /// Fields of the word, lowest first; all other bits are reserved and 0.
            pub const FIELDS: &'static [$crate::Field] = &[
                $( $crate::Field {
                    name: stringify!($field),
                    low: $low,
                    width: <$type as $crate::FieldType>::WIDTH,
                    signed: <$type as $crate::FieldType>::SIGNED,
                    codes: <$crate::word::field_type!($type $(as $enum)?) as $crate::FieldType>::CODES,
                    meaning: $meaning,
                }, )*
            ];

            const _APART: () = $crate::word::assert_apart(Self::FIELDS, $bits);

            /// Writes the fields into `bytes`, the little-endian word. Other bits keep their values.
            ///
            /// # Errors
            /// [`FieldError`](crate::FieldError) names the field that cannot hold its value.
            pub fn encode(&self, bytes: &mut [u8]) -> Result<(), $crate::FieldError> {
                let () = Self::_APART;
                Self::FIELDS.iter().zip(self.values()).try_for_each(|(field, value)| {
                    let no_code = $crate::FieldError::NoCode { field: *field, value: value.name.unwrap_or_default() };
                    field.put(value.integer.ok_or(no_code)?, bytes)
                })
            }

            /// Values of the fields, in the order of [`Self::FIELDS`].
            pub(crate) fn values(&self) -> Vec<$crate::field::FieldValue> {
                vec![ $(
                    $crate::field::FieldValue::of::<$crate::word::field_type!($type $(as $enum)?)>(self.$field),
                )* ]
            }
        }
    )*};
}

/// [`word_structs`] with `decode`, for words whose fields are all numbers.
macro_rules! words {
    ($(
        $(#[$doc:meta])*
        $name:ident, $decoder:ident, $module:literal: $bits:literal {
            $( #[doc = $meaning:literal] $field:ident: $type:ty, $low:literal; )*
        }
    )*) => {
        $crate::word::word_structs! {$(
            $(#[$doc])*
            $name, $decoder, $module: $bits { $( #[doc = $meaning] $field: $type, $low; )* }
        )*}

        $(impl $name {
            /// Reads the fields of the little-endian word in `bytes`.
            pub fn decode(bytes: &[u8]) -> Self {
                let mut fields = Self::FIELDS.iter().map(|field| field.take(bytes));
                Self { $( $field: <$type as $crate::field::Number>::number(fields.next().unwrap_or_default()), )* }
            }
        })*
    };
}

/// [`word_structs`] with `decode`, for words whose fields are numbers and codes. `decode` refuses codes without a
/// meaning.
macro_rules! coded_words {
    ($(
        $(#[$doc:meta])*
        $name:ident, $decoder:ident, $module:literal: $bits:literal {
            $( #[doc = $meaning:literal] $field:ident: $type:ty $(as $enum:ty)?, $low:literal; )*
        }
    )*) => {
        $crate::word::word_structs! {$(
            $(#[$doc])*
            $name, $decoder, $module: $bits { $( #[doc = $meaning] $field: $type $(as $enum)?, $low; )* }
        )*}

        $(impl $name {
            /// Reads the fields of the little-endian word in `bytes`; reserved bits are ignored.
            ///
            /// # Errors
            /// [`DecodeError::Code`](crate::DecodeError::Code): a field holds a code without a meaning.
            pub fn decode(bytes: &[u8]) -> Result<Self, $crate::DecodeError> {
                let mut word = Self::default();
                let mut fields = Self::FIELDS.iter();
                $( if let Some(field) = fields.next() {
                    let value = field.take(bytes);
                    word.$field = <$crate::word::field_type!($type $(as $enum)?) as $crate::FieldType>::value(value)
                        .ok_or($crate::DecodeError::Code { field: *field, value: value as u64 })?;
                } )*
                Ok(word)
            }
        })*
    };
}

/// The [`FieldType`](crate::FieldType) of `TYPE` or `TYPE as ENUM`.
macro_rules! field_type {
    ($type:ty as $enum:ty) => { $crate::CodeOf<$type, $enum> };
    ($type:ty) => { $type };
}

pub(crate) use {coded_words, field_type, word_structs, words};

use super::Field;

/// Compile-time check: fields are in order, do not overlap and end within the word.
pub(crate) const fn assert_apart(fields: &[Field], bits: usize) {
    let (mut index, mut next) = (0, 0);
    while index < fields.len() {
        assert!(fields[index].low >= next, "fields must be in order and apart");
        next = fields[index].low + fields[index].width;
        index += 1;
    }
    assert!(next <= bits, "fields must be within the word");
}

/// Bits that belong to no field, as ranges `(low, high)`.
pub fn gaps(fields: &[Field], bits: usize) -> Vec<(usize, usize)> {
    let mut gaps = Vec::new();
    let mut next = 0;
    for field in fields.iter().map(|field| (field.low, field.high() + 1)).chain([(bits, bits)]) {
        if field.0 > next {
            gaps.push((next, field.0 - 1));
        }
        next = field.1;
    }
    gaps
}
