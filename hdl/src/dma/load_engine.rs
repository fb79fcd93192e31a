//! [`LoadEngine`]: transfers from external memory into the on-chip memories.

use super::{LoadWriter, TransferIssue};
use crate::cells::{Delay, Register};
use crate::fields::LoadFields;
use ibert_isa::Configuration;
use rust_hdl::core::prelude::*;

/// Executes `load` instructions over the read channels of a bus of `W8` bits ([`ReadMaster`](crate::bus::ReadMaster)),
/// into A, B, R and K.
///
/// The bursts of a load are requested while data of earlier loads still arrive: up to 8 loads in flight and 8
/// outstanding bursts.
///
/// | event | cycle |
/// |---|---|
/// | start | t |
/// | first burst requested | t + 2, or 2 after the last burst of the load before was accepted (checks: [`TransferIssue`]) |
/// | ARVALID | the cycle after the burst was accepted: t + 3 |
/// | a beat taken in cycle b | goes into its memory in cycle b + 1, or in the first cycle from then on in which that memory is ready |
/// | last word written in cycle w | retire in cycle w + 1 |
///
/// Alone, with a memory that returns the first beat L cycles after the address was accepted and then one beat per
/// cycle, a load of B beats (one burst, or more bursts back to back) retires in cycle t + L + B + 4. Beats are taken as
/// fast as the bus and the memories allow, up to one per cycle, also from one load to the next.
///
/// **Faults**: the codes of [`TransferIssue`] and the read errors, in order: a fault belongs to the oldest load that
/// has not retired. From the beat with the error on, no beat is written. The fault is raised two cycles after the beat
/// with the error was taken.
#[circuit(
    clock, reset_n,
    new(configuration: &Configuration),
    assert(8 * configuration.side == W8, "the bus is as wide as a word of A"),
    with(Configuration { a_depth, b_depth, r_depth, k_depth, .. } = *configuration),
)]
pub struct LoadEngine<W8> {
    #[ports]
    engine_ports: Engine,
    /// Idle: no instruction in flight.
    pub idle: Signal<Out, Bit>,
    /// Returns the engine to the state after reset; only while `idle`.
    pub clear: Signal<In, Bit>,
    /// Read request; held until accepted.
    pub request: Signal<Out, Bit>,
    /// Request is accepted in a cycle with `request` and `request_ready`.
    pub request_ready: Signal<In, Bit>,
    /// Byte address of the burst.
    pub request_address: Signal<Out, Bits<32>>,
    /// Beats of the burst, minus 1.
    pub request_length: Signal<Out, Bits<8>>,
    /// Beat valid.
    pub beat_valid: Signal<In, Bit>,
    /// Beat is accepted in a cycle with `beat_valid` and `beat_ready`.
    pub beat_ready: Signal<Out, Bit>,
    /// Data of the beat.
    pub beat: Signal<In, Bits<W8>>,
    /// AXI response (RRESP) of the beat.
    pub beat_response: Signal<In, Bits<2>>,
    /// Beat is the last of its burst.
    pub beat_last: Signal<In, Bit>,
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
    depth: [constant!(Bits<17> = [1 << a_depth, 1 << b_depth, 1 << r_depth, 1 << k_depth]); 4],
    reset: Signal<Local, Bit>,
    stop: Signal<Local, Bit>,
    stopped: Register<Bit>,
    fields: LoadFields,
    #[init(TransferIssue::new(configuration.side))]
    issue: TransferIssue,
    writer: LoadWriter<W8>,
    outstanding: Register<Bits<4>>,
    requested: Signal<Local, Bit>,
    answered: Signal<Local, Bit>,
    faulted: Register<Bit>,
    faulted_code: Delay<Bits<4>, 1>,
}

#[circuit]
impl Logic for LoadEngine<W8> {
    fn update(&mut self) {
        comment!("load_engine_{beat}: executes load instructions: bursts from memory, words into A, B, R and K.");
        wire! { clock => stopped, issue, writer, outstanding, faulted, faulted_code; }
        reset = reset_n & !clear;
        wire! { {stopped, issue, writer, outstanding, faulted}.reset_n <- reset; }

        comment!("A fault stops the engine like a halt; outstanding bursts complete.");
        stop = stopped.q | halt;
        faulted.d = issue.fault | writer.fault;
        faulted_code.d = issue.fault_code;
        if writer.fault {
            faulted_code.d = writer.fault_code;
        }
        stopped.d = stop | faulted.d;
        fault = faulted.q;
        fault_code = faulted_code.q;
        wire! { stop => issue, writer; }

        comment!("Instructions.");
        fields.word = instruction;
        wire! { issue.{dram, address, count, memory} <- fields.*; }
        issue.start = start;
        for i in 0..4 {
            issue.depth[i] = depth[i];
        }
        ready = issue.ready & !stopped.q;
        comment! { "A load begins when the bursts of the previous load are accepted: at most 8 are outstanding, so the \
        writer has room for it." }
        issue.may_begin = true;
        issue.drained = writer.idle;

        comment!("Bursts; outstanding bursts are counted for `idle`.");
        wire! { {request, request_address, request_length} <- issue.*; }
        issue.request_ready = request_ready;
        requested = issue.request & request_ready;
        answered = beat_valid & writer.beat_ready & beat_last;
        outstanding.d = outstanding.q;
        if requested & !answered {
            outstanding.d = outstanding.q + 1;
        } else if answered & !requested {
            outstanding.d = outstanding.q - 1;
        }

        comment!("Words.");
        wire! {
            writer.{begins, target, first_word, beats} <- issue.*;
            writer.{beat_valid, beat, response: beat_response, a_ready, b_ready, r_ready};
            {beat_ready, a_write, b_write, r_write, k_write, write_address, word, constant, retire} <- writer.*;
        }
        idle = issue.idle & writer.idle & !outstanding.q.any() & !faulted.q;
    }
}
