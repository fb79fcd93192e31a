//! [`NewtonStart`]: first iterate of Newton's square root.

use super::integer::vector;
use rust_hdl::core::prelude::*;

/// First iterate of i-sqrt (docs/numerics.md, "i-sqrt"): `2^ceil(bits/2)` for a radicand of `bits` significant bits; 0
/// for 0.
///
/// The iterate is never below the root. Combinational: finds the highest of the 16 pairs of bits that is not zero.
#[circuit]
pub struct NewtonStart {
    /// Radicand, unsigned, 32 bits.
    pub radicand: Signal<In, Bits<32>>,
    /// First iterate: at most one bit set, never bit 0.
    pub start: Signal<Out, Bits<17>>,
}

#[circuit]
impl Logic for NewtonStart {
    fn update(&mut self) {
        let radicand = self.radicand.val().to_u128();
        let bits = u128::BITS - radicand.leading_zeros();
        self.start.next = vector(if radicand == 0 { 0 } else { 1 << bits.div_ceil(2) });
    }

    fn hdl(&self) -> Verilog {
        let pairs: Vec<String> = (0..16).rev().map(|pair| format!("    |radicand[31:{}]", 2 * pair)).collect();
        Verilog::Custom(format!(
            "// newton_start: power of two that starts Newton's square root, 0 for 0; combinational.
wire [15:0] reached = {{ // bit i: the radicand has a one in pair i or above
{}
}};

assign start = {{reached & ~{{1'b0, reached[15:1]}}, 1'b0}};",
            pairs.join(",\n")
        ))
    }
}
