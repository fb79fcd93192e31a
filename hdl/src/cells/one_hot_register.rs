//! [`OneHotRegister`]: register that selects one of many lanes.

use super::integer::vector;
use rust_hdl::core::prelude::*;

/// Register that stores the lane whose `select` bit is set: the OR of the lanes if several bits are set, no change if
/// none is.
///
/// Latency 1. AND-OR multiplexer without a priority chain, and without a decoder where the select is already one-hot.
/// No reset: arbitrary until the first selection.
#[circuit(clock)]
pub struct OneHotRegister<LANES, W> {
    /// Lane select, one-hot: bit `i` selects lane `i`.
    pub select: Signal<In, Bits<LANES>>,
    /// Values to select from, one per lane.
    pub lane: [Signal<In, Signed<W>>; LANES],
    /// Value selected last.
    pub selected: Signal<Out, Signed<W>>,
}

#[circuit]
impl Logic for OneHotRegister<LANES, W> {
    fn update(&mut self) {
        let select = self.select.val();
        if self.clock.pos_edge() && select.any() {
            let lanes = self.lane.iter().enumerate().filter(|(i, _)| select.get_bit(*i));
            let merged = lanes.fold(0, |merged, (_, lane)| merged | unsigned_cast(lane.val()).to_u128());
            self.selected.next = signed_cast(vector(merged));
        }
    }

    fn hdl(&self) -> Verilog {
        let terms: Vec<String> =
            (0..LANES).map(|i| format!("            ({{{W}{{select[{i}]}}}} & lane_{i})")).collect();
        Verilog::Custom(format!(
            "// one_hot_register_{LANES}x{W}: stores the lane whose select bit is set, holds if none is; no reset.
always @(posedge clock) begin
    if (|select) begin
        selected <=
{};
    end
end",
            terms.join(" |\n")
        ))
    }
}
