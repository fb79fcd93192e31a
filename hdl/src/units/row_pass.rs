//! [`RowPass`]: the addresses of a later pass over a row.

use crate::cells::{Delay, EnableDelay, Register};
use rust_hdl::core::prelude::*;

/// Takes rows that lie one behind the other in a ring memory, and issues the pointer of each element once.
///
/// A row is taken in the cycle that issues the last element of the one before, at the earliest, so rows follow each other without a
/// gap. The first element of a row taken in cycle t can be issued in cycle t + 1.
#[derive(LogicBlock, Default)]
pub struct RowPass<const P: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: no row, the pointer at 0.
    pub reset_n: Signal<In, Bit>,
    /// A row is offered.
    pub offered: Signal<In, Bit>,
    /// One past its last element.
    pub offered_stop: Signal<In, Bits<P>>,
    /// It is taken if it is offered.
    pub free: Signal<Out, Bit>,
    /// It is offered and taken.
    pub take: Signal<Out, Bit>,
    /// A row is under way.
    pub active: Signal<Out, Bit>,
    /// An element may be issued.
    pub may_issue: Signal<In, Bit>,
    /// It may even be the last of its row.
    pub may_finish: Signal<In, Bit>,
    /// An element is issued.
    pub issue: Signal<Out, Bit>,
    /// It is the first of its row.
    pub first: Signal<Out, Bit>,
    /// It is the last of its row.
    pub last: Signal<Out, Bit>,
    /// Its pointer; if none is issued, that of the next.
    pub pointer: Signal<Out, Bits<P>>,
    /// One past the last element of its row.
    pub stop: Signal<Out, Bits<P>>,
    busy: Register<Bit>,
    fresh: Register<Bit>,
    position: Register<Bits<P>>,
    row_stop: EnableDelay<Bits<P>, 1>,
    at_last: Delay<Bit, 1>,
    next: Signal<Local, Bits<P>>,
    after_next: Signal<Local, Bits<P>>,
}

impl<const P: usize> Logic for RowPass<P> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "row_pass_{pointer}: takes rows that lie one behind the other, and issues the pointer of each element once."
        );
        clock!(self, clock, busy, fresh, position, row_stop, at_last);
        self.busy.reset_n.next = self.reset_n.val();
        self.fresh.reset_n.next = self.reset_n.val();
        self.position.reset_n.next = self.reset_n.val();

        self.next.next = self.position.q.val() + 1;
        self.after_next.next = self.position.q.val() + 2;
        self.issue.next = self.busy.q.val() & self.may_issue.val() & (!self.at_last.q.val() | self.may_finish.val());
        self.first.next = self.issue.val() & self.fresh.q.val();
        self.last.next = self.issue.val() & self.at_last.q.val();
        self.free.next = !self.busy.q.val() | self.last.val();
        self.take.next = self.free.val() & self.offered.val();

        self.busy.d.next = self.take.val() | (self.busy.q.val() & !self.last.val());
        self.fresh.d.next = self.take.val() | (self.fresh.q.val() & !self.issue.val());
        self.active.next = self.busy.q.val();
        self.position.d.next = self.position.q.val();
        if self.issue.val() {
            self.position.d.next = self.next.val();
        }
        self.row_stop.enable.next = self.take.val();
        self.row_stop.d.next = self.offered_stop.val();

        comment!(
            "Whether the next element is its row's last is known a cycle before. Issue and take come late: all comparisons are there before."
        );
        if self.take.val() {
            self.at_last.d.next = self.next.val() == self.offered_stop.val();
            if self.issue.val() {
                self.at_last.d.next = self.after_next.val() == self.offered_stop.val();
            }
        } else {
            self.at_last.d.next = self.next.val() == self.row_stop.q.val();
            if self.issue.val() {
                self.at_last.d.next = self.after_next.val() == self.row_stop.q.val();
            }
        }
        self.pointer.next = self.position.q.val();
        self.stop.next = self.row_stop.q.val();
    }
}
