//! [`RowLoader`]: the first pass over a row, its maximum.

use crate::cells::{EnableDelay, Register};
use rust_hdl::core::prelude::*;

/// Accepts the elements of rows, generates their addresses in the ring memory of scores, and passes on the end and the
/// maximum of each row.
///
/// The memory has `2^A` words; pointers of `P` = `A` + 1 bits distinguish a full ring from an empty one. An element is
/// accepted while the ring has room and `free` guarantees room for a row that ends.
///
/// The maximum is taken over the kept elements; it is -2^31 if there is none. A row ends with `last`, or when it fills
/// the memory.
#[circuit(clock, reset_n = "an empty ring")]
pub struct RowLoader<A, P> {
    /// Element valid.
    pub valid: Signal<In, Bit>,
    /// Element is accepted in a cycle with `valid` and `ready`.
    pub ready: Signal<Out, Bit>,
    /// Score of the column.
    pub q: Signal<In, Signed<32>>,
    /// The mask keeps the column.
    pub keep: Signal<In, Bit>,
    /// Element is the last of its row.
    pub last: Signal<In, Bit>,
    /// Pointer of the oldest score that is still needed.
    pub tail: Signal<In, Bits<P>>,
    /// Write enable of the memory: an element is accepted.
    pub accept: Signal<Out, Bit>,
    /// Write address of the element.
    pub address: Signal<Out, Bits<A>>,
    /// The accepted element ends its row: `stop`, `max` and the constants of the row are sampled.
    pub ends: Signal<Out, Bit>,
    /// There is room for a complete row in the queue.
    pub free: Signal<In, Bit>,
    /// Pointer past the element.
    pub stop: Signal<Out, Bits<P>>,
    /// Maximum of the row up to the element.
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

#[circuit]
impl Logic for RowLoader<A, P> {
    fn update(&mut self) {
        comment! { "row_loader_{address}: writes rows into a ring memory and passes on the end of each and the maximum \
        of its kept elements." }
        wire! {
            clock, reset_n => head, row_start, in_row;
            clock => running_max;
        }

        full = (head.q.get_bits::<A>(0) == tail.get_bits::<A>(0)) & (head.q != tail);
        ready = !full & free;
        accept = valid & ready;
        address = head.q.get_bits::<A>(0);
        next = head.q + 1;
        comment!("A row that wraps around to its start has filled the memory.");
        ends = accept & (last | (next.get_bits::<A>(0) == row_start.q));

        comment!("A row starts from the smallest score.");
        replaces = keep & (!in_row.q | (running_max.q < q));
        larger = running_max.q;
        if replaces {
            larger = q;
        } else if !in_row.q {
            larger = signed_cast(bits::<32>(0x8000_0000u64));
        }
        wire! { running_max.{enable: accept, d: larger}; }

        head.d = head.q;
        in_row.d = in_row.q;
        if accept {
            head.d = next;
            in_row.d = !ends;
        }
        row_start.d = row_start.q;
        if ends {
            row_start.d = next.get_bits::<A>(0);
        }

        stop = next;
        max = larger;
    }
}
