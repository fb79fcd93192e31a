//! [`LoadWriter`]: writes beats into the on-chip memories.

use super::ConstantSlices;
use crate::cells::{Delay, EnableDelay, Fifo, Register, Repeat};
use ibert_isa::Stop;
use rust_hdl::core::prelude::*;

/// Writes the beats of a bus of `W8` bits to the destinations of the loads in flight, one beat per cycle.
///
/// Up to 8 loads wait in a queue in addition to the one being written (`begins` in cycle t enters it in cycle t + 1).
/// The oldest is taken in the cycle of the last beat of the previous load, or at once, and its beats from the next
/// cycle on. A beat taken in cycle t is presented to its memory in cycle t + 1 and held until that memory is ready; the
/// next beat is taken in that cycle. If the last beat is written in cycle t, the load retires in cycle t + 1. A beat
/// with an error is not written and raises `fault` instead; then the engine stops.
///
/// A word of A or B is one beat. The first beat of a word of R is the low half of the lanes. Of the 32 bytes of a word
/// of K, the low 160 bits are written slice by slice.
#[circuit(clock, reset_n = "no loads")]
pub struct LoadWriter<W8> {
    /// A load begins; only while fewer than 9 loads have not taken their last beat.
    pub begins: Signal<In, Bit>,
    /// Destination memory: 0 A, 1 B, 2 R, 3 K; sampled with `begins`.
    pub target: Signal<In, Bits<2>>,
    /// Address of the first word, sampled with `begins`.
    pub first_word: Signal<In, Bits<16>>,
    /// Beats of the load, sampled with `begins`.
    pub beats: Signal<In, Bits<20>>,
    /// Beat valid.
    pub beat_valid: Signal<In, Bit>,
    /// Beat is accepted in a cycle with `beat_valid` and `beat_ready`.
    pub beat_ready: Signal<Out, Bit>,
    /// Data of the beat.
    pub beat: Signal<In, Bits<W8>>,
    /// AXI response (RRESP) of the beat.
    pub response: Signal<In, Bits<2>>,
    /// Write request to A, with `word`.
    pub a_write: Signal<Out, Bit>,
    /// A accepts the write in this cycle.
    pub a_ready: Signal<In, Bit>,
    /// Write request to B, with `word`.
    pub b_write: Signal<Out, Bit>,
    /// B accepts the write in this cycle.
    pub b_ready: Signal<In, Bit>,
    /// Write requests to R, with `word`: bit 0 for the low half of the lanes, bit 1 for the high half.
    pub r_write: Signal<Out, Bits<2>>,
    /// R accepts the write in this cycle.
    pub r_ready: Signal<In, Bit>,
    /// Write enables of the 32-bit slices of K, with `constant`; K always accepts.
    pub k_write: Signal<Out, Bits<5>>,
    /// Word address of the write.
    pub write_address: Signal<Out, Bits<16>>,
    /// Data for A or B: a word; for R: half a word.
    pub word: Signal<Out, Bits<W8>>,
    /// Data for K; only the slices enabled by `k_write` are valid.
    pub constant: Signal<Out, Bits<160>>,
    /// Retirement strobe: the last word of the oldest load was written one cycle ago.
    pub retire: Signal<Out, Bit>,
    /// A beat with an error has been taken.
    pub fault: Signal<Out, Bit>,
    /// Fault code, valid with `fault`.
    pub fault_code: Signal<Out, Bits<4>>,
    /// Takes and discards every beat; all loads are discarded at the end of the cycle.
    pub stop: Signal<In, Bit>,
    /// Idle: no load in flight; the last one may retire in this cycle.
    pub idle: Signal<Out, Bit>,
    /// Number of the last beat of a word of K.
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
        comment! { "load_writer_{beat}: writes beats into the on-chip memories, one per cycle, in the order of the \
        loads." }
        wire! {
            clock => queue, active, active_target, active_word, remaining, piece, held, held_target, held_address,
                held_piece, held_beat, held_response, held_last, retired;
        }
        reset = reset_n & !stop;
        wire! { {queue, active, held, retired}.reset_n <- reset; }

        comment!("Queue of loads: memory, beats, first word.");
        queue.push = begins;
        queue.d =
            bit_cast::<38, 16>(first_word) | (bit_cast::<38, 20>(beats) << 16) | (bit_cast::<38, 2>(target) << 36);
        take = queue.valid & (!active.q | (step & ends));
        queue.pop = take;

        comment!("The load whose beats arrive.");
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

        comment!("The beat that is being written.");
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

        comment!("Retirement and faults.");
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
