//! [`Multiplier`]: signed product.

use super::integer::{signed_vector, value_of};
use rust_hdl::core::prelude::*;

/// Signed × signed product, `P` ≥ `A` + `B` bits wide, therefore exact for all operands.
///
/// Combinational. Follow it with [`Delay`](super::Delay) stages where the clock frequency requires them: synthesis
/// moves them into DSP blocks.
#[circuit(assert(A + B <= P, "the product must fit"))]
pub struct Multiplier<A, B, P> {
    /// Left operand, signed, `A` bits.
    pub a: Signal<In, Signed<A>>,
    /// Right operand, signed, `B` bits.
    pub b: Signal<In, Signed<B>>,
    /// `a · b`, sign-extended to `P` bits.
    pub product: Signal<Out, Signed<P>>,
}

#[circuit]
impl Logic for Multiplier<A, B, P> {
    fn update(&mut self) {
        self.product.next = signed_vector(value_of(self.a.val()) * value_of(self.b.val()));
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// multiplier_{A}x{B}_{P}: signed product, exact; combinational.
assign product = $signed(a) * $signed(b);"
        ))
    }
}
