//! [`Accumulator`]: a running sum.

use super::integer::{signed_vector, value_of};
use rust_hdl::core::prelude::*;

/// Adds a signed `A`-bit value a cycle to a sum of `W` > `A` bits that wraps, two's complement; `first` starts a new sum with the value.
///
/// Latency 1. No reset: arbitrary until the first `first`. A cycle that should not count adds 0.
#[circuit(clock)]
pub struct Accumulator<A, W> {
    /// The value starts a new sum.
    pub first: Signal<In, Bit>,
    /// Value to add.
    pub addend: Signal<In, Signed<A>>,
    /// The sum up to the value of one cycle ago.
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
            "// accumulator_{A}to{W}: running sum that wraps; first starts a new one; no reset.
wire [{}:0] extended = {{{{{}{{addend[{}]}}}}, addend}};

always @(posedge clock) sum <= first ? extended : sum + extended;",
            W - 1,
            W - A,
            A - 1
        ))
    }
}
