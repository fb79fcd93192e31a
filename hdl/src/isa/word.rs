//! `words!`: one definition of a word's fields gives the Rust struct that encodes and decodes it, and the decoder block of the hardware.

/// Defines words of `BITS` bits. For each, a struct of values with `FIELDS`, `encode` and `decode`, and a block with the input `word` and an output a field.
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
            $( #[doc = $meaning] pub $field: <$type as $crate::isa::FieldType>::Value, )*
        }

        impl $name {
            /// Bits of the word.
            pub const BITS: usize = $bits;

            /// Its fields, lowest first; all other bits are reserved and 0.
            pub const FIELDS: &'static [$crate::isa::Field] = &[
                $( $crate::isa::Field {
                    name: stringify!($field),
                    low: $low,
                    width: <$type as rust_hdl::core::prelude::Synth>::BITS,
                    signed: <$type as $crate::isa::FieldType>::SIGNED,
                    meaning: $meaning,
                }, )*
            ];

            const _APART: () = $crate::isa::word::assert_apart(Self::FIELDS, $bits);

            /// The values in the order of [`Self::FIELDS`].
            pub fn values(&self) -> Vec<i64> {
                vec![ $( <$type as $crate::isa::FieldType>::integer(self.$field), )* ]
            }

            /// Writes the fields into `bytes`, the little-endian word; other bits stay as they are.
            ///
            /// # Errors
            /// [`FieldOverflow`](crate::isa::FieldOverflow) names the field that is too narrow.
            pub fn encode(&self, bytes: &mut [u8]) -> Result<(), $crate::isa::FieldOverflow> {
                let () = Self::_APART;
                Self::FIELDS.iter().zip(self.values()).try_for_each(|(field, value)| field.put(value, bytes))
            }

            /// Reads the fields of the little-endian word in `bytes`.
            pub fn decode(bytes: &[u8]) -> Self {
                let mut fields = Self::FIELDS.iter().map(|field| field.take(bytes));
                Self { $( $field: <$type as $crate::isa::FieldType>::value(fields.next().unwrap_or_default()), )* }
            }
        }

        #[doc = concat!("The fields of [`", stringify!($name), "`] as wires.")]
        #[derive(rust_hdl::core::prelude::LogicBlock, Default)]
        pub struct $decoder {
            /// The word.
            pub word: rust_hdl::core::prelude::Signal<rust_hdl::core::prelude::In, rust_hdl::core::prelude::Bits<$bits>>,
            $( #[doc = $meaning] pub $field: rust_hdl::core::prelude::Signal<rust_hdl::core::prelude::Out, $type>, )*
        }

        impl rust_hdl::core::prelude::Logic for $decoder {
            fn update(&mut self) {
                let word = self.word.val();
                $( self.$field.next = <$type as $crate::isa::FieldType>::slice(word, $low); )*
            }

            fn connect(&mut self) {
                $( self.$field.connect(); )*
            }

            fn hdl(&self) -> rust_hdl::core::prelude::Verilog {
                rust_hdl::core::prelude::Verilog::Custom($crate::isa::word::decoder_verilog($module, $name::FIELDS, $bits))
            }
        }
    )*};
}

pub(crate) use words;

use super::Field;

/// Fields are in order, do not overlap and end within the word: else the program does not compile.
pub(super) const fn assert_apart(fields: &[Field], bits: usize) {
    let (mut index, mut next) = (0, 0);
    while index < fields.len() {
        assert!(fields[index].low >= next, "fields must be in order and apart");
        next = fields[index].low + fields[index].width;
        index += 1;
    }
    assert!(next <= bits, "fields must be within the word");
}

/// Bits of no field, as ranges `(low, high)`.
pub(super) fn gaps(fields: &[Field], bits: usize) -> Vec<(usize, usize)> {
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

/// The decoder in Verilog: wires only.
pub(super) fn decoder_verilog(module: &str, fields: &[Field], bits: usize) -> String {
    let mut text = format!("// {module}: the fields of the word as wires.\n");
    for field in fields {
        let bits = if field.width == 1 { format!("{}", field.low) } else { format!("{}:{}", field.high(), field.low) };
        text += &format!("assign {} = word[{bits}];\n", field.name);
    }
    let unused: Vec<String> = gaps(fields, bits)
        .into_iter()
        .map(|(low, high)| if low == high { format!("word[{low}]") } else { format!("word[{high}:{low}]") })
        .collect();
    if !unused.is_empty() {
        text += &format!("wire unused_bits = &{{1'b0, {}}};\n", unused.join(", "));
    }
    text.pop();
    text
}
