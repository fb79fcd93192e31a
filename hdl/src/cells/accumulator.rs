//! [`Accumulator`]: a running sum.

use super::integer::{signed_vector, value_of};
use rust_hdl::core::prelude::*;

/// Accumulates one signed `A`-bit value per cycle in `W` > `A` bits; the sum wraps (two's complement).
///
/// Latency 1. No reset: the sum is arbitrary until the first cycle with `first`. A cycle that must not count adds 0.
#[circuit(clock)]
pub struct Accumulator<A, W> {
    /// `addend` starts a new sum; otherwise it is added to the sum so far.
    pub first: Signal<In, Bit>,
    /// Value to accumulate, sampled every cycle.
    pub addend: Signal<In, Signed<A>>,
    /// Accumulated sum, up to the addend of one cycle ago.
    pub sum: Signal<Out, Signed<W>>,
}

#[circuit]
impl Logic for Accumulator<A, W> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            let before = if self.first.val() { 0 } else { value_of(self.sum.val()) };
            self.sum.next = signed_vector(before + value_of(self.addend.val()));
        }
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// accumulator_{A}to{W}: running sum that wraps; first starts a new sum; no reset.
wire [{}:0] extended = {{{{{}{{addend[{}]}}}}, addend}};

always @(posedge clock) sum <= first ? extended : sum + extended;",
            W - 1,
            W - A,
            A - 1
        ))
    }
}
