//! [`RowQueue`]: complete rows that wait for the second pass.

use crate::cells::{EnableDelay, Register};
use rust_hdl::core::prelude::*;

/// Queues the end, the maximum and the constants of up to two complete rows, in order.
///
/// `push` is legal with `free`, `pop` with `offered`. Both are functions of registers. Two entries suffice for full
/// throughput: while one row is used, the next can arrive.
#[circuit(clock, reset_n = "no rows")]
pub struct RowQueue<P> {
    /// A row is added.
    pub push: Signal<In, Bit>,
    /// Pointer past the last element of the row.
    pub stop: Signal<In, Bits<P>>,
    /// Maximum of the row.
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
    /// Exponent of the 16-bit requantization.
    pub e16: Signal<In, Bits<7>>,
    /// Width of the probabilities in bits.
    pub out_bits: Signal<In, Bits<5>>,
    /// There is room for a row.
    pub free: Signal<Out, Bit>,
    /// The queue has a row.
    pub offered: Signal<Out, Bit>,
    /// Removes the oldest row.
    pub pop: Signal<In, Bit>,
    /// `stop` of the oldest row.
    pub row_stop: Signal<Out, Bits<P>>,
    /// `max` of the oldest row.
    pub row_max: Signal<Out, Signed<32>>,
    /// `x0` of the oldest row.
    pub row_x0: Signal<Out, Signed<15>>,
    /// `b` of the oldest row.
    pub row_b: Signal<Out, Signed<17>>,
    /// `c` of the oldest row.
    pub row_c: Signal<Out, Signed<32>>,
    /// `n` of the oldest row.
    pub row_n: Signal<Out, Bits<5>>,
    /// `m16` of the oldest row.
    pub row_m16: Signal<Out, Signed<33>>,
    /// `e16` of the oldest row.
    pub row_e16: Signal<Out, Bits<7>>,
    /// `out_bits` of the oldest row.
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

#[circuit]
impl Logic for RowQueue<P> {
    fn update(&mut self) {
        comment!("row_queue_{stop}: end, maximum and constants of up to two softmax rows, in order.");
        wire! { clock, reset_n => push_second, pop_second; }
        push_second.d = push_second.q ^ push;
        pop_second.d = pop_second.q ^ pop;
        pushed[0] = push & !push_second.q;
        pushed[1] = push & push_second.q;
        popped[0] = pop & !pop_second.q;
        popped[1] = pop & pop_second.q;
        free = !used[0].q | !used[1].q;
        offered = used[0].q | used[1].q;

        comment! { "Two slots, filled and emptied alternately. A free slot samples the inputs every cycle until it is \
        pushed." }
        for i in 0..2 {
            wire! {
                clock, reset_n => used[i];
                clock => {stop, max, x0, b, c, n, m16, e16, out_bits}_slot[i];
            }
            used[i].d = pushed[i] | (used[i].q & !popped[i]);
            wire! {
                {stop, max, x0, b, c, n, m16, e16, out_bits}_slot[i].enable <- !used[i].q;
                {stop, max, x0, b, c, n, m16, e16, out_bits}_slot[i].d;
            }
        }

        comment!("The oldest row.");
        if pop_second.q {
            wire! { row_{stop, max, x0, b, c, n, m16, e16, out_bits} <- *_slot[1].q; }
        } else {
            wire! { row_{stop, max, x0, b, c, n, m16, e16, out_bits} <- *_slot[0].q; }
        }
    }
}
