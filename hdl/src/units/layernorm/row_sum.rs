//! [`RowSum`]: the first pass over a row, its sum and its length.

use crate::cells::{Accumulator, EnableDelay, Register};
use rust_hdl::core::prelude::*;

/// Accepts the elements of rows, says where in the ring memory each belongs, and offers each complete row with its sum and its number of
/// elements.
///
/// The memory has `2^A` words, `A` ≤ 12; a pointer of `P` = `A` + 1 bits tells a full ring from an empty one. An element is accepted while
/// the ring has room and no complete row waits to be taken. `ready` is a function of registers and of `taken`.
///
/// A row ends with `last`, or when it fills the memory. The row is offered from the cycle after its last element.
#[derive(LogicBlock, Default)]
pub struct RowSum<const A: usize, const P: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: an empty ring.
    pub reset_n: Signal<In, Bit>,
    /// An element is offered.
    pub valid: Signal<In, Bit>,
    /// It is accepted if it is offered.
    pub ready: Signal<Out, Bit>,
    /// Element.
    pub x: Signal<In, Signed<22>>,
    /// Whether it is the last of its row.
    pub last: Signal<In, Bit>,
    /// Of the row; counts with its last element.
    pub shift: Signal<In, Bits<5>>,
    /// The oldest element that is still needed.
    pub tail: Signal<In, Bits<P>>,
    /// An element is accepted: to be written at `address`.
    pub accept: Signal<Out, Bit>,
    /// Its place in the memory.
    pub address: Signal<Out, Bits<A>>,
    /// A complete row is offered.
    pub offered: Signal<Out, Bit>,
    /// The row is taken.
    pub taken: Signal<In, Bit>,
    /// One past its last element.
    pub stop: Signal<Out, Bits<P>>,
    /// Its sum.
    pub sum: Signal<Out, Signed<34>>,
    /// Its number of elements.
    pub count: Signal<Out, Bits<P>>,
    /// Its shift.
    pub row_shift: Signal<Out, Bits<5>>,
    head: Register<Bits<P>>,
    row_start: Register<Bits<A>>,
    in_row: Register<Bit>,
    waiting: Register<Bit>,
    accumulator: Accumulator<22, 34>,
    counter: EnableDelay<Bits<P>, 1>,
    shift_register: EnableDelay<Bits<5>, 1>,
    full: Signal<Local, Bit>,
    ends: Signal<Local, Bit>,
    next: Signal<Local, Bits<P>>,
}

impl<const A: usize, const P: usize> Logic for RowSum<A, P> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "row_sum_{address}: writes rows into a ring memory and offers each complete row with its sum and its number of elements."
        );
        clock!(self, clock, head, row_start, in_row, waiting, accumulator, counter, shift_register);
        self.head.reset_n.next = self.reset_n.val();
        self.row_start.reset_n.next = self.reset_n.val();
        self.in_row.reset_n.next = self.reset_n.val();
        self.waiting.reset_n.next = self.reset_n.val();

        self.full.next = (self.head.q.val().get_bits::<A>(0) == self.tail.val().get_bits::<A>(0))
            & (self.head.q.val() != self.tail.val());
        self.ready.next = !self.full.val() & (!self.waiting.q.val() | self.taken.val());
        self.accept.next = self.valid.val() & self.ready.val();
        self.address.next = self.head.q.val().get_bits::<A>(0);
        self.next.next = self.head.q.val() + 1;
        comment!("A row that comes back to its start has filled the memory.");
        self.ends.next =
            self.accept.val() & (self.last.val() | (self.next.val().get_bits::<A>(0) == self.row_start.q.val()));

        comment!("The first element of a row starts a new sum, a cycle without one adds 0.");
        self.accumulator.first.next = self.accept.val() & !self.in_row.q.val();
        self.accumulator.addend.next = signed_cast(bits::<22>(0));
        if self.accept.val() {
            self.accumulator.addend.next = self.x.val();
        }
        self.counter.enable.next = self.accept.val();
        self.counter.d.next = bits::<P>(1);
        if self.in_row.q.val() {
            self.counter.d.next = self.counter.q.val() + 1;
        }

        self.head.d.next = self.head.q.val();
        self.in_row.d.next = self.in_row.q.val();
        if self.accept.val() {
            self.head.d.next = self.next.val();
            self.in_row.d.next = !self.ends.val();
        }
        self.row_start.d.next = self.row_start.q.val();
        if self.ends.val() {
            self.row_start.d.next = self.next.val().get_bits::<A>(0);
        }

        comment!("While a complete row waits, nothing is accepted: its sum, count and end stay in their registers.");
        self.waiting.d.next = self.ends.val() | (self.waiting.q.val() & !self.taken.val());
        self.shift_register.enable.next = self.ends.val();
        self.shift_register.d.next = self.shift.val();
        self.offered.next = self.waiting.q.val();
        self.stop.next = self.head.q.val();
        self.sum.next = self.accumulator.sum.val();
        self.count.next = self.counter.q.val();
        self.row_shift.next = self.shift_register.q.val();
    }
}
