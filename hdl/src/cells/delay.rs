//! [`Delay`], [`EnableDelay`], [`ValidDelay`] and [`ShiftRegister`]: delay lines for data and flags.

use rust_hdl::core::prelude::*;

/// Delays data by `STAGES` ≥ 1 cycles. No reset: `q` is arbitrary until the first input has reached it.
///
/// Pair it with a [`ValidDelay`] of the same depth. Synthesis maps long delays to shift-register LUTs.
#[circuit(clock, assert(STAGES > 0, "a delay has at least one stage"))]
pub struct Delay<T: Synth, const STAGES: usize> {
    /// Input value of this cycle.
    pub d: Signal<In, T>,
    /// Input value of `STAGES` cycles ago.
    pub q: Signal<Out, T>,
    _line: [T; STAGES],
}

#[circuit]
impl<T: Synth, const STAGES: usize> Logic for Delay<T, STAGES> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self._line.rotate_right(1);
            self._line[0] = self.d.val();
            self.q.next = self._line[STAGES - 1];
        }
    }

    fn hdl(&self) -> Verilog {
        let width = T::BITS;
        let title = format!("// delay_{width}x{STAGES}: data {STAGES} cycle(s) later; no reset.");
        Verilog::Custom(if STAGES == 1 {
            format!("{title}\nalways @(posedge clock) q <= d;")
        } else {
            let line = width * (STAGES - 1);
            format!("{title}\nreg [{}:0] line;\n\nalways @(posedge clock) {{q, line}} <= {{line, d}};", line - 1)
        })
    }
}

/// Delays data by `STAGES` ≥ 1 enabled cycles; every stage holds while `enable` is low. No reset.
///
/// One stage is a data register with enable; several stages are a pipeline that can be stalled.
#[circuit(clock, assert(STAGES > 0, "a delay has at least one stage"))]
pub struct EnableDelay<T: Synth, const STAGES: usize> {
    /// Enable: every stage advances at this edge.
    pub enable: Signal<In, Bit>,
    /// Input value of this cycle.
    pub d: Signal<In, T>,
    /// Input value of `STAGES` enabled cycles ago.
    pub q: Signal<Out, T>,
    _line: [T; STAGES],
}

#[circuit]
impl<T: Synth, const STAGES: usize> Logic for EnableDelay<T, STAGES> {
    fn update(&mut self) {
        if self.clock.pos_edge() && self.enable.val() {
            self._line.rotate_right(1);
            self._line[0] = self.d.val();
            self.q.next = self._line[STAGES - 1];
        }
    }

    fn hdl(&self) -> Verilog {
        let width = T::BITS;
        let title = format!("// enable_delay_{width}x{STAGES}: data {STAGES} enabled cycle(s) later; no reset.");
        Verilog::Custom(if STAGES == 1 {
            format!("{title}\nalways @(posedge clock) if (enable) q <= d;")
        } else {
            let high = width * (STAGES - 1) - 1;
            format!("{title}\nreg [{high}:0] line;\n\nalways @(posedge clock) if (enable) {{q, line}} <= {{line, d}};")
        })
    }
}

/// Delays a flag by `STAGES` ≥ 1 cycles; reset clears every stage and so discards the flags in flight.
#[circuit(clock, reset_n)]
pub struct ValidDelay<STAGES> {
    /// Input flag of this cycle.
    pub d: Signal<In, Bit>,
    /// Input flag of `STAGES` cycles ago.
    pub q: Signal<Out, Bit>,
    _line: u128,
}

#[circuit]
impl Logic for ValidDelay<STAGES> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self._line = if self.reset_n.val() { self._line << 1 | u128::from(self.d.val()) } else { 0 };
            self.q.next = self._line >> (STAGES - 1) & 1 == 1;
        }
    }

    fn hdl(&self) -> Verilog {
        let title = format!("// valid_delay_{STAGES}: flag {STAGES} cycle(s) later; reset clears every stage.");
        Verilog::Custom(if STAGES == 1 {
            format!("{title}\nalways @(posedge clock) q <= d & reset_n;")
        } else {
            let rest = STAGES - 1;
            format!(
                "{title}
reg [{}:0] line;

always @(posedge clock) begin
    if (!reset_n) {{q, line}} <= {STAGES}'d0;
    else {{q, line}} <= {{line, d}};
end",
                rest - 1
            )
        })
    }
}

/// Shift register of a flag's last `STAGES` ≥ 2 values: `taps[k]` is `d` of `k + 1` cycles ago. Reset clears every
/// tap.
#[circuit(clock, reset_n)]
pub struct ShiftRegister<STAGES> {
    /// Input flag of this cycle.
    pub d: Signal<In, Bit>,
    /// Past flags: bit `k` is the flag of `k + 1` cycles ago.
    pub taps: Signal<Out, Bits<STAGES>>,
}

#[circuit]
impl Logic for ShiftRegister<STAGES> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self.taps.next =
                if self.reset_n.val() { (self.taps.val() << 1).replace_bit(0, self.d.val()) } else { Bits::default() };
        }
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// shift_register_{STAGES}: taps[k] is the flag of k + 1 cycles ago; reset clears every tap.
always @(posedge clock) begin
    if (!reset_n) taps <= {STAGES}'d0;
    else taps <= {{taps[{}:0], d}};
end",
            STAGES - 2
        ))
    }
}
