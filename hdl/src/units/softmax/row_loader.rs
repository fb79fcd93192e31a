//! [`RowLoader`]: the first pass over a row, its maximum.

use crate::cells::{EnableDelay, Register};
use rust_hdl::core::prelude::*;

/// Accepts the elements of rows, says where in the ring memory of scores each belongs, and hands on each row's end and maximum.
///
/// The memory has `2^A` words; a pointer of `P` = `A` + 1 bits tells a full ring from an empty one. An element is accepted while the
/// ring has room and `free` says that a row that ends would have, too.
///
/// The maximum is that of the elements to be kept; -2^31 if there is none. A row ends with `last`, or when it fills the memory.
#[derive(LogicBlock, Default)]
pub struct RowLoader<const A: usize, const P: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: an empty ring.
    pub reset_n: Signal<In, Bit>,
    /// An element is offered.
    pub valid: Signal<In, Bit>,
    /// It is accepted if it is offered.
    pub ready: Signal<Out, Bit>,
    /// Score.
    pub q: Signal<In, Signed<32>>,
    /// Whether the score takes part.
    pub keep: Signal<In, Bit>,
    /// Whether it is the last of its row.
    pub last: Signal<In, Bit>,
    /// The oldest score that is still needed.
    pub tail: Signal<In, Bits<P>>,
    /// An element is accepted: to be written at `address`.
    pub accept: Signal<Out, Bit>,
    /// Its place in the memory.
    pub address: Signal<Out, Bits<A>>,
    /// It ends its row: `stop`, `max` and the row's constants are to be sampled.
    pub ends: Signal<Out, Bit>,
    /// There is room for a complete row.
    pub free: Signal<In, Bit>,
    /// One past the element.
    pub stop: Signal<Out, Bits<P>>,
    /// The row's maximum up to the element.
    pub max: Signal<Out, Signed<32>>,
    head: Register<Bits<P>>,
    row_start: Register<Bits<A>>,
    in_row: Register<Bit>,
    running_max: EnableDelay<Signed<32>, 1>,
    full: Signal<Local, Bit>,
    next: Signal<Local, Bits<P>>,
    replaces: Signal<Local, Bit>,
    larger: Signal<Local, Signed<32>>,
}

impl<const A: usize, const P: usize> Logic for RowLoader<A, P> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "row_loader_{address}: writes rows into a ring memory and hands on the end of each and the maximum of its elements to be kept."
        );
        clock!(self, clock, head, row_start, in_row, running_max);
        self.head.reset_n.next = self.reset_n.val();
        self.row_start.reset_n.next = self.reset_n.val();
        self.in_row.reset_n.next = self.reset_n.val();

        self.full.next = (self.head.q.val().get_bits::<A>(0) == self.tail.val().get_bits::<A>(0))
            & (self.head.q.val() != self.tail.val());
        self.ready.next = !self.full.val() & self.free.val();
        self.accept.next = self.valid.val() & self.ready.val();
        self.address.next = self.head.q.val().get_bits::<A>(0);
        self.next.next = self.head.q.val() + 1;
        comment!("A row that comes back to its start has filled the memory.");
        self.ends.next =
            self.accept.val() & (self.last.val() | (self.next.val().get_bits::<A>(0) == self.row_start.q.val()));

        comment!("A row starts from the least score.");
        self.replaces.next = self.keep.val() & (!self.in_row.q.val() | (self.running_max.q.val() < self.q.val()));
        self.larger.next = self.running_max.q.val();
        if self.replaces.val() {
            self.larger.next = self.q.val();
        } else if !self.in_row.q.val() {
            self.larger.next = signed_cast(bits::<32>(0x8000_0000u64));
        }
        self.running_max.enable.next = self.accept.val();
        self.running_max.d.next = self.larger.val();

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

        self.stop.next = self.next.val();
        self.max.next = self.larger.val();
    }
}
