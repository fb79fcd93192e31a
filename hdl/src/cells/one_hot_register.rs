//! [`OneHotRegister`]: one lane out of many.

use super::integer::vector;
use rust_hdl::core::prelude::*;

/// Register that takes the lane whose `select` bit is set, the OR of them if several are, and holds its value if none is.
///
/// Latency 1. AND-OR multiplexer: no priority chain, and no decoder where the select is one-hot already. No reset: arbitrary until
/// the first selection.
#[circuit(clock)]
pub struct OneHotRegister<LANES, W> {
    /// Bit `i` selects lane `i`.
    pub select: Signal<In, Bits<LANES>>,
    /// The values.
    pub lane: [Signal<In, Signed<W>>; LANES],
    /// The value selected last.
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
            "// one_hot_register_{LANES}x{W}: takes the lane whose select bit is set, holds if none is; no reset.
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
