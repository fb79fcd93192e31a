//! [`LoadWriter`]: beats into the on-chip memories.

use super::ConstantSlices;
use crate::cells::{Delay, EnableDelay, Fifo, Register, Repeat};
use ibert_isa::Stop;
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
#[circuit(clock, reset_n = "no loads")]
pub struct LoadWriter<W8> {
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
    last_piece: constant!(Bits<3> = 256 / W8 - 1),
    read_slave_error: constant!(Bits<4> = Stop::ReadSlaveError),
    read_decode_error: constant!(Bits<4> = Stop::ReadDecodeError),
    reset: Signal<Local, Bit>,
    queue: Fifo<Bits<38>, 3, 4>,
    take: Signal<Local, Bit>,
    active: Register<Bit>,
    active_target: EnableDelay<Bits<2>, 1>,
    active_word: Delay<Bits<16>, 1>,
    remaining: Delay<Bits<20>, 1>,
    piece: Delay<Bits<3>, 1>,
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

#[circuit]
impl Logic for LoadWriter<W8> {
    fn update(&mut self) {
        comment!("load_writer_{beat}: beats into the on-chip memories, one a cycle, in the order of the loads.");
        wire! {
            clock => queue, active, active_target, active_word, remaining, piece, held, held_target, held_address,
                held_piece, held_beat, held_response, held_last, retired;
        }
        reset = reset_n & !stop;
        wire! { {queue, active, held, retired}.reset_n <- reset; }

        comment!("The loads, oldest first: memory, beats, first word.");
        queue.push = begins;
        queue.d =
            bit_cast::<38, 16>(first_word) | (bit_cast::<38, 20>(beats) << 16) | (bit_cast::<38, 2>(target) << 36);
        take = queue.valid & (!active.q | (step & ends));
        queue.pop = take;

        comment!("The load whose beats come now.");
        beat_ready = (active.q & (!held.q | leaves)) | stop;
        step = active.q & beat_valid & beat_ready;
        ends = remaining.q == 1;
        word_ends = true;
        if active_target.q == 2 {
            word_ends = piece.q.any();
        } else if active_target.q == 3 {
            word_ends = piece.q == last_piece;
        }
        active.d = take | (active.q & !(step & ends));
        active_target.enable = take;
        active_target.d = queue.oldest.get_bits::<2>(36);
        wire! { {active_word, remaining, piece}.d <- *.q; }
        if step {
            remaining.d = remaining.q - 1;
            piece.d = piece.q + 1;
            if word_ends {
                active_word.d = active_word.q + 1;
                piece.d = bits::<3>(0);
            }
        }
        if take {
            active_word.d = queue.oldest.get_bits::<16>(0);
            remaining.d = queue.oldest.get_bits::<20>(16);
            piece.d = bits::<3>(0);
        }

        comment!("The beat on its way into its memory.");
        held.d = step | (held.q & !leaves);
        wire! {
            held_{target, address, piece, beat, response, last}.enable <- step;
            held_{target: active_target.q, address: active_word.q, piece: piece.q, beat, response, last: ends}.d;
        }
        error = held_response.q.get_bit(1);
        writes = held.q & !error & !stop;
        constant_slices.piece = held_piece.q;
        a_write = false;
        b_write = false;
        r_write = bits::<2>(0);
        k_write = bits::<5>(0);
        memory_ready = true;
        if writes {
            if held_target.q == 0 {
                a_write = true;
                memory_ready = a_ready;
            } else if held_target.q == 1 {
                b_write = true;
                memory_ready = b_ready;
            } else if held_target.q == 2 {
                r_write = bits::<2>(1) << held_piece.q;
                memory_ready = r_ready;
            } else {
                k_write = constant_slices.slices;
            }
        }
        write_address = held_address.q;
        word = held_beat.q;
        constant_word.value = held_beat.q;
        constant = constant_word.repeated;

        comment!("What became of it.");
        leaves = held.q & memory_ready;
        retired.d = writes & memory_ready & held_last.q;
        retire = retired.q;
        fault = held.q & error & !stop;
        fault_code = read_slave_error;
        if held_response.q.get_bit(0) {
            fault_code = read_decode_error;
        }
        idle = !queue.valid & !active.q & !held.q;
    }
}
