//! [`Clamp`]: saturation to a fixed number of bits.

use super::integer::{signed_vector, value_of};
use rust_hdl::core::prelude::*;

/// Clamps a signed value to the range of `B` < `A` bits, `-2^(B-1) ..= 2^(B-1)-1`.
///
/// Combinational. [`Saturate`](super::Saturate) clamps to a number of bits chosen at run time.
#[circuit]
pub struct Clamp<A, B> {
    /// Value to clamp.
    pub value: Signal<In, Signed<A>>,
    /// Clamped value, `B` bits.
    pub clamped: Signal<Out, Signed<B>>,
}

#[circuit]
impl Logic for Clamp<A, B> {
    fn update(&mut self) {
        let limit = (1i128 << (B - 1)) - 1;
        self.clamped.next = signed_vector(value_of(self.value.val()).clamp(!limit, limit));
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// clamp_{A}to{B}: clamps a signed value to the range of fewer bits; combinational.
wire fits = (&value[{top}:{sign}]) | ~(|value[{top}:{sign}]); // all copies of the sign

assign clamped = fits ? value[{sign}:0] : {{value[{top}], {{{sign}{{~value[{top}]}}}}}};",
            top = A - 1,
            sign = B - 1,
        ))
    }
}
