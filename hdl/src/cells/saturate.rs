//! [`Saturate`]: clamping to a number of bits chosen at run time.

use super::integer::{signed_vector, value_of};
use rust_hdl::core::prelude::*;

/// Clamps a signed value to the range of `bits` bits, `-2^(bits-1) ..= 2^(bits-1)-1`, for 1 ≤ `bits` ≤ `B`.
///
/// Combinational. `bits` = 0 gives an arbitrary result.
#[derive(LogicBlock, Default)]
pub struct Saturate<const A: usize, const B: usize> {
    /// Value to clamp.
    pub value: Signal<In, Signed<A>>,
    /// Width of the range, 1 to `B`.
    pub bits: Signal<In, Bits<5>>,
    /// The clamped value, sign-extended to `B` bits.
    pub clamped: Signal<Out, Signed<B>>,
}

impl<const A: usize, const B: usize> Logic for Saturate<A, B> {
    fn update(&mut self) {
        let bits = self.bits.val().to_u64().max(1);
        let limit = (1i128 << (bits - 1)) - 1;
        self.clamped.next = signed_vector(value_of(self.value.val()).clamp(!limit, limit));
    }

    fn connect(&mut self) {
        self.clamped.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// saturate_{A}to{B}: clamps a signed value to the range of the given number of bits; combinational.
wire [{high}:0] limit = ({B}'d1 << (bits - 5'd1)) - {B}'d1; // the largest value in range
wire [{top}:0] beyond = value ^ {{{A}{{value[{top}]}}}}; // zero above the highest bit that matters
wire fits = ~|(beyond & ~{{{rest}'d0, limit}});

assign clamped = fits ? value[{high}:0] : limit ^ {{{B}{{value[{top}]}}}};",
            high = B - 1,
            top = A - 1,
            rest = A - B,
        ))
    }
}
