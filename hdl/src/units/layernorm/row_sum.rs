//! [`RowSum`]: the first pass over a row, its sum and its length.

use crate::cells::{Accumulator, EnableDelay, Register};
use rust_hdl::core::prelude::*;

/// Accepts the elements of rows, generates their addresses in the ring memory, and presents each complete row with its
/// sum and its number of elements.
///
/// The memory has `2^A` words, `A` ≤ 12; pointers of `P` = `A` + 1 bits distinguish a full ring from an empty one. An
/// element is accepted while the ring has room and no complete row waits to be taken. `ready` is a function of
/// registers and of `taken`.
///
/// A row ends with `last`, or when it fills the memory. It is presented from the cycle after its last element on.
#[circuit(clock, reset_n = "an empty ring")]
pub struct RowSum<A, P> {
    /// Element valid.
    pub valid: Signal<In, Bit>,
    /// Element is accepted in a cycle with `valid` and `ready`.
    pub ready: Signal<Out, Bit>,
    /// Element to add.
    pub x: Signal<In, Signed<22>>,
    /// Element is the last of its row.
    pub last: Signal<In, Bit>,
    /// Shift of the row; sampled with its last element.
    pub shift: Signal<In, Bits<5>>,
    /// Pointer of the oldest element that is still needed.
    pub tail: Signal<In, Bits<P>>,
    /// Write enable of the memory: an element is accepted.
    pub accept: Signal<Out, Bit>,
    /// Write address of the element.
    pub address: Signal<Out, Bits<A>>,
    /// A complete row is presented.
    pub offered: Signal<Out, Bit>,
    /// The presented row is taken.
    pub taken: Signal<In, Bit>,
    /// Pointer past the last element of the row.
    pub stop: Signal<Out, Bits<P>>,
    /// Sum of the row.
    pub sum: Signal<Out, Signed<34>>,
    /// Number of elements of the row.
    pub count: Signal<Out, Bits<P>>,
    /// Shift of the row.
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

#[circuit]
impl Logic for RowSum<A, P> {
    fn update(&mut self) {
        comment! { "row_sum_{address}: writes rows into a ring memory and presents each complete row with its sum and \
        its number of elements." }
        wire! {
            clock, reset_n => head, row_start, in_row, waiting;
            clock => accumulator, counter, shift_register;
        }

        full = (head.q.get_bits::<A>(0) == tail.get_bits::<A>(0)) & (head.q != tail);
        ready = !full & (!waiting.q | taken);
        accept = valid & ready;
        address = head.q.get_bits::<A>(0);
        next = head.q + 1;
        comment!("A row that wraps around to its start has filled the memory.");
        ends = accept & (last | (next.get_bits::<A>(0) == row_start.q));

        comment!("The first element of a row starts a new sum; a cycle without an element adds 0.");
        accumulator.first = accept & !in_row.q;
        accumulator.addend = signed_cast(bits::<22>(0));
        if accept {
            accumulator.addend = x;
        }
        counter.enable = accept;
        counter.d = bits::<P>(1);
        if in_row.q {
            counter.d = counter.q + 1;
        }

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

        comment!("While a complete row waits, nothing is accepted, so sum, count and end stay in their registers.");
        waiting.d = ends | (waiting.q & !taken);
        wire! { shift_register.{enable: ends, d: shift}; }
        offered = waiting.q;
        stop = head.q;
        sum = accumulator.sum;
        count = counter.q;
        row_shift = shift_register.q;
    }
}
