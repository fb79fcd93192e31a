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
#[circuit(clock, reset_n = "an empty ring")]
pub struct RowSum<A, P> {
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

#[circuit]
impl Logic for RowSum<A, P> {
    fn update(&mut self) {
        comment! { "row_sum_{address}: writes rows into a ring memory and offers each complete row with its sum and \
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
        comment!("A row that comes back to its start has filled the memory.");
        ends = accept & (last | (next.get_bits::<A>(0) == row_start.q));

        comment!("The first element of a row starts a new sum, a cycle without one adds 0.");
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

        comment!("While a complete row waits, nothing is accepted: its sum, count and end stay in their registers.");
        waiting.d = ends | (waiting.q & !taken);
        wire! { shift_register.{enable: ends, d: shift}; }
        offered = waiting.q;
        stop = head.q;
        sum = accumulator.sum;
        count = counter.q;
        row_shift = shift_register.q;
    }
}
