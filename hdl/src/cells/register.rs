//! [`Register`] and [`EnableRegister`]: registers with reset to zero.

use rust_hdl::core::prelude::*;

/// D register with synchronous active-low reset to zero.
///
/// Latency 1. [`Delay`] is smaller, for data whose value does not matter until it is valid.
///
/// [`Delay`]: super::Delay
#[circuit(clock, reset_n)]
pub struct Register<T: Synth> {
    /// Next value, sampled every cycle.
    pub d: Signal<In, T>,
    /// Value sampled at the last edge; zero after reset.
    pub q: Signal<Out, T>,
}

#[circuit]
impl<T: Synth> Logic for Register<T> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self.q.next = if self.reset_n.val() { self.d.val() } else { T::default() };
        }
    }

    fn hdl(&self) -> Verilog {
        let width = T::BITS;
        Verilog::Custom(format!(
            "// register_{width}: register with synchronous active-low reset to zero.
always @(posedge clock) begin
    if (!reset_n) q <= {width}'d0;
    else q <= d;
end"
        ))
    }
}

/// D register with enable and synchronous active-low reset to zero; reset has priority over enable.
///
/// Latency 1. Holds its value while `enable` is low.
#[circuit(clock, reset_n)]
pub struct EnableRegister<T: Synth> {
    /// Enable: `d` is sampled at this edge.
    pub enable: Signal<In, Bit>,
    /// Next value, sampled with `enable`.
    pub d: Signal<In, T>,
    /// Value sampled at the last enabled edge; zero after reset.
    pub q: Signal<Out, T>,
}

#[circuit]
impl<T: Synth> Logic for EnableRegister<T> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            if !self.reset_n.val() {
                self.q.next = T::default();
            } else if self.enable.val() {
                self.q.next = self.d.val();
            }
        }
    }

    fn hdl(&self) -> Verilog {
        let width = T::BITS;
        Verilog::Custom(format!(
            "// enable_register_{width}: register with enable and synchronous active-low reset to zero; \
             reset has priority.
always @(posedge clock) begin
    if (!reset_n) q <= {width}'d0;
    else if (enable) q <= d;
end"
        ))
    }
}
