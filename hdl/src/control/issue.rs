//! [`Issue`]: which instruction starts.

use crate::cells::{Delay, EnableDelay, Register};
use crate::comment;
use rust_hdl::core::prelude::*;

/// Grants an instruction every other cycle at most: the first eligible one in the order load, store, matrix, vector.
///
/// An instruction is eligible in cycle t if at the beginning of cycle t - 1 it was the oldest of its queue, all semaphores that it waits for were
/// above 0, its engine was ready and had fewer than 8 under way, and if nothing was granted and the engine did not start in cycle t - 1. A grant
/// in cycle t takes the semaphores at the end of cycle t and starts the engine in cycle t + 1. A ready engine must stay ready until it is started.
#[derive(LogicBlock, Default)]
pub struct Issue {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: nothing starts.
    pub reset_n: Signal<In, Bit>,
    /// The program is running.
    pub enable: Signal<In, Bit>,
    /// The program stops: what is granted in this cycle does not start.
    pub cancel: Signal<In, Bit>,
    /// The queue has an instruction.
    pub valid: [Signal<In, Bit>; 4],
    /// The instruction.
    pub head: [Signal<In, Bits<256>>; 4],
    /// Its index.
    pub head_index: [Signal<In, Bits<32>>; 4],
    /// The semaphores that it waits for.
    pub wait_mask: [Signal<In, Bits<16>>; 4],
    /// The engine can take an instruction.
    pub ready: [Signal<In, Bit>; 4],
    /// It has 8 under way.
    pub full: [Signal<In, Bit>; 4],
    /// Semaphores above 0.
    pub available: Signal<In, Bits<16>>,
    /// The instruction leaves the queue.
    pub grant: [Signal<Out, Bit>; 4],
    /// The semaphores that it takes from.
    pub take_mask: Signal<Out, Bits<16>>,
    /// The engine starts `instruction`.
    pub start: [Signal<Out, Bit>; 4],
    /// The instruction granted last.
    pub instruction: Signal<Out, Bits<256>>,
    /// Its index.
    pub index: Signal<Out, Bits<32>>,
    eligible: [Register<Bit>; 4],
    waited: [Delay<Bits<16>, 1>; 4],
    granted: Signal<Local, Bit>,
    starting: [Register<Bit>; 4],
    selected: Signal<Local, Bits<256>>,
    selected_index: Signal<Local, Bits<32>>,
    issued: EnableDelay<Bits<256>, 1>,
    issued_index: EnableDelay<Bits<32>, 1>,
}

impl Logic for Issue {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "issue: grants one instruction every other cycle, in the order load, store, matrix, vector, and starts it one cycle later."
        );
        clock!(self, clock, issued, issued_index);
        for i in 0..4 {
            self.eligible[i].clock.next = self.clock.val();
            self.eligible[i].reset_n.next = self.reset_n.val();
            self.eligible[i].d.next = self.enable.val()
                & self.valid[i].val()
                & self.ready[i].val()
                & !self.full[i].val()
                & !self.starting[i].q.val()
                & !self.granted.val()
                & !(self.wait_mask[i].val() & !self.available.val()).any();
            self.waited[i].clock.next = self.clock.val();
            self.waited[i].d.next = self.wait_mask[i].val();
            self.starting[i].clock.next = self.clock.val();
            self.starting[i].reset_n.next = self.reset_n.val();
            self.starting[i].d.next = self.grant[i].val() & self.enable.val() & !self.cancel.val();
            self.start[i].next = self.starting[i].q.val();
        }
        self.grant[0].next = self.eligible[0].q.val();
        self.grant[1].next = self.eligible[1].q.val() & !self.eligible[0].q.val();
        self.grant[2].next = self.eligible[2].q.val() & !(self.eligible[0].q.val() | self.eligible[1].q.val());
        self.grant[3].next = self.eligible[3].q.val()
            & !(self.eligible[0].q.val() | self.eligible[1].q.val() | self.eligible[2].q.val());
        self.granted.next =
            self.eligible[0].q.val() | self.eligible[1].q.val() | self.eligible[2].q.val() | self.eligible[3].q.val();

        self.take_mask.next = bits::<16>(0);
        self.selected.next = self.head[3].val();
        self.selected_index.next = self.head_index[3].val();
        for i in 0..4 {
            if self.grant[i].val() {
                self.take_mask.next = self.waited[i].q.val();
                self.selected.next = self.head[i].val();
                self.selected_index.next = self.head_index[i].val();
            }
        }
        self.issued.enable.next = self.granted.val();
        self.issued.d.next = self.selected.val();
        self.issued_index.enable.next = self.granted.val();
        self.issued_index.d.next = self.selected_index.val();
        self.instruction.next = self.issued.q.val();
        self.index.next = self.issued_index.q.val();
    }
}
