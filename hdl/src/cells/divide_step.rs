//! [`DivideStep`]: one quotient bit of a division.

use super::integer::vector;
use rust_hdl::core::prelude::*;

/// One step of restoring division: shifts the next dividend bit into the partial remainder, then subtracts the divisor
/// if it fits.
///
/// `bits` starts as the dividend and is the quotient after `W` steps: each step shifts the top dividend bit out and a
/// quotient bit in at the bottom. `rest` starts as 0 and ends as the remainder. With a divisor of 0 every quotient bit
/// is 1 and the subtraction has no effect: the quotient is all ones, and the remainder is the dividend modulo `2^D`.
/// Combinational: one subtraction of `D` + 1 bits and a multiplexer.
#[circuit]
pub struct DivideStep<W, D> {
    /// Partial remainder before the step; less than the divisor unless the divisor is 0.
    pub rest: Signal<In, Bits<D>>,
    /// Remaining dividend bits, above the quotient bits found so far.
    pub bits: Signal<In, Bits<W>>,
    /// Divisor, unsigned, `D` bits.
    pub divisor: Signal<In, Bits<D>>,
    /// Partial remainder after the step.
    pub next_rest: Signal<Out, Bits<D>>,
    /// `bits` after the step.
    pub next_bits: Signal<Out, Bits<W>>,
}

#[circuit]
impl Logic for DivideStep<W, D> {
    fn update(&mut self) {
        let (bits, divisor) = (self.bits.val().to_u128(), self.divisor.val().to_u128());
        let shifted = self.rest.val().to_u128() << 1 | bits >> (W - 1);
        let fits = shifted >= divisor;
        self.next_rest.next = vector(if fits { shifted - divisor } else { shifted });
        self.next_bits.next = vector(bits << 1 | u128::from(fits));
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// divide_step_{W}by{D}: one quotient bit of restoring division; combinational.
wire [{D}:0] shifted = {{rest, bits[{top}]}};
wire [{D}:0] difference = {{1'b0, shifted[{high}:0]}} - {{1'b0, divisor}};
wire fits = shifted[{D}] | ~difference[{D}]; // the top bit of difference is the borrow

assign next_rest = fits ? difference[{high}:0] : shifted[{high}:0];
assign next_bits = {{bits[{next}:0], fits}};",
            top = W - 1,
            next = W - 2,
            high = D - 1,
        ))
    }
}
