//! [`FifoPointers`]: where to write and read in a memory that is a queue.

use crate::cells::Register;
use rust_hdl::core::prelude::*;

/// Addresses of a queue of `2^A` entries in a memory with a combinational read port (`P` = `A` + 1).
///
/// An entry pushed in cycle t can be read and popped from cycle t + 1 on. A push while `full` and a pop without `valid` do nothing.
/// All outputs but `write` are registers: the addresses go to every bit of the memory, so nothing else waits for them.
#[derive(LogicBlock, Default)]
pub struct FifoPointers<const A: usize, const P: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: an empty queue.
    pub reset_n: Signal<In, Bit>,
    /// An entry is added.
    pub push: Signal<In, Bit>,
    /// The oldest entry is removed.
    pub pop: Signal<In, Bit>,
    /// The entry is to be written at `write_address`.
    pub write: Signal<Out, Bit>,
    /// Place of the entry that is added.
    pub write_address: Signal<Out, Bits<A>>,
    /// Place of the oldest entry.
    pub read_address: Signal<Out, Bits<A>>,
    /// There is an oldest entry.
    pub valid: Signal<Out, Bit>,
    /// There is no room.
    pub full: Signal<Out, Bit>,
    head: Register<Bits<A>>,
    tail: Register<Bits<A>>,
    count: Register<Bits<P>>,
    next_count: Signal<Local, Bits<P>>,
    read: Signal<Local, Bit>,
    occupied: Register<Bit>,
    exhausted: Register<Bit>,
}

impl<const A: usize, const P: usize> Logic for FifoPointers<A, P> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("fifo_pointers_{write_address}: where to write and read in a memory that is a queue.");
        clock!(self, clock, head, tail, count, occupied, exhausted);
        self.head.reset_n.next = self.reset_n.val();
        self.tail.reset_n.next = self.reset_n.val();
        self.count.reset_n.next = self.reset_n.val();
        self.occupied.reset_n.next = self.reset_n.val();
        self.exhausted.reset_n.next = self.reset_n.val();

        self.write.next = self.push.val() & !self.exhausted.q.val();
        self.read.next = self.pop.val() & self.occupied.q.val();
        self.write_address.next = self.head.q.val();
        self.head.d.next = self.head.q.val() + bit_cast::<A, 1>(self.write.val().into());
        self.read_address.next = self.tail.q.val();
        self.tail.d.next = self.tail.q.val() + bit_cast::<A, 1>(self.read.val().into());

        self.next_count.next =
            self.count.q.val() + bit_cast::<P, 1>(self.write.val().into()) - bit_cast::<P, 1>(self.read.val().into());
        self.count.d.next = self.next_count.val();
        self.occupied.d.next = self.next_count.val().any();
        self.exhausted.d.next = self.next_count.val().any() & !self.next_count.val().get_bits::<A>(0).any();
        self.valid.next = self.occupied.q.val();
        self.full.next = self.exhausted.q.val();
    }
}
