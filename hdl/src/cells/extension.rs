//! [`SignExtend`], [`ZeroExtend`] and [`Truncate`]: changes of a value's width.

use super::integer::{signed_vector, value_of};
use rust_hdl::core::prelude::*;

/// Sign-extends a value of `A` bits to `B` > `A` bits. Wires only.
#[circuit]
pub struct SignExtend<A, B> {
    /// Signed value in `A` bits.
    pub value: Signal<In, Signed<A>>,
    /// Same value in `B` bits.
    pub extended: Signal<Out, Signed<B>>,
}

#[circuit]
impl Logic for SignExtend<A, B> {
    fn update(&mut self) {
        self.extended.next = signed_vector(value_of(self.value.val()));
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// sign_extend_{A}to{B}: the same signed value in more bits; wires only.
assign extended = {{{{{}{{value[{}]}}}}, value}};",
            B - A,
            A - 1
        ))
    }
}

/// Zero-extends an unsigned value of `A` bits to a signed value of `B` > `A` bits. Wires only.
#[circuit]
pub struct ZeroExtend<A, B> {
    /// Unsigned value in `A` bits.
    pub value: Signal<In, Bits<A>>,
    /// Same value in `B` bits, never negative.
    pub extended: Signal<Out, Signed<B>>,
}

#[circuit]
impl Logic for ZeroExtend<A, B> {
    fn update(&mut self) {
        self.extended.next = signed_vector(self.value.val().to_u128() as i128);
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// zero_extend_{A}to{B}: the same unsigned value in more bits; wires only.
assign extended = {{{}'d0, value}};",
            B - A
        ))
    }
}

/// Keeps the low `B` bits of a value of `A` ≥ `B` bits. Wires only; a value that does not fit wraps.
#[circuit]
pub struct Truncate<A, B> {
    /// Signed value in `A` bits.
    pub value: Signal<In, Signed<A>>,
    /// Value modulo `2^B`, as a signed value of `B` bits.
    pub truncated: Signal<Out, Signed<B>>,
}

#[circuit]
impl Logic for Truncate<A, B> {
    fn update(&mut self) {
        self.truncated.next = signed_vector(value_of(self.value.val()));
    }

    fn hdl(&self) -> Verilog {
        let unused = match A - B {
            0 => String::new(),
            _ => format!("wire unused_high = &{{1'b0, value[{}:{B}]}};\n\n", A - 1),
        };
        Verilog::Custom(format!(
            "// truncate_{A}to{B}: the low bits of a value; wires only.
{unused}assign truncated = value[{}:0];",
            B - 1
        ))
    }
}
