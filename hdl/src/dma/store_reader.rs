//! [`StoreReader`]: words of the on-chip memories as beats.

use crate::bus::block_bytes;
use crate::cells::{EnableDelay, Fifo, Register, Split};
use rust_hdl::core::prelude::*;

/// Reads the words of one store after the other from A or R and offers them as beats of a bus of `W8` bits, one a cycle (`W16` = 2·`W8`).
///
/// A store that begins in cycle t is read from cycle t + 1 on, each burst only after it was accepted (`granted`): a beat is not offered before
/// its address. A word read in cycle r, when its memory is ready, is offered as a beat from cycle r + 2 on; up to 4 wait for the bus. A word of R
/// is read twice, for its low and its high half. `last` marks the last beat of each burst: the store's last, or the last one of a
/// block ([`block_bytes`]).
#[derive(LogicBlock)]
pub struct StoreReader<const W8: usize, const W16: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: nothing to read.
    pub reset_n: Signal<In, Bit>,
    /// A store begins; only while `done`.
    pub begins: Signal<In, Bit>,
    /// Its memory is R, else A.
    pub from_r: Signal<In, Bit>,
    /// Its first word.
    pub first_word: Signal<In, Bits<16>>,
    /// Its byte address in memory, modulo 4096.
    pub first_offset: Signal<In, Bits<12>>,
    /// Its beats.
    pub beats: Signal<In, Bits<20>>,
    /// A burst of the store was accepted.
    pub granted: Signal<In, Bit>,
    /// No word is to be read for the bursts that were accepted.
    pub settled: Signal<Out, Bit>,
    /// All words of the store have been read.
    pub done: Signal<Out, Bit>,
    /// A word of A is read at this edge, if A is ready.
    pub a_read: Signal<Out, Bit>,
    /// A's read port is free.
    pub a_ready: Signal<In, Bit>,
    /// The word of A read at the last edge.
    pub a_data: Signal<In, Bits<W8>>,
    /// A word of R is read at this edge, if R is ready.
    pub r_read: Signal<Out, Bit>,
    /// R's read port is free.
    pub r_ready: Signal<In, Bit>,
    /// The word of R read at the last edge.
    pub r_data: Signal<In, Bits<W16>>,
    /// Which word is read.
    pub read_address: Signal<Out, Bits<16>>,
    /// A beat is offered.
    pub beat_valid: Signal<Out, Bit>,
    /// It is taken if it is offered.
    pub beat_ready: Signal<In, Bit>,
    /// The beat.
    pub beat: Signal<Out, Bits<W8>>,
    /// It is the last one of its burst.
    pub last: Signal<Out, Bit>,
    /// Bytes of a beat.
    step: Constant<Bits<12>>,
    block_mask: Constant<Bits<12>>,
    reading_r: EnableDelay<Bit, 1>,
    word: Register<Bits<16>>,
    high_half: Register<Bit>,
    place: Register<Bits<12>>,
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

impl<const W8: usize, const W16: usize> Default for StoreReader<W8, W16> {
    fn default() -> Self {
        const { assert!(W16 == 2 * W8, "a word of R is two beats") };
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            begins: Signal::default(),
            from_r: Signal::default(),
            first_word: Signal::default(),
            first_offset: Signal::default(),
            beats: Signal::default(),
            granted: Signal::default(),
            settled: Signal::default(),
            done: Signal::default(),
            a_read: Signal::default(),
            a_ready: Signal::default(),
            a_data: Signal::default(),
            r_read: Signal::default(),
            r_ready: Signal::default(),
            r_data: Signal::default(),
            read_address: Signal::default(),
            beat_valid: Signal::default(),
            beat_ready: Signal::default(),
            beat: Signal::default(),
            last: Signal::default(),
            step: Constant::new((W8 as u64 / 8).to_bits()),
            block_mask: Constant::new((block_bytes(W8 / 8) as u64 - 1).to_bits()),
            reading_r: EnableDelay::default(),
            word: Register::default(),
            high_half: Register::default(),
            place: Register::default(),
            next_place: Signal::default(),
            remaining: Register::default(),
            grants: Register::default(),
            wanted: Signal::default(),
            read: Signal::default(),
            burst_ends: Signal::default(),
            burst_read: Signal::default(),
            arriving: Register::default(),
            arriving_from_r: EnableDelay::default(),
            arriving_high: EnableDelay::default(),
            arriving_last: EnableDelay::default(),
            halves: Split::default(),
            waiting: Fifo::default(),
            waiting_last: Fifo::default(),
        }
    }
}

impl<const W8: usize, const W16: usize> Logic for StoreReader<W8, W16> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "store_reader_{beat}: words of A or R as beats, one a cycle, each burst after its address was accepted."
        );
        clock!(
            self,
            clock,
            reading_r,
            word,
            high_half,
            place,
            remaining,
            grants,
            arriving,
            arriving_from_r,
            arriving_high,
            arriving_last,
            waiting,
            waiting_last
        );
        self.word.reset_n.next = self.reset_n.val();
        self.high_half.reset_n.next = self.reset_n.val();
        self.place.reset_n.next = self.reset_n.val();
        self.remaining.reset_n.next = self.reset_n.val();
        self.grants.reset_n.next = self.reset_n.val();
        self.arriving.reset_n.next = self.reset_n.val();
        self.waiting.reset_n.next = self.reset_n.val();
        self.waiting_last.reset_n.next = self.reset_n.val();

        comment!("A word is wanted if its burst was accepted and there is room for it and for one that arrives.");
        self.wanted.next = self.grants.q.val().any() & self.remaining.q.val().any() & (self.waiting.count.val() < 3);
        self.a_read.next = self.wanted.val() & !self.reading_r.q.val();
        self.r_read.next = self.wanted.val() & self.reading_r.q.val();
        self.read.next = (self.a_read.val() & self.a_ready.val()) | (self.r_read.val() & self.r_ready.val());
        self.read_address.next = self.word.q.val();

        comment!("The place in its block tells the last beat of a burst.");
        self.next_place.next = (self.place.q.val() + self.step.val()) & self.block_mask.val();
        self.burst_ends.next = !self.next_place.val().any() | (self.remaining.q.val() == 1);
        self.burst_read.next = self.read.val() & self.burst_ends.val();
        self.grants.d.next = self.grants.q.val();
        if self.granted.val() & !self.burst_read.val() {
            self.grants.d.next = self.grants.q.val() + 1;
        } else if self.burst_read.val() & !self.granted.val() {
            self.grants.d.next = self.grants.q.val() - 1;
        }
        self.settled.next = !self.grants.q.val().any() & !self.arriving.q.val() & !self.waiting.valid.val();
        self.done.next = !self.remaining.q.val().any();

        self.reading_r.enable.next = self.begins.val();
        self.reading_r.d.next = self.from_r.val();
        self.word.d.next = self.word.q.val();
        self.high_half.d.next = self.high_half.q.val();
        self.place.d.next = self.place.q.val();
        self.remaining.d.next = self.remaining.q.val();
        if self.begins.val() {
            self.word.d.next = self.first_word.val();
            self.high_half.d.next = false;
            self.place.d.next = self.first_offset.val();
            self.remaining.d.next = self.beats.val();
        } else if self.read.val() {
            self.high_half.d.next = self.reading_r.q.val() & !self.high_half.q.val();
            if !self.reading_r.q.val() | self.high_half.q.val() {
                self.word.d.next = self.word.q.val() + 1;
            }
            self.place.d.next = self.next_place.val();
            self.remaining.d.next = self.remaining.q.val() - 1;
        }

        comment!("The word read at the last edge joins those that wait for the bus.");
        self.arriving.d.next = self.read.val();
        self.arriving_from_r.enable.next = self.read.val();
        self.arriving_from_r.d.next = self.reading_r.q.val();
        self.arriving_high.enable.next = self.read.val();
        self.arriving_high.d.next = self.high_half.q.val();
        self.arriving_last.enable.next = self.read.val();
        self.arriving_last.d.next = self.burst_ends.val();
        self.halves.word.next = self.r_data.val();
        self.waiting.push.next = self.arriving.q.val();
        self.waiting.d.next = self.a_data.val();
        if self.arriving_from_r.q.val() {
            self.waiting.d.next = self.halves.low.val();
            if self.arriving_high.q.val() {
                self.waiting.d.next = self.halves.high.val();
            }
        }
        self.waiting_last.push.next = self.arriving.q.val();
        self.waiting_last.d.next = self.arriving_last.q.val();
        self.beat_valid.next = self.waiting.valid.val();
        self.beat.next = self.waiting.oldest.val();
        self.last.next = self.waiting_last.oldest.val();
        self.waiting.pop.next = self.beat_ready.val();
        self.waiting_last.pop.next = self.beat_ready.val();
    }
}
