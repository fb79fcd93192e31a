//! [`RowConstants`]: the constants of a row, kept.

use crate::cells::EnableDelay;
use crate::comment;
use rust_hdl::core::prelude::*;

/// One register for all constants of a row. No reset.
#[derive(LogicBlock, Default)]
pub struct RowConstants {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Whether the constants are sampled at this edge.
    pub enable: Signal<In, Bit>,
    /// i-exp's `x0`.
    pub x0: Signal<In, Signed<15>>,
    /// i-exp's `b`.
    pub b: Signal<In, Signed<17>>,
    /// i-exp's `c`.
    pub c: Signal<In, Signed<32>>,
    /// i-exp's `n`.
    pub n: Signal<In, Bits<5>>,
    /// Mantissa of the 16-bit requantization.
    pub m16: Signal<In, Signed<33>>,
    /// Its exponent.
    pub e16: Signal<In, Bits<7>>,
    /// The kept `x0`.
    pub row_x0: Signal<Out, Signed<15>>,
    /// The kept `b`.
    pub row_b: Signal<Out, Signed<17>>,
    /// The kept `c`.
    pub row_c: Signal<Out, Signed<32>>,
    /// The kept `n`.
    pub row_n: Signal<Out, Bits<5>>,
    /// The kept `m16`.
    pub row_m16: Signal<Out, Signed<33>>,
    /// The kept `e16`.
    pub row_e16: Signal<Out, Bits<7>>,
    x0_register: EnableDelay<Signed<15>, 1>,
    b_register: EnableDelay<Signed<17>, 1>,
    c_register: EnableDelay<Signed<32>, 1>,
    n_register: EnableDelay<Bits<5>, 1>,
    m16_register: EnableDelay<Signed<33>, 1>,
    e16_register: EnableDelay<Bits<7>, 1>,
}

impl Logic for RowConstants {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("row_constants: the constants of a softmax row, sampled while enabled; no reset.");
        clock!(self, clock, x0_register, b_register, c_register, n_register, m16_register, e16_register);
        self.x0_register.enable.next = self.enable.val();
        self.b_register.enable.next = self.enable.val();
        self.c_register.enable.next = self.enable.val();
        self.n_register.enable.next = self.enable.val();
        self.m16_register.enable.next = self.enable.val();
        self.e16_register.enable.next = self.enable.val();
        self.x0_register.d.next = self.x0.val();
        self.b_register.d.next = self.b.val();
        self.c_register.d.next = self.c.val();
        self.n_register.d.next = self.n.val();
        self.m16_register.d.next = self.m16.val();
        self.e16_register.d.next = self.e16.val();
        self.row_x0.next = self.x0_register.q.val();
        self.row_b.next = self.b_register.q.val();
        self.row_c.next = self.c_register.q.val();
        self.row_n.next = self.n_register.q.val();
        self.row_m16.next = self.m16_register.q.val();
        self.row_e16.next = self.e16_register.q.val();
    }
}
