//! [`LoadWriter`]: beats into the on-chip memories.

use super::ConstantSlices;
use crate::cells::{EnableDelay, Fifo, Register, Repeat};
use crate::isa::Stop;
use rust_hdl::core::prelude::*;

/// Writes beats of a bus of `W8` bits to where the loads under way want them, one beat a cycle.
///
/// Up to 8 loads wait in a queue behind the one being written (`begins` in cycle t is there in cycle t + 1); the oldest is taken for writing in the cycle of the last beat
/// of the one before, or at once, and its beats from the next cycle on. A beat taken in cycle t is offered to its memory in cycle t + 1, and
/// stays until that memory is ready; the next beat is taken in that cycle. The last beat written in cycle t retires the load in cycle t + 1.
/// A beat with an error is not written and raises `fault` instead; then the engine stops.
///
/// Word `address` of A or B is one beat. Of R the first beat is the low half of the lanes. Of K, 32 bytes, the low 160 bits are
/// written slice by slice.
#[derive(LogicBlock)]
pub struct LoadWriter<const W8: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: no loads.
    pub reset_n: Signal<In, Bit>,
    /// A load begins; only while fewer than 9 have not taken their last beat.
    pub begins: Signal<In, Bit>,
    /// Its memory: 0 A, 1 B, 2 R, 3 K.
    pub target: Signal<In, Bits<2>>,
    /// Its first word.
    pub first_word: Signal<In, Bits<16>>,
    /// Its beats.
    pub beats: Signal<In, Bits<20>>,
    /// A beat is offered.
    pub beat_valid: Signal<In, Bit>,
    /// It is taken if it is offered.
    pub beat_ready: Signal<Out, Bit>,
    /// The beat.
    pub beat: Signal<In, Bits<W8>>,
    /// AXI's response to it.
    pub response: Signal<In, Bits<2>>,
    /// `word` goes to A.
    pub a_write: Signal<Out, Bit>,
    /// A takes it in this cycle.
    pub a_ready: Signal<In, Bit>,
    /// `word` goes to B.
    pub b_write: Signal<Out, Bit>,
    /// B takes it in this cycle.
    pub b_ready: Signal<In, Bit>,
    /// `word` goes to the low half of the lanes of R (bit 0) or the high half (bit 1).
    pub r_write: Signal<Out, Bits<2>>,
    /// R takes it in this cycle.
    pub r_ready: Signal<In, Bit>,
    /// These 32-bit slices of `constant` go to K, which always takes them.
    pub k_write: Signal<Out, Bits<5>>,
    /// The word's address.
    pub write_address: Signal<Out, Bits<16>>,
    /// A word of A or B, or half a word of R.
    pub word: Signal<Out, Bits<W8>>,
    /// A word of K of which the slices to be written are right.
    pub constant: Signal<Out, Bits<160>>,
    /// A load has retired: its last word was written in the cycle before.
    pub retire: Signal<Out, Bit>,
    /// A beat has come with an error.
    pub fault: Signal<Out, Bit>,
    /// Which.
    pub fault_code: Signal<Out, Bits<4>>,
    /// Takes every beat and drops it, and forgets everything at the end of the cycle.
    pub stop: Signal<In, Bit>,
    /// There is no load; the last one may retire in this cycle.
    pub idle: Signal<Out, Bit>,
    /// The last beat of a word of K.
    last_piece: Constant<Bits<3>>,
    read_slave_error: Constant<Bits<4>>,
    read_decode_error: Constant<Bits<4>>,
    reset: Signal<Local, Bit>,
    queue: Fifo<Bits<38>, 3, 4>,
    take: Signal<Local, Bit>,
    active: Register<Bit>,
    active_target: EnableDelay<Bits<2>, 1>,
    active_word: Register<Bits<16>>,
    remaining: Register<Bits<20>>,
    piece: Register<Bits<3>>,
    step: Signal<Local, Bit>,
    ends: Signal<Local, Bit>,
    word_ends: Signal<Local, Bit>,
    held: Register<Bit>,
    held_target: EnableDelay<Bits<2>, 1>,
    held_address: EnableDelay<Bits<16>, 1>,
    held_piece: EnableDelay<Bits<3>, 1>,
    held_beat: EnableDelay<Bits<W8>, 1>,
    held_response: EnableDelay<Bits<2>, 1>,
    held_last: EnableDelay<Bit, 1>,
    memory_ready: Signal<Local, Bit>,
    error: Signal<Local, Bit>,
    leaves: Signal<Local, Bit>,
    writes: Signal<Local, Bit>,
    constant_slices: ConstantSlices<W8>,
    constant_word: Repeat<W8, 160>,
    retired: Register<Bit>,
}

impl<const W8: usize> Default for LoadWriter<W8> {
    fn default() -> Self {
        let code = |stop: Stop| Constant::new((stop as u64).to_bits());
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            begins: Signal::default(),
            target: Signal::default(),
            first_word: Signal::default(),
            beats: Signal::default(),
            beat_valid: Signal::default(),
            beat_ready: Signal::default(),
            beat: Signal::default(),
            response: Signal::default(),
            a_write: Signal::default(),
            a_ready: Signal::default(),
            b_write: Signal::default(),
            b_ready: Signal::default(),
            r_write: Signal::default(),
            r_ready: Signal::default(),
            k_write: Signal::default(),
            write_address: Signal::default(),
            word: Signal::default(),
            constant: Signal::default(),
            retire: Signal::default(),
            fault: Signal::default(),
            fault_code: Signal::default(),
            stop: Signal::default(),
            idle: Signal::default(),
            last_piece: Constant::new((256 / W8 as u64 - 1).to_bits()),
            read_slave_error: code(Stop::ReadSlaveError),
            read_decode_error: code(Stop::ReadDecodeError),
            reset: Signal::default(),
            queue: Fifo::default(),
            take: Signal::default(),
            active: Register::default(),
            active_target: EnableDelay::default(),
            active_word: Register::default(),
            remaining: Register::default(),
            piece: Register::default(),
            step: Signal::default(),
            ends: Signal::default(),
            word_ends: Signal::default(),
            held: Register::default(),
            held_target: EnableDelay::default(),
            held_address: EnableDelay::default(),
            held_piece: EnableDelay::default(),
            held_beat: EnableDelay::default(),
            held_response: EnableDelay::default(),
            held_last: EnableDelay::default(),
            memory_ready: Signal::default(),
            error: Signal::default(),
            leaves: Signal::default(),
            writes: Signal::default(),
            constant_slices: ConstantSlices::default(),
            constant_word: Repeat::default(),
            retired: Register::default(),
        }
    }
}

impl<const W8: usize> Logic for LoadWriter<W8> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("load_writer_{beat}: beats into the on-chip memories, one a cycle, in the order of the loads.");
        clock!(
            self,
            clock,
            queue,
            active,
            active_target,
            active_word,
            remaining,
            piece,
            held,
            held_target,
            held_address,
            held_piece,
            held_beat,
            held_response,
            held_last,
            retired
        );
        self.reset.next = self.reset_n.val() & !self.stop.val();
        self.queue.reset_n.next = self.reset.val();
        self.active.reset_n.next = self.reset.val();
        self.active_word.reset_n.next = self.reset.val();
        self.remaining.reset_n.next = self.reset.val();
        self.piece.reset_n.next = self.reset.val();
        self.held.reset_n.next = self.reset.val();
        self.retired.reset_n.next = self.reset.val();

        comment!("The loads, oldest first: memory, beats, first word.");
        self.queue.push.next = self.begins.val();
        self.queue.d.next = bit_cast::<38, 16>(self.first_word.val())
            | (bit_cast::<38, 20>(self.beats.val()) << 16)
            | (bit_cast::<38, 2>(self.target.val()) << 36);
        self.take.next = self.queue.valid.val() & (!self.active.q.val() | (self.step.val() & self.ends.val()));
        self.queue.pop.next = self.take.val();

        comment!("The load whose beats come now.");
        self.beat_ready.next = (self.active.q.val() & (!self.held.q.val() | self.leaves.val())) | self.stop.val();
        self.step.next = self.active.q.val() & self.beat_valid.val() & self.beat_ready.val();
        self.ends.next = self.remaining.q.val() == 1;
        self.word_ends.next = true;
        if self.active_target.q.val() == 2 {
            self.word_ends.next = self.piece.q.val().any();
        } else if self.active_target.q.val() == 3 {
            self.word_ends.next = self.piece.q.val() == self.last_piece.val();
        }
        self.active.d.next = self.take.val() | (self.active.q.val() & !(self.step.val() & self.ends.val()));
        self.active_target.enable.next = self.take.val();
        self.active_target.d.next = self.queue.oldest.val().get_bits::<2>(36);
        self.active_word.d.next = self.active_word.q.val();
        self.remaining.d.next = self.remaining.q.val();
        self.piece.d.next = self.piece.q.val();
        if self.step.val() {
            self.remaining.d.next = self.remaining.q.val() - 1;
            self.piece.d.next = self.piece.q.val() + 1;
            if self.word_ends.val() {
                self.active_word.d.next = self.active_word.q.val() + 1;
                self.piece.d.next = bits::<3>(0);
            }
        }
        if self.take.val() {
            self.active_word.d.next = self.queue.oldest.val().get_bits::<16>(0);
            self.remaining.d.next = self.queue.oldest.val().get_bits::<20>(16);
            self.piece.d.next = bits::<3>(0);
        }

        comment!("The beat on its way into its memory.");
        self.held.d.next = self.step.val() | (self.held.q.val() & !self.leaves.val());
        self.held_target.enable.next = self.step.val();
        self.held_target.d.next = self.active_target.q.val();
        self.held_address.enable.next = self.step.val();
        self.held_address.d.next = self.active_word.q.val();
        self.held_piece.enable.next = self.step.val();
        self.held_piece.d.next = self.piece.q.val();
        self.held_beat.enable.next = self.step.val();
        self.held_beat.d.next = self.beat.val();
        self.held_response.enable.next = self.step.val();
        self.held_response.d.next = self.response.val();
        self.held_last.enable.next = self.step.val();
        self.held_last.d.next = self.ends.val();
        self.error.next = self.held_response.q.val().get_bit(1);
        self.writes.next = self.held.q.val() & !self.error.val() & !self.stop.val();
        self.constant_slices.piece.next = self.held_piece.q.val();
        self.a_write.next = false;
        self.b_write.next = false;
        self.r_write.next = bits::<2>(0);
        self.k_write.next = bits::<5>(0);
        self.memory_ready.next = true;
        if self.writes.val() {
            if self.held_target.q.val() == 0 {
                self.a_write.next = true;
                self.memory_ready.next = self.a_ready.val();
            } else if self.held_target.q.val() == 1 {
                self.b_write.next = true;
                self.memory_ready.next = self.b_ready.val();
            } else if self.held_target.q.val() == 2 {
                self.r_write.next = bits::<2>(1) << self.held_piece.q.val();
                self.memory_ready.next = self.r_ready.val();
            } else {
                self.k_write.next = self.constant_slices.slices.val();
            }
        }
        self.write_address.next = self.held_address.q.val();
        self.word.next = self.held_beat.q.val();
        self.constant_word.value.next = self.held_beat.q.val();
        self.constant.next = self.constant_word.repeated.val();

        comment!("What became of it.");
        self.leaves.next = self.held.q.val() & self.memory_ready.val();
        self.retired.d.next = self.writes.val() & self.memory_ready.val() & self.held_last.q.val();
        self.retire.next = self.retired.q.val();
        self.fault.next = self.held.q.val() & self.error.val() & !self.stop.val();
        self.fault_code.next = self.read_slave_error.val();
        if self.held_response.q.val().get_bit(0) {
            self.fault_code.next = self.read_decode_error.val();
        }
        self.idle.next = !self.queue.valid.val() & !self.active.q.val() & !self.held.q.val();
    }
}
