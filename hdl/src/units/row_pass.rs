//! [`RowPass`]: element addresses of a later pass over a row.

use crate::cells::{Delay, EnableDelay, Register};
use rust_hdl::core::prelude::*;

/// Takes consecutive rows of a ring memory and issues the pointer of each element once.
///
/// A row is taken at the earliest in the cycle that issues the last element of the previous row, so rows follow each
/// other without a gap. The first element of a row taken in cycle t can be issued in cycle t + 1.
#[circuit(clock, reset_n = "no row, the pointer at 0")]
pub struct RowPass<P> {
    /// A row is presented.
    pub offered: Signal<In, Bit>,
    /// Pointer past the last element of the presented row.
    pub offered_stop: Signal<In, Bits<P>>,
    /// The presented row is taken in a cycle with `offered` and `free`.
    pub free: Signal<Out, Bit>,
    /// A row is taken in this cycle.
    pub take: Signal<Out, Bit>,
    /// A row is being processed.
    pub active: Signal<Out, Bit>,
    /// An element may be issued.
    pub may_issue: Signal<In, Bit>,
    /// The element to issue may be the last of its row.
    pub may_finish: Signal<In, Bit>,
    /// An element is issued.
    pub issue: Signal<Out, Bit>,
    /// Element is the first of its row.
    pub first: Signal<Out, Bit>,
    /// Element is the last of its row.
    pub last: Signal<Out, Bit>,
    /// Pointer of the issued element; if none is issued, of the next one.
    pub pointer: Signal<Out, Bits<P>>,
    /// Pointer past the last element of the row.
    pub stop: Signal<Out, Bits<P>>,
    busy: Register<Bit>,
    fresh: Register<Bit>,
    position: Register<Bits<P>>,
    row_stop: EnableDelay<Bits<P>, 1>,
    at_last: Delay<Bit, 1>,
    next: Signal<Local, Bits<P>>,
    after_next: Signal<Local, Bits<P>>,
}

#[circuit]
impl Logic for RowPass<P> {
    fn update(&mut self) {
        comment! { "row_pass_{pointer}: takes consecutive rows of a ring memory and issues the pointer of each element \
        once." }
        wire! {
            clock, reset_n => busy, fresh, position;
            clock => row_stop, at_last;
        }

        next = position.q + 1;
        after_next = position.q + 2;
        issue = busy.q & may_issue & (!at_last.q | may_finish);
        first = issue & fresh.q;
        last = issue & at_last.q;
        free = !busy.q | last;
        take = free & offered;

        busy.d = take | (busy.q & !last);
        fresh.d = take | (fresh.q & !issue);
        active = busy.q;
        position.d = position.q;
        if issue {
            position.d = next;
        }
        wire! { row_stop.{enable: take, d: offered_stop}; }

        comment! { "Whether the next element is the last of its row is determined one cycle before, because issue and \
        take arrive late." }
        if take {
            at_last.d = next == offered_stop;
            if issue {
                at_last.d = after_next == offered_stop;
            }
        } else {
            at_last.d = next == row_stop.q;
            if issue {
                at_last.d = after_next == row_stop.q;
            }
        }
        pointer = position.q;
        stop = row_stop.q;
    }
}
