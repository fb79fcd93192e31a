//! `registers!`: the list of registers, and a struct for each register that has several fields.

/// Defines registers. A register has a meaning, name, offset, access and reset value. A register with several fields
/// also has the fields and the names of its struct and of its hardware blocks.
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
            $crate::word::words! {
                #[doc = $meaning]
                $word, $decoder, $decoder_module: 32 { $( #[doc = $field_meaning] $field: $type, $low; )* }
            }
        )?)*

        /// Every register, in ascending order of offsets.
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
    };
}

pub(super) use registers;

use super::Register;

/// Compile-time check: offsets ascend, are multiples of 4 and fit in 12 bits.
pub(super) const fn assert_ordered(registers: &[Register]) {
    let mut index = 0;
    while index < registers.len() {
        let offset = registers[index].offset;
        assert!(offset.is_multiple_of(4) && offset < 1 << 12, "an offset is a multiple of 4 below 4096");
        assert!(index == 0 || registers[index - 1].offset < offset, "registers must be in the order of their offsets");
        index += 1;
    }
}
