//! [`FifoPointers`]: read and write addresses of a queue in a memory.

use crate::cells::Register;
use rust_hdl::core::prelude::*;

/// Addresses of a queue of `2^A` entries in a memory with a combinational read port (`P` = `A` + 1).
///
/// An entry pushed in cycle t can be read and popped from cycle t + 1 on. A push while `full` and a pop without `valid`
/// have no effect. All outputs but `write` are registers, because the addresses fan out to every bit of the memory.
#[circuit(clock, reset_n = "an empty queue")]
pub struct FifoPointers<A, P> {
    /// Push strobe.
    pub push: Signal<In, Bit>,
    /// Pop strobe.
    pub pop: Signal<In, Bit>,
    /// Write enable of the memory, at `write_address`.
    pub write: Signal<Out, Bit>,
    /// Address of the entry to write.
    pub write_address: Signal<Out, Bits<A>>,
    /// Address of the oldest entry.
    pub read_address: Signal<Out, Bits<A>>,
    /// The queue has an entry.
    pub valid: Signal<Out, Bit>,
    /// The queue is full.
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
        comment!("fifo_pointers_{write_address}: read and write addresses of a queue in a memory.");
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
