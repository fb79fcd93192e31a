//! [`CreditQueue`]: results of a pipeline without stalls, queued until they are taken.

use crate::cells::{Ram, Register};
use rust_hdl::core::prelude::*;

/// A queue of 16 words after a pipeline that cannot stall. It admits an element to the pipeline only if there will be
/// room for the result.
///
/// `room` allows an element to `enter`; its result must arrive with `push`, once, in order, any time later. At most 16
/// elements have entered without their results having been taken, so a pipeline of up to 13 stages sustains one element
/// per cycle. `room` is a function of registers. A result pushed in cycle t is valid in cycle t + 2 at the earliest and
/// holds until it is taken with `out_valid` and `out_ready`. Reset empties the queue and discards the elements in the
/// pipeline, whose flags must be reset at the same time.
#[circuit(clock, reset_n)]
pub struct CreditQueue<W> {
    /// An element may enter the pipeline.
    pub room: Signal<Out, Bit>,
    /// An element enters the pipeline; legal with `room`.
    pub enter: Signal<In, Bit>,
    /// A result leaves the pipeline.
    pub push: Signal<In, Bit>,
    /// Result that leaves the pipeline.
    pub data: Signal<In, Bits<W>>,
    /// Result valid.
    pub out_valid: Signal<Out, Bit>,
    /// Result is taken in a cycle with `out_valid` and `out_ready`.
    pub out_ready: Signal<In, Bit>,
    /// Oldest result. Arbitrary without `out_valid`.
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
        comment! { "credit_queue_{out}: 16 results of a pipeline that cannot stall; an element may enter it while \
        there is room for its result." }
        wire! {
            clock, reset_n => owed, head, tail, shown;
            clock => memory;
        }

        comment!("Elements in the pipeline or in the queue.");
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

        comment!("The memory reads the presented word again until it is taken, then the next one.");
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
