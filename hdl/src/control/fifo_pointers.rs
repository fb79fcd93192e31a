//! [`FifoPointers`]: where to write and read in a memory that is a queue.

use crate::cells::Register;
use rust_hdl::core::prelude::*;

/// Addresses of a queue of `2^A` entries in a memory with a combinational read port (`P` = `A` + 1).
///
/// An entry pushed in cycle t can be read and popped from cycle t + 1 on. A push while `full` and a pop without `valid` do nothing.
/// All outputs but `write` are registers: the addresses go to every bit of the memory, so nothing else waits for them.
#[circuit(clock, reset_n = "an empty queue")]
pub struct FifoPointers<A, P> {
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

#[circuit]
impl Logic for FifoPointers<A, P> {
    fn update(&mut self) {
        comment!("fifo_pointers_{write_address}: where to write and read in a memory that is a queue.");
        wire! { clock, reset_n => head, tail, count, occupied, exhausted; }

        write = push & !exhausted.q;
        read = pop & occupied.q;
        write_address = head.q;
        head.d = head.q + bit_cast::<A, 1>(write.into());
        read_address = tail.q;
        tail.d = tail.q + bit_cast::<A, 1>(read.into());

        next_count = count.q + bit_cast::<P, 1>(write.into()) - bit_cast::<P, 1>(read.into());
        count.d = next_count;
        occupied.d = next_count.any();
        exhausted.d = next_count.any() & !next_count.get_bits::<A>(0).any();
        valid = occupied.q;
        full = exhausted.q;
    }
}
