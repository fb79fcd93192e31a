//! [`RootStep`]: one bit of a square root.

use super::integer::vector;
use rust_hdl::core::prelude::*;

/// One step of the digit-by-digit square root: appends two radicand bits to the rest, then a one to the root if
/// `4·root + 1` fits into the rest, else a zero.
///
/// `bits` starts as the radicand, `rest` and `root` as 0; after 16 steps `root` is `floor(sqrt(radicand))`. `rest` is
/// at most `2·root`, so 16 bits hold it after every step except the last, whose rest is not used. Combinational: one
/// subtraction of 19 bits and a multiplexer.
#[circuit]
pub struct RootStep {
    /// Remaining radicand bits, the next ones at the top.
    pub bits: Signal<In, Bits<32>>,
    /// Radicand bits consumed so far, minus the square of `root`.
    pub rest: Signal<In, Bits<16>>,
    /// Root bits found so far.
    pub root: Signal<In, Bits<16>>,
    /// `bits` after the step.
    pub next_bits: Signal<Out, Bits<32>>,
    /// `rest` after the step, modulo `2^16`.
    pub next_rest: Signal<Out, Bits<16>>,
    /// `root` after the step.
    pub next_root: Signal<Out, Bits<16>>,
}

#[circuit]
impl Logic for RootStep {
    fn update(&mut self) {
        let (bits, rest, root) = (self.bits.val().to_u128(), self.rest.val().to_u128(), self.root.val().to_u128());
        let (brought_down, trial) = (rest << 2 | bits >> 30, root << 2 | 1);
        let fits = brought_down >= trial;
        self.next_bits.next = vector(bits << 2);
        self.next_rest.next = vector(if fits { brought_down - trial } else { brought_down });
        self.next_root.next = vector(root << 1 | u128::from(fits));
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(
            "// root_step: one bit of a digit-by-digit square root; combinational.
wire [17:0] brought_down = {rest, bits[31:30]};
wire [18:0] difference = {1'b0, brought_down} - {1'b0, root, 2'b01};
wire fits = ~difference[18]; // the top bit of difference is the borrow
wire unused_high = &{1'b0, difference[17:16]};

assign next_bits = {bits[29:0], 2'b00};
assign next_rest = fits ? difference[15:0] : brought_down[15:0];
assign next_root = {root[14:0], fits};"
                .into(),
        )
    }
}
