//! [`RowLoader`]: the first pass over a row, its maximum.

use crate::cells::{EnableDelay, Register};
use rust_hdl::core::prelude::*;

/// Accepts the elements of rows, says where in the ring memory of scores each belongs, and hands on each row's end and maximum.
///
/// The memory has `2^A` words; a pointer of `P` = `A` + 1 bits tells a full ring from an empty one. An element is accepted while the
/// ring has room and `free` says that a row that ends would have, too.
///
/// The maximum is that of the elements to be kept; -2^31 if there is none. A row ends with `last`, or when it fills the memory.
#[circuit(clock, reset_n = "an empty ring")]
pub struct RowLoader<A, P> {
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

#[circuit]
impl Logic for RowLoader<A, P> {
    fn update(&mut self) {
        comment! { "row_loader_{address}: writes rows into a ring memory and hands on the end of each and the maximum \
        of its elements to be kept." }
        wire! {
            clock, reset_n => head, row_start, in_row;
            clock => running_max;
        }

        full = (head.q.get_bits::<A>(0) == tail.get_bits::<A>(0)) & (head.q != tail);
        ready = !full & free;
        accept = valid & ready;
        address = head.q.get_bits::<A>(0);
        next = head.q + 1;
        comment!("A row that comes back to its start has filled the memory.");
        ends = accept & (last | (next.get_bits::<A>(0) == row_start.q));

        comment!("A row starts from the least score.");
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
