//! [`StoreReader`]: reads words of the on-chip memories as beats.

use crate::cells::{Delay, EnableDelay, Fifo, Register, Split};
use ibert_isa::timing::bus::block_bytes;
use rust_hdl::core::prelude::*;

/// Reads the words of consecutive stores from A or R and presents them as beats of a bus of `W8` bits, one per cycle
/// (`W16` = 2·`W8`).
///
/// A store that begins in cycle t is read from cycle t + 1 on, each burst only after it was accepted (`granted`), so
/// that no beat precedes its address. A word read in cycle r is valid as a beat from cycle r + 2 on; up to 4 beats wait
/// for the bus. A word of R is read twice, for its low and its high half. `last` marks the last beat of each burst: the
/// last of the store, or the last of a block ([`block_bytes`]).
#[circuit(clock, reset_n = "nothing to read", assert(W16 == 2 * W8, "a word of R is two beats"))]
pub struct StoreReader<W8, W16> {
    /// A store begins; only while `done`.
    pub begins: Signal<In, Bit>,
    /// Source memory: R if set, A otherwise; sampled with `begins`.
    pub from_r: Signal<In, Bit>,
    /// Address of the first word, sampled with `begins`.
    pub first_word: Signal<In, Bits<16>>,
    /// Byte address in external memory modulo 4096, sampled with `begins`.
    pub first_offset: Signal<In, Bits<12>>,
    /// Beats of the store, sampled with `begins`.
    pub beats: Signal<In, Bits<20>>,
    /// A burst of the store was accepted.
    pub granted: Signal<In, Bit>,
    /// All words of the accepted bursts have been read.
    pub settled: Signal<Out, Bit>,
    /// All words of the store have been read.
    pub done: Signal<Out, Bit>,
    /// Read enable of A; the read happens in a cycle with `a_ready`.
    pub a_read: Signal<Out, Bit>,
    /// The read port of A is free.
    pub a_ready: Signal<In, Bit>,
    /// Word of A, one cycle after its read.
    pub a_data: Signal<In, Bits<W8>>,
    /// Read enable of R; the read happens in a cycle with `r_ready`.
    pub r_read: Signal<Out, Bit>,
    /// The read port of R is free.
    pub r_ready: Signal<In, Bit>,
    /// Word of R, one cycle after its read.
    pub r_data: Signal<In, Bits<W16>>,
    /// Word address of the read.
    pub read_address: Signal<Out, Bits<16>>,
    /// Beat valid.
    pub beat_valid: Signal<Out, Bit>,
    /// Beat is accepted in a cycle with `beat_valid` and `beat_ready`.
    pub beat_ready: Signal<In, Bit>,
    /// Data of the beat.
    pub beat: Signal<Out, Bits<W8>>,
    /// Beat is the last of its burst.
    pub last: Signal<Out, Bit>,
    /// Bytes per beat.
    step: constant!(Bits<12> = W8 / 8),
    block_mask: constant!(Bits<12> = block_bytes(W8 / 8) - 1),
    reading_r: EnableDelay<Bit, 1>,
    word: Delay<Bits<16>, 1>,
    high_half: Register<Bit>,
    place: Delay<Bits<12>, 1>,
    next_place: Signal<Local, Bits<12>>,
    remaining: Register<Bits<20>>,
    grants: Register<Bits<4>>,
    wanted: Signal<Local, Bit>,
    read: Signal<Local, Bit>,
    burst_ends: Signal<Local, Bit>,
    burst_read: Signal<Local, Bit>,
    arriving: Register<Bit>,
    arriving_from_r: EnableDelay<Bit, 1>,
    arriving_high: EnableDelay<Bit, 1>,
    arriving_last: EnableDelay<Bit, 1>,
    halves: Split<W16, W8>,
    waiting: Fifo<Bits<W8>, 2, 3>,
    waiting_last: Fifo<Bit, 2, 3>,
}

#[circuit]
impl Logic for StoreReader<W8, W16> {
    fn update(&mut self) {
        comment! { "store_reader_{beat}: words of A or R as beats, one per cycle, each burst after its address was \
        accepted." }
        wire! {
            clock, reset_n => high_half, remaining, grants, arriving, waiting, waiting_last;
            clock => reading_r, arriving_from_r, arriving_high, arriving_last, word, place;
        }

        comment!("A word is read if its burst was accepted and there is room for it and for the word that arrives.");
        wanted = grants.q.any() & remaining.q.any() & (waiting.count < 3);
        a_read = wanted & !reading_r.q;
        r_read = wanted & reading_r.q;
        read = (a_read & a_ready) | (r_read & r_ready);
        read_address = word.q;

        comment!("The position in the block determines the last beat of a burst.");
        next_place = (place.q + step) & block_mask;
        burst_ends = !next_place.any() | (remaining.q == 1);
        burst_read = read & burst_ends;
        grants.d = grants.q;
        if granted & !burst_read {
            grants.d = grants.q + 1;
        } else if burst_read & !granted {
            grants.d = grants.q - 1;
        }
        settled = !grants.q.any() & !arriving.q & !waiting.valid;
        done = !remaining.q.any();

        wire! { reading_r.{enable: begins, d: from_r}; }
        wire! { {word, high_half, place, remaining}.d <- *.q; }
        if begins {
            word.d = first_word;
            high_half.d = false;
            place.d = first_offset;
            remaining.d = beats;
        } else if read {
            high_half.d = reading_r.q & !high_half.q;
            if !reading_r.q | high_half.q {
                word.d = word.q + 1;
            }
            place.d = next_place;
            remaining.d = remaining.q - 1;
        }

        comment!("The word read at the last edge enters the queue for the bus.");
        arriving.d = read;
        wire! {
            arriving_{from_r, high, last}.enable <- read;
            arriving_{from_r: reading_r.q, high: high_half.q, last: burst_ends}.d;
            halves.word <- r_data;
            waiting.{push: arriving.q, d: a_data};
        }
        if arriving_from_r.q {
            waiting.d = halves.low;
            if arriving_high.q {
                waiting.d = halves.high;
            }
        }
        wire! {
            waiting_last.{push: arriving.q, d: arriving_last.q, pop: beat_ready};
            {beat_valid: valid, beat: oldest} <- waiting.*;
        }
        last = waiting_last.oldest;
        waiting.pop = beat_ready;
    }
}
