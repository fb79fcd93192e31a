//! `words!`: makes structs that encode and decode a word from a table of its fields.

/// Defines words of `BITS` bits: for each a struct of values with `FIELDS`, `encode` and `decode`. Names of hardware blocks in the table
/// are for the crate that makes the decoders.
macro_rules! words {
    ($(
        $(#[$doc:meta])*
        $name:ident, $decoder:ident, $module:literal: $bits:literal {
            $( #[doc = $meaning:literal] $field:ident: $type:ty, $low:literal; )*
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct $name {
            $( #[doc = $meaning] pub $field: <$type as $crate::FieldType>::Value, )*
        }

        impl $name {
            /// Bits of the word.
            pub const BITS: usize = $bits;

            /// Its fields, lowest first; all other bits are reserved and 0.
            pub const FIELDS: &'static [$crate::Field] = &[
                $( $crate::Field {
                    name: stringify!($field),
                    low: $low,
                    width: <$type as $crate::FieldType>::WIDTH,
                    signed: <$type as $crate::FieldType>::SIGNED,
                    meaning: $meaning,
                }, )*
            ];

            const _APART: () = $crate::word::assert_apart(Self::FIELDS, $bits);

            /// The values in the order of [`Self::FIELDS`].
            pub fn values(&self) -> Vec<i64> {
                vec![ $( <$type as $crate::FieldType>::integer(self.$field), )* ]
            }

            /// Writes the fields into `bytes`, the little-endian word; other bits stay as they are.
            ///
            /// # Errors
            /// [`FieldOverflow`](crate::FieldOverflow) names the field that is too narrow.
            pub fn encode(&self, bytes: &mut [u8]) -> Result<(), $crate::FieldOverflow> {
                let () = Self::_APART;
                Self::FIELDS.iter().zip(self.values()).try_for_each(|(field, value)| field.put(value, bytes))
            }

            /// Reads the fields of the little-endian word in `bytes`.
            pub fn decode(bytes: &[u8]) -> Self {
                let mut fields = Self::FIELDS.iter().map(|field| field.take(bytes));
                Self { $( $field: <$type as $crate::FieldType>::value(fields.next().unwrap_or_default()), )* }
            }
        }
    )*};
}

pub(crate) use words;

use super::Field;

/// Fields are in order, do not overlap and end within the word: else the program does not compile.
pub(crate) const fn assert_apart(fields: &[Field], bits: usize) {
    let (mut index, mut next) = (0, 0);
    while index < fields.len() {
        assert!(fields[index].low >= next, "fields must be in order and apart");
        next = fields[index].low + fields[index].width;
        index += 1;
    }
    assert!(next <= bits, "fields must be within the word");
}

/// Bits of no field, as ranges `(low, high)`.
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
