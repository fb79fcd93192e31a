//! Words as wires: decoders of the fields of instructions, constant words and registers, generated from the tables of
//! `ibert-isa`.
//!
//! One table per word, in `ibert-isa`, gives the software encoding there and the decoder here, so the two cannot
//! disagree.

pub mod registers;
mod verilog;

use ibert_isa::{Field, constant_words, instruction_words};
use rust_hdl::core::prelude::*;

/// Makes a block per word: the input `word`, and one output per field. A coded field is an enumeration in software and
/// its bits here.
macro_rules! decoders {
    ($(
        $(#[$doc:meta])*
        $name:ident, $decoder:ident, $module:literal: $bits:literal {
            $( #[doc = $meaning:literal] $field:ident: $type:ty $(as $code:ty)?, $low:literal; )*
        }
    )*) => {$(
        #[doc = concat!("The fields of [`", stringify!($name), "`](ibert_isa) as wires. Combinational.")]
        #[derive(LogicBlock, Default)]
        pub struct $decoder {
            /// Word to decode.
            pub word: Signal<In, Bits<$bits>>,
            $( #[doc = $meaning] pub $field: Signal<Out, $type>, )*
        }

        impl Logic for $decoder {
            fn update(&mut self) {
                let word = self.word.val();
                $( self.$field.next = <$type as $crate::fields::Wire>::slice(word, $low); )*
            }

            fn connect(&mut self) {
                $( self.$field.connect(); )*
            }

            fn hdl(&self) -> Verilog {
                const FIELDS: &[ibert_isa::Field] = $crate::fields::words::$name::FIELDS;
                Verilog::Custom($crate::fields::verilog::decoder($module, FIELDS, $bits))
            }
        }
    )*};
}

pub(crate) use decoders;

/// The software definition of every word.
pub(crate) mod words {
    pub(crate) use ibert_isa::registers::*;
    pub(crate) use ibert_isa::*;
}

instruction_words!(decoders);
constant_words!(decoders);

/// A hardware type of a field.
pub(crate) trait Wire: Synth {
    /// The field of a word that begins at bit `low`.
    fn slice<const W: usize>(word: Bits<W>, low: usize) -> Self;
    /// The value of the wire, zero-extended.
    fn number(self) -> u64;
}

impl<const N: usize> Wire for Bits<N> {
    fn slice<const W: usize>(word: Bits<W>, low: usize) -> Self {
        word.get_bits::<N>(low)
    }

    fn number(self) -> u64 {
        self.to_u64()
    }
}

impl<const N: usize> Wire for Signed<N> {
    fn slice<const W: usize>(word: Bits<W>, low: usize) -> Self {
        signed_cast(word.get_bits::<N>(low))
    }

    fn number(self) -> u64 {
        unsigned_cast(self).to_u64()
    }
}

impl Wire for Bit {
    fn slice<const W: usize>(word: Bits<W>, low: usize) -> Self {
        word.get_bit(low)
    }

    fn number(self) -> u64 {
        self.into()
    }
}
