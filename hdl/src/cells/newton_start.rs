//! [`NewtonStart`]: where Newton's iteration for a square root starts.

use super::integer::vector;
use rust_hdl::core::prelude::*;

/// `2^ceil(bits/2)` for a radicand of `bits` significant bits, the first iterate of i-sqrt (NUMERICS §1, "i-sqrt"); 0 for 0.
///
/// It is never below the root. Combinational: of the 16 pairs of bits, the highest one that is not zero.
#[circuit]
pub struct NewtonStart {
    /// Radicand, unsigned.
    pub radicand: Signal<In, Bits<32>>,
    /// Zero or one bit set, never the lowest.
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
            "// newton_start: the power of two that Newton's square root starts with, 0 for 0; combinational.
wire [15:0] reached = {{ // bit i: the radicand has a one in pair i or above
{}
}};

assign start = {{reached & ~{{1'b0, reached[15:1]}}, 1'b0}};",
            pairs.join(",\n")
        ))
    }
}
