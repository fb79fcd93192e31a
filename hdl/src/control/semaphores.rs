//! [`Semaphores`]: the counters that order instructions of different engines.

use crate::cells::{Delay, Pack, Register};
use rust_hdl::core::prelude::*;

/// One semaphore: a counter of 8 bits. All posts of a cycle and one take are counted.
#[circuit(clock, reset_n = "0")]
pub struct Semaphore {
    /// Post strobe of each engine; each increments.
    pub post: [Signal<In, Bit>; 4],
    /// Take strobe: decrements; only while `available`.
    pub take: Signal<In, Bit>,
    /// The counter is above 0.
    pub available: Signal<Out, Bit>,
    /// The posts of this cycle exceed 255; the counter wraps.
    pub overflow: Signal<Out, Bit>,
    count: Register<Bits<8>>,
    next: Signal<Local, Bits<9>>,
}

#[circuit]
impl Logic for Semaphore {
    fn update(&mut self) {
        comment!("semaphore_counter: a counter of 8 bits; all posts of a cycle and one take are counted.");
        wire! { clock, reset_n => count; }
        next = bit_cast::<9, 8>(count.q) + sum!(bit_cast::<9, 1>(post[i].into()) for i in 0..4)
            - bit_cast::<9, 1>(take.into());
        count.d = next.get_bits::<8>(0);
        available = count.q.any();
        overflow = next.get_bit(8);
    }
}

/// 16 semaphores. A post in cycle t is visible in `available` in cycle t + 1; an overflow is reported in cycle t + 1
/// for each engine that contributed a post.
#[circuit(clock, reset_n = "all 0")]
pub struct Semaphores {
    /// Post strobe of each engine.
    pub post: [Signal<In, Bit>; 4],
    /// Semaphores that the engine posts.
    pub post_mask: [Signal<In, Bits<16>>; 4],
    /// Semaphores to decrement; only while they are available.
    pub take_mask: Signal<In, Bits<16>>,
    /// Semaphores that are above 0.
    pub available: Signal<Out, Bits<16>>,
    /// A semaphore that the engine posted one cycle ago exceeded 255.
    pub overflow: [Signal<Out, Bit>; 4],
    semaphore: [Semaphore; 16],
    nonzero: Pack<16>,
    passed: Pack<16>,
    overflowed: Register<Bits<16>>,
    posted: [Delay<Bits<16>, 1>; 4],
    posts: [Signal<Local, Bits<16>>; 4],
}

#[circuit]
impl Logic for Semaphores {
    fn update(&mut self) {
        comment!("semaphores: 16 counters that order instructions of different engines.");
        wire! { clock, reset_n => overflowed; }
        for i in 0..4 {
            posts[i] = bits::<16>(0);
            if post[i] {
                posts[i] = post_mask[i];
            }
            wire! { clock => posted[i]; }
            posted[i].d = posts[i];
            overflow[i] = (posted[i].q & overflowed.q).any();
        }
        for i in 0..16 {
            wire! { clock, reset_n => semaphore[i]; }
            for j in 0..4 {
                semaphore[i].post[j] = posts[j].get_bit(i);
            }
            semaphore[i].take = take_mask.get_bit(i);
            nonzero.flag[i] = semaphore[i].available;
            passed.flag[i] = semaphore[i].overflow;
        }
        available = nonzero.word;
        overflowed.d = passed.word;
    }
}
