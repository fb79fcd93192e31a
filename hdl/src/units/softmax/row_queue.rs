//! [`RowQueue`]: complete rows that wait for the second pass.

use crate::cells::{EnableDelay, Register};
use rust_hdl::core::prelude::*;

/// Keeps what belongs to a complete row, its end, maximum and constants, for up to two rows in order.
///
/// `push` is legal with `free`, `pop` with `offered`. Both are functions of registers, and a queue of two loses no cycle by that: while
/// one row is being used, another one can arrive.
#[derive(LogicBlock, Default)]
pub struct RowQueue<const P: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: no rows.
    pub reset_n: Signal<In, Bit>,
    /// A row is added.
    pub push: Signal<In, Bit>,
    /// One past its last element.
    pub stop: Signal<In, Bits<P>>,
    /// Its maximum.
    pub max: Signal<In, Signed<32>>,
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
    /// Width of the probabilities.
    pub out_bits: Signal<In, Bits<5>>,
    /// There is room for a row.
    pub free: Signal<Out, Bit>,
    /// There is a row.
    pub offered: Signal<Out, Bit>,
    /// The oldest row is removed.
    pub pop: Signal<In, Bit>,
    /// `stop` of the oldest row.
    pub row_stop: Signal<Out, Bits<P>>,
    /// Its `max`.
    pub row_max: Signal<Out, Signed<32>>,
    /// Its `x0`.
    pub row_x0: Signal<Out, Signed<15>>,
    /// Its `b`.
    pub row_b: Signal<Out, Signed<17>>,
    /// Its `c`.
    pub row_c: Signal<Out, Signed<32>>,
    /// Its `n`.
    pub row_n: Signal<Out, Bits<5>>,
    /// Its `m16`.
    pub row_m16: Signal<Out, Signed<33>>,
    /// Its `e16`.
    pub row_e16: Signal<Out, Bits<7>>,
    /// Its `out_bits`.
    pub row_out_bits: Signal<Out, Bits<5>>,
    used: [Register<Bit>; 2],
    push_second: Register<Bit>,
    pop_second: Register<Bit>,
    pushed: [Signal<Local, Bit>; 2],
    popped: [Signal<Local, Bit>; 2],
    stop_slot: [EnableDelay<Bits<P>, 1>; 2],
    max_slot: [EnableDelay<Signed<32>, 1>; 2],
    x0_slot: [EnableDelay<Signed<15>, 1>; 2],
    b_slot: [EnableDelay<Signed<17>, 1>; 2],
    c_slot: [EnableDelay<Signed<32>, 1>; 2],
    n_slot: [EnableDelay<Bits<5>, 1>; 2],
    m16_slot: [EnableDelay<Signed<33>, 1>; 2],
    e16_slot: [EnableDelay<Bits<7>, 1>; 2],
    out_bits_slot: [EnableDelay<Bits<5>, 1>; 2],
}

impl<const P: usize> Logic for RowQueue<P> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("row_queue_{stop}: end, maximum and constants of up to two softmax rows, in order.");
        clock!(self, clock, push_second, pop_second);
        self.push_second.reset_n.next = self.reset_n.val();
        self.pop_second.reset_n.next = self.reset_n.val();
        self.push_second.d.next = self.push_second.q.val() ^ self.push.val();
        self.pop_second.d.next = self.pop_second.q.val() ^ self.pop.val();
        self.pushed[0].next = self.push.val() & !self.push_second.q.val();
        self.pushed[1].next = self.push.val() & self.push_second.q.val();
        self.popped[0].next = self.pop.val() & !self.pop_second.q.val();
        self.popped[1].next = self.pop.val() & self.pop_second.q.val();
        self.free.next = !self.used[0].q.val() | !self.used[1].q.val();
        self.offered.next = self.used[0].q.val() | self.used[1].q.val();

        comment!(
            "Two slots, filled and emptied in turns. One that is not used takes what there is in every cycle, until it is pushed."
        );
        for i in 0..2 {
            self.used[i].clock.next = self.clock.val();
            self.used[i].reset_n.next = self.reset_n.val();
            self.used[i].d.next = self.pushed[i].val() | (self.used[i].q.val() & !self.popped[i].val());
            self.stop_slot[i].clock.next = self.clock.val();
            self.stop_slot[i].enable.next = !self.used[i].q.val();
            self.stop_slot[i].d.next = self.stop.val();
            self.max_slot[i].clock.next = self.clock.val();
            self.max_slot[i].enable.next = !self.used[i].q.val();
            self.max_slot[i].d.next = self.max.val();
            self.x0_slot[i].clock.next = self.clock.val();
            self.x0_slot[i].enable.next = !self.used[i].q.val();
            self.x0_slot[i].d.next = self.x0.val();
            self.b_slot[i].clock.next = self.clock.val();
            self.b_slot[i].enable.next = !self.used[i].q.val();
            self.b_slot[i].d.next = self.b.val();
            self.c_slot[i].clock.next = self.clock.val();
            self.c_slot[i].enable.next = !self.used[i].q.val();
            self.c_slot[i].d.next = self.c.val();
            self.n_slot[i].clock.next = self.clock.val();
            self.n_slot[i].enable.next = !self.used[i].q.val();
            self.n_slot[i].d.next = self.n.val();
            self.m16_slot[i].clock.next = self.clock.val();
            self.m16_slot[i].enable.next = !self.used[i].q.val();
            self.m16_slot[i].d.next = self.m16.val();
            self.e16_slot[i].clock.next = self.clock.val();
            self.e16_slot[i].enable.next = !self.used[i].q.val();
            self.e16_slot[i].d.next = self.e16.val();
            self.out_bits_slot[i].clock.next = self.clock.val();
            self.out_bits_slot[i].enable.next = !self.used[i].q.val();
            self.out_bits_slot[i].d.next = self.out_bits.val();
        }

        comment!("The oldest row.");
        if self.pop_second.q.val() {
            self.row_stop.next = self.stop_slot[1].q.val();
            self.row_max.next = self.max_slot[1].q.val();
            self.row_x0.next = self.x0_slot[1].q.val();
            self.row_b.next = self.b_slot[1].q.val();
            self.row_c.next = self.c_slot[1].q.val();
            self.row_n.next = self.n_slot[1].q.val();
            self.row_m16.next = self.m16_slot[1].q.val();
            self.row_e16.next = self.e16_slot[1].q.val();
            self.row_out_bits.next = self.out_bits_slot[1].q.val();
        } else {
            self.row_stop.next = self.stop_slot[0].q.val();
            self.row_max.next = self.max_slot[0].q.val();
            self.row_x0.next = self.x0_slot[0].q.val();
            self.row_b.next = self.b_slot[0].q.val();
            self.row_c.next = self.c_slot[0].q.val();
            self.row_n.next = self.n_slot[0].q.val();
            self.row_m16.next = self.m16_slot[0].q.val();
            self.row_e16.next = self.e16_slot[0].q.val();
            self.row_out_bits.next = self.out_bits_slot[0].q.val();
        }
    }
}
