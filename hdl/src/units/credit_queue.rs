//! [`CreditQueue`]: results of a pipeline that cannot be stalled, kept until they are taken.

use crate::cells::{Ram, Register};
use rust_hdl::core::prelude::*;

/// A queue of 16 words behind a pipeline without stalls, which lets an element into the pipeline only if there will be room for its result.
///
/// `room` says that an element may `enter`; its result must come with `push`, once, in order, any time later. Elements that have entered and
/// whose results have not been taken are at most 16, so a pipeline of up to 13 stages passes an element a cycle. `room` is a function of
/// registers. A result pushed in cycle t is offered in cycle t + 2 at the earliest, and holds until it is taken with `out_valid` and
/// `out_ready`. Reset empties the queue, and forgets what is in the pipeline: its flags must be reset with it.
#[derive(LogicBlock, Default)]
pub struct CreditQueue<const W: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// An element may enter the pipeline.
    pub room: Signal<Out, Bit>,
    /// One enters; legal with `room`.
    pub enter: Signal<In, Bit>,
    /// A result comes out of the pipeline.
    pub push: Signal<In, Bit>,
    /// The result.
    pub data: Signal<In, Bits<W>>,
    /// A result is offered.
    pub out_valid: Signal<Out, Bit>,
    /// It is taken if it is offered.
    pub out_ready: Signal<In, Bit>,
    /// The result. Arbitrary without `out_valid`.
    pub out: Signal<Out, Bits<W>>,
    owed: Register<Bits<5>>,
    head: Register<Bits<5>>,
    tail: Register<Bits<5>>,
    shown: Register<Bit>,
    memory: Ram<Bits<W>, 4>,
    taken: Signal<Local, Bit>,
    next_tail: Signal<Local, Bits<5>>,
}

impl<const W: usize> Logic for CreditQueue<W> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "credit_queue_{out}: 16 results of a pipeline that cannot be stalled; an element may enter it while there is room for its result."
        );
        clock!(self, clock, owed, head, tail, shown, memory);
        self.owed.reset_n.next = self.reset_n.val();
        self.head.reset_n.next = self.reset_n.val();
        self.tail.reset_n.next = self.reset_n.val();
        self.shown.reset_n.next = self.reset_n.val();

        comment!("Elements in the pipeline or here.");
        self.taken.next = self.shown.q.val() & self.out_ready.val();
        self.room.next = !self.owed.q.val().get_bit(4);
        self.owed.d.next = self.owed.q.val();
        if self.enter.val() & !self.taken.val() {
            self.owed.d.next = self.owed.q.val() + 1;
        }
        if !self.enter.val() & self.taken.val() {
            self.owed.d.next = self.owed.q.val() - 1;
        }

        self.head.d.next = self.head.q.val();
        if self.push.val() {
            self.head.d.next = self.head.q.val() + 1;
        }
        self.memory.write_enable.next = self.push.val();
        self.memory.write_address.next = self.head.q.val().get_bits::<4>(0);
        self.memory.write_data.next = self.data.val();

        comment!("The memory reads the word that is shown again until it is taken, then the next one.");
        self.next_tail.next = self.tail.q.val();
        if self.taken.val() {
            self.next_tail.next = self.tail.q.val() + 1;
        }
        self.tail.d.next = self.next_tail.val();
        self.memory.read_address.next = self.next_tail.val().get_bits::<4>(0);
        self.shown.d.next = self.next_tail.val() != self.head.q.val();
        self.out_valid.next = self.shown.q.val();
        self.out.next = self.memory.read_data.val();
    }
}
