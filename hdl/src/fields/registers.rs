//! The control registers in hardware: address decoders, and the words of registers with several fields.

use super::{Wire, decoders, verilog, words};
use ibert_isa::register_table;
use ibert_isa::registers::{REGISTERS, Registers};
use rust_hdl::core::prelude::*;

/// Makes the address decoders, and the decoder and encoder of each register with several fields.
macro_rules! register_blocks {
    ($(
        #[doc = $meaning:literal]
        $name:ident: $offset:literal, $access:ident, $reset:expr
        $(, $word:ident, $decoder:ident, $decoder_module:literal, $encoder:ident, $encoder_module:literal {
            $( #[doc = $field_meaning:literal] $field:ident: $type:ty, $low:literal; )*
        })?;
    )*) => {
        $($(
            decoders! {
                #[doc = $meaning]
                $word, $decoder, $decoder_module: 32 { $( #[doc = $field_meaning] $field: $type, $low; )* }
            }

            #[doc = concat!("[`", stringify!($word), "`](ibert_isa::registers::", stringify!($word), ") as a word, from wires. Combinational.")]
            #[derive(LogicBlock, Default)]
            pub struct $encoder {
                $( #[doc = $field_meaning] pub $field: Signal<In, $type>, )*
                /// Word with the fields.
                pub word: Signal<Out, Bits<32>>,
            }

            impl Logic for $encoder {
                fn update(&mut self) {
                    let values = [$( Wire::number(self.$field.val()) ),*];
                    let fields = words::$word::FIELDS.iter().zip(values);
                    self.word.next = fields.fold(0, |word, (field, value)| word | value << field.low).to_bits();
                }

                fn connect(&mut self) {
                    self.word.connect();
                }

                fn hdl(&self) -> Verilog {
                    Verilog::Custom(verilog::encoder($encoder_module, words::$word::FIELDS))
                }
            }
        )?)*

        /// Value of the register at an address. Combinational.
        #[derive(LogicBlock, Default)]
        pub struct RegisterRead {
            /// Byte address.
            pub address: Signal<In, Bits<12>>,
            $( #[doc = $meaning] pub $name: Signal<In, Bits<32>>, )*
            /// Value of the register; 0 without `mapped`.
            pub data: Signal<Out, Bits<32>>,
            /// There is a register at the address.
            pub mapped: Signal<Out, Bit>,
        }

        impl Logic for RegisterRead {
            fn update(&mut self) {
                let values = [$( (Registers::$name().offset, self.$name.val()) ),*];
                let address = self.address.val().to_u128();
                let value = values.into_iter().find(|(offset, _)| u128::from(*offset) == address);
                self.data.next = value.map_or_else(Bits::default, |(_, value)| value);
                self.mapped.next = value.is_some();
            }

            fn connect(&mut self) {
                self.data.connect();
                self.mapped.connect();
            }

            fn hdl(&self) -> Verilog {
                Verilog::Custom(verilog::read(REGISTERS))
            }
        }

        /// Decodes which register a write selects. Combinational.
        #[derive(LogicBlock, Default)]
        pub struct RegisterWrite {
            /// Byte address.
            pub address: Signal<In, Bits<12>>,
            $( #[doc = $meaning] pub $name: Signal<Out, Bit>, )*
            /// There is a writable register at the address.
            pub accepted: Signal<Out, Bit>,
        }

        impl Logic for RegisterWrite {
            fn update(&mut self) {
                let address = self.address.val().to_u128();
                $( self.$name.next = address == u128::from(Registers::$name().offset); )*
                self.accepted.next =
                    REGISTERS.iter().any(|r| r.access.writable() && u128::from(r.offset) == address);
            }

            fn connect(&mut self) {
                $( self.$name.connect(); )*
                self.accepted.connect();
            }

            fn hdl(&self) -> Verilog {
                Verilog::Custom(verilog::write(REGISTERS))
            }
        }
    };
}

register_table!(register_blocks);

#[cfg(test)]
mod tests;
