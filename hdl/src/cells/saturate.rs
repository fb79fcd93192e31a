//! [`Saturate`]: saturation to a number of bits chosen at run time.

use super::integer::{signed_vector, value_of};
use rust_hdl::core::prelude::*;

/// Clamps a signed value to `-limit - 1 ..= limit`, where `limit` is `2^(bits-1) - 1`, for 1 ≤ bits ≤ `B`.
///
/// Combinational. [`LowMask`](super::LowMask) computes a limit. The result is arbitrary if `limit` is not of this form.
#[circuit]
pub struct Saturate<A, B> {
    /// Value to clamp.
    pub value: Signal<In, Signed<A>>,
    /// Largest value in range, `2^(bits-1) - 1`.
    pub limit: Signal<In, Bits<B>>,
    /// Clamped value, sign-extended to `B` bits.
    pub clamped: Signal<Out, Signed<B>>,
}

#[circuit]
impl Logic for Saturate<A, B> {
    fn update(&mut self) {
        let limit = self.limit.val().to_u128() as i128;
        self.clamped.next = signed_vector(value_of(self.value.val()).clamp(!limit, limit));
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// saturate_{A}to{B}: clamps a signed value to -limit - 1 .. limit, limit = 2^n - 1; combinational.
wire [{top}:0] beyond = value ^ {{{A}{{value[{top}]}}}}; // zero above the highest bit that matters
wire fits = ~|(beyond & ~{{{rest}'d0, limit}});

assign clamped = fits ? value[{high}:0] : limit ^ {{{B}{{value[{top}]}}}};",
            high = B - 1,
            top = A - 1,
            rest = A - B,
        ))
    }
}
