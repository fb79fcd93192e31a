//! [`PresetRegister`]: register with a reset value of its own.

use rust_hdl::core::prelude::*;

/// D register of `W` ≤ 64 bits with enable and synchronous active-low reset to `preset`; reset has priority over
/// enable.
///
/// Latency 1. Holds its value while `enable` is low.
#[circuit(clock, reset_n, new(preset: u64))]
pub struct PresetRegister<W> {
    /// Enable: `d` is sampled at this edge.
    pub enable: Signal<In, Bit>,
    /// Next value, sampled with `enable`.
    pub d: Signal<In, Bits<W>>,
    /// Value sampled at the last enabled edge; `preset` after reset.
    pub q: Signal<Out, Bits<W>>,
    #[init(preset)]
    _preset: u64,
}

#[circuit]
impl Logic for PresetRegister<W> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            if !self.reset_n.val() {
                self.q.next = self._preset.to_bits();
            } else if self.enable.val() {
                self.q.next = self.d.val();
            }
        }
    }

    fn hdl(&self) -> Verilog {
        let preset = self._preset;
        Verilog::Custom(format!(
            "// preset_register_{W}_{preset:x}: register with enable and synchronous active-low reset to 0x{preset:x}; \
             reset has priority.
always @(posedge clock) begin
    if (!reset_n) q <= {W}'h{preset:x};
    else if (enable) q <= d;
end"
        ))
    }
}
