//! [`CreditQueue`]: results of a pipeline that cannot be stalled, kept until they are taken.

use crate::cells::{Ram, Register};
use rust_hdl::core::prelude::*;

/// A queue of 16 words behind a pipeline without stalls, which lets an element into the pipeline only if there will be room for its result.
///
/// `room` says that an element may `enter`; its result must come with `push`, once, in order, any time later. Elements that have entered and
/// whose results have not been taken are at most 16, so a pipeline of up to 13 stages passes an element a cycle. `room` is a function of
/// registers. A result pushed in cycle t is offered in cycle t + 2 at the earliest, and holds until it is taken with `out_valid` and
/// `out_ready`. Reset empties the queue, and forgets what is in the pipeline: its flags must be reset with it.
#[circuit(clock, reset_n)]
pub struct CreditQueue<W> {
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

#[circuit]
impl Logic for CreditQueue<W> {
    fn update(&mut self) {
        comment! { "credit_queue_{out}: 16 results of a pipeline that cannot be stalled; an element may enter it while \
        there is room for its result." }
        wire! {
            clock, reset_n => owed, head, tail, shown;
            clock => memory;
        }

        comment!("Elements in the pipeline or here.");
        taken = shown.q & out_ready;
        room = !owed.q.get_bit(4);
        owed.d = owed.q;
        if enter & !taken {
            owed.d = owed.q + 1;
        }
        if !enter & taken {
            owed.d = owed.q - 1;
        }

        head.d = head.q;
        if push {
            head.d = head.q + 1;
        }
        memory.write_enable = push;
        memory.write_address = head.q.get_bits::<4>(0);
        memory.write_data = data;

        comment!("The memory reads the word that is shown again until it is taken, then the next one.");
        next_tail = tail.q;
        if taken {
            next_tail = tail.q + 1;
        }
        tail.d = next_tail;
        memory.read_address = next_tail.get_bits::<4>(0);
        shown.d = next_tail != head.q;
        out_valid = shown.q;
        out = memory.read_data;
    }
}
