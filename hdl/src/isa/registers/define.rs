//! `registers!`: one table gives the list of registers, their decoders in hardware, and their fields both ways.

use crate::isa::Field;
use rust_hdl::core::prelude::*;

/// Defines the registers: meaning, name, offset, access, value after reset; of those with several fields the names of the blocks and the fields.
macro_rules! registers {
    (@fields) => { &[] };
    (@fields $word:ident) => { $word::FIELDS };
    ($(
        #[doc = $meaning:literal]
        $name:ident: $offset:literal, $access:ident, $reset:expr
        $(, $word:ident, $decoder:ident, $decoder_module:literal, $encoder:ident, $encoder_module:literal {
            $( #[doc = $field_meaning:literal] $field:ident: $type:ty, $low:literal; )*
        })?;
    )*) => {
        $($(
            $crate::isa::word::words! {
                #[doc = $meaning]
                $word, $decoder, $decoder_module: 32 { $( #[doc = $field_meaning] $field: $type, $low; )* }
            }

            #[doc = concat!("[`", stringify!($word), "`] as a word, from wires.")]
            #[derive(LogicBlock, Default)]
            pub struct $encoder {
                $( #[doc = $field_meaning] pub $field: Signal<In, $type>, )*
                /// The word.
                pub word: Signal<Out, Bits<32>>,
            }

            impl Logic for $encoder {
                fn update(&mut self) {
                    let values = [$( $crate::isa::registers::define::Wire::number(self.$field.val()) ),*];
                    let fields = $word::FIELDS.iter().zip(values);
                    self.word.next = fields.fold(0, |word, (field, value)| word | value << field.low).to_bits();
                }

                fn connect(&mut self) {
                    self.word.connect();
                }

                fn hdl(&self) -> Verilog {
                    Verilog::Custom($crate::isa::registers::define::encoder_verilog($encoder_module, $word::FIELDS))
                }
            }
        )?)*

        /// Every register, in the order of offsets.
        pub const REGISTERS: &[Register] = &[$( Registers::$name() ),*];

        const _: () = define::assert_ordered(REGISTERS);

        /// The registers by name.
        #[derive(Debug, Clone, Copy)]
        pub struct Registers;

        impl Registers {
            $(
                #[doc = $meaning]
                pub const fn $name() -> Register {
                    Register {
                        name: stringify!($name),
                        offset: $offset,
                        access: Access::$access,
                        reset: $reset,
                        meaning: $meaning,
                        fields: registers!(@fields $($word)?),
                    }
                }
            )*
        }

        /// The value of the register at an address. Combinational.
        #[derive(LogicBlock, Default)]
        pub struct RegisterRead {
            /// Byte address.
            pub address: Signal<In, Bits<12>>,
            $( #[doc = $meaning] pub $name: Signal<In, Bits<32>>, )*
            /// The value; 0 without `mapped`.
            pub data: Signal<Out, Bits<32>>,
            /// There is a register.
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
                Verilog::Custom(define::read_verilog(REGISTERS))
            }
        }

        /// Which register an address writes. Combinational.
        #[derive(LogicBlock, Default)]
        pub struct RegisterWrite {
            /// Byte address.
            pub address: Signal<In, Bits<12>>,
            $( #[doc = $meaning] pub $name: Signal<Out, Bit>, )*
            /// There is a register that can be written.
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
                Verilog::Custom(define::write_verilog(REGISTERS))
            }
        }
    };
}

pub(super) use registers;

use super::Register;

/// A wire's value as an integer.
pub(super) trait Wire {
    /// The value, zero-extended.
    fn number(self) -> u64;
}

impl Wire for Bit {
    fn number(self) -> u64 {
        self.into()
    }
}

impl<const N: usize> Wire for Bits<N> {
    fn number(self) -> u64 {
        self.to_u64()
    }
}

/// Offsets ascend, are multiples of 4 and fit 12 bits: else the program does not compile.
pub(super) const fn assert_ordered(registers: &[Register]) {
    let mut index = 0;
    while index < registers.len() {
        let offset = registers[index].offset;
        assert!(offset.is_multiple_of(4) && offset < 1 << 12, "an offset is a multiple of 4 below 4096");
        assert!(index == 0 || registers[index - 1].offset < offset, "registers must be in the order of their offsets");
        index += 1;
    }
}

/// Fields to a word, in Verilog: wires only.
pub(super) fn encoder_verilog(module: &str, fields: &[Field]) -> String {
    let mut parts = vec![];
    let mut next = 32;
    for field in fields.iter().rev() {
        if field.high() + 1 < next {
            parts.push(format!("{}'d0", next - field.high() - 1));
        }
        parts.push(field.name.to_string());
        next = field.low;
    }
    if next > 0 {
        parts.push(format!("{next}'d0"));
    }
    format!("// {module}: the word of the fields; wires only.\nassign word = {{{}}};", parts.join(", "))
}

/// The read multiplexer in Verilog.
pub(super) fn read_verilog(registers: &[Register]) -> String {
    let mut text = "// register_read: the value of the register at an address; combinational.\n".to_string();
    text += "always @(*) begin\n    mapped = 1'b1;\n    case (address)\n";
    for register in registers {
        text += &format!("        12'h{:03x}: data = {};\n", register.offset, register.name);
    }
    text + "        default: begin\n            data = 32'd0;\n            mapped = 1'b0;\n        end\n    endcase\nend"
}

/// The write decoder in Verilog.
pub(super) fn write_verilog(registers: &[Register]) -> String {
    let mut text = "// register_write: which register an address writes; combinational.\n".to_string();
    for register in registers {
        text += &format!("assign {} = address == 12'h{:03x};\n", register.name, register.offset);
    }
    let writable: Vec<&str> = registers.iter().filter(|r| r.access.writable()).map(|r| r.name).collect();
    text + &format!("assign accepted = {};", writable.join(" | "))
}
