//! [`Semaphores`]: the counters that keep the engines in step.

use crate::cells::{Delay, Pack, Register};
use rust_hdl::core::prelude::*;

/// One semaphore: a counter of 8 bits. All posts of a cycle count, and one take.
#[derive(LogicBlock, Default)]
pub struct Semaphore {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: 0.
    pub reset_n: Signal<In, Bit>,
    /// Adds one each.
    pub post: [Signal<In, Bit>; 4],
    /// Takes one; only while `available`.
    pub take: Signal<In, Bit>,
    /// It is above 0.
    pub available: Signal<Out, Bit>,
    /// The posts of this cycle pass 255; the counter wraps.
    pub overflow: Signal<Out, Bit>,
    count: Register<Bits<8>>,
    next: Signal<Local, Bits<9>>,
}

impl Logic for Semaphore {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("semaphore_counter: a counter of 8 bits; all posts of a cycle count, and one take.");
        clock!(self, clock, count);
        self.count.reset_n.next = self.reset_n.val();
        self.next.next = bit_cast::<9, 8>(self.count.q.val())
            + (bit_cast::<9, 1>(self.post[0].val().into())
                + bit_cast::<9, 1>(self.post[1].val().into())
                + bit_cast::<9, 1>(self.post[2].val().into())
                + bit_cast::<9, 1>(self.post[3].val().into()))
            - bit_cast::<9, 1>(self.take.val().into());
        self.count.d.next = self.next.val().get_bits::<8>(0);
        self.available.next = self.count.q.val().any();
        self.overflow.next = self.next.val().get_bit(8);
    }
}

/// 16 semaphores. A post in cycle t shows in `available` in cycle t + 1; an overflow is reported in cycle t + 1, for each engine whose
/// posts were part of it.
#[derive(LogicBlock, Default)]
pub struct Semaphores {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: all 0.
    pub reset_n: Signal<In, Bit>,
    /// The engine posts in this cycle.
    pub post: [Signal<In, Bit>; 4],
    /// Which semaphores it posts.
    pub post_mask: [Signal<In, Bits<16>>; 4],
    /// One is taken from each of these; only while they are available.
    pub take_mask: Signal<In, Bits<16>>,
    /// Which are above 0.
    pub available: Signal<Out, Bits<16>>,
    /// The engine posted a semaphore that passed 255 in the cycle before.
    pub overflow: [Signal<Out, Bit>; 4],
    semaphore: [Semaphore; 16],
    nonzero: Pack<16>,
    passed: Pack<16>,
    overflowed: Register<Bits<16>>,
    posted: [Delay<Bits<16>, 1>; 4],
    posts: [Signal<Local, Bits<16>>; 4],
}

impl Logic for Semaphores {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("semaphores: 16 counters that keep the engines in step.");
        self.overflowed.clock.next = self.clock.val();
        self.overflowed.reset_n.next = self.reset_n.val();
        for i in 0..4 {
            self.posts[i].next = bits::<16>(0);
            if self.post[i].val() {
                self.posts[i].next = self.post_mask[i].val();
            }
            self.posted[i].clock.next = self.clock.val();
            self.posted[i].d.next = self.posts[i].val();
            self.overflow[i].next = (self.posted[i].q.val() & self.overflowed.q.val()).any();
        }
        for i in 0..16 {
            self.semaphore[i].clock.next = self.clock.val();
            self.semaphore[i].reset_n.next = self.reset_n.val();
            self.semaphore[i].post[0].next = self.posts[0].val().get_bit(i);
            self.semaphore[i].post[1].next = self.posts[1].val().get_bit(i);
            self.semaphore[i].post[2].next = self.posts[2].val().get_bit(i);
            self.semaphore[i].post[3].next = self.posts[3].val().get_bit(i);
            self.semaphore[i].take.next = self.take_mask.val().get_bit(i);
            self.nonzero.flag[i].next = self.semaphore[i].available.val();
            self.passed.flag[i].next = self.semaphore[i].overflow.val();
        }
        self.available.next = self.nonzero.word.val();
        self.overflowed.d.next = self.passed.word.val();
    }
}
