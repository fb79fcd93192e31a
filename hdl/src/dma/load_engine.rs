//! [`LoadEngine`]: from memory into the on-chip memories.

use super::{LoadWriter, TransferIssue};
use crate::cells::{Delay, Register};
use crate::fields::LoadFields;
use ibert_isa::Configuration;
use rust_hdl::core::prelude::*;

/// Executes `load` instructions over the read channels of a bus of `W8` bits ([`ReadMaster`](crate::bus::ReadMaster)), into A, B, R and K.
///
/// The bursts of a load are requested while the data of earlier ones still come: as far as 8 loads and 8 bursts outstanding.
///
/// | event | cycle |
/// |---|---|
/// | start | t |
/// | first burst requested | t + 2, or 2 after the last burst of the load before was accepted (checks: [`TransferIssue`]) |
/// | ARVALID | the cycle after the burst was accepted: t + 3 |
/// | a beat taken in cycle b | goes into its memory in cycle b + 1, or in the first cycle from then on in which that memory is ready |
/// | last word written in cycle w | retire in cycle w + 1 |
///
/// Alone, with a memory that offers the first beat L cycles after the address was accepted and then a beat a cycle, a load of B beats (one burst,
/// or more with bursts back to back) retires in cycle t + L + B + 4. Beats come in as fast as the bus and the memories allow, one a cycle, also
/// from one load to the next.
///
/// **Faults**: the codes of [`TransferIssue`] and the read errors, in order: a fault belongs to the oldest load that has not retired. Beats
/// from the one with an error on are not written. A fault comes two cycles after the beat with the error was taken.
#[circuit(
    clock, reset_n,
    new(configuration: &Configuration),
    assert(8 * configuration.side == W8, "the bus is as wide as a word of A"),
    with(Configuration { a_depth, b_depth, r_depth, k_depth, .. } = *configuration),
)]
pub struct LoadEngine<W8> {
    #[ports]
    engine_ports: Engine,
    /// Nothing is under way.
    pub idle: Signal<Out, Bit>,
    /// Back to the state after reset; only while `idle`.
    pub clear: Signal<In, Bit>,
    /// A burst is requested.
    pub request: Signal<Out, Bit>,
    /// It is accepted if it is requested.
    pub request_ready: Signal<In, Bit>,
    /// Its byte address.
    pub request_address: Signal<Out, Bits<32>>,
    /// Its beats - 1.
    pub request_length: Signal<Out, Bits<8>>,
    /// A beat is offered.
    pub beat_valid: Signal<In, Bit>,
    /// It is taken if it is offered.
    pub beat_ready: Signal<Out, Bit>,
    /// The beat.
    pub beat: Signal<In, Bits<W8>>,
    /// AXI's response to it.
    pub beat_response: Signal<In, Bits<2>>,
    /// It is the last one of its burst.
    pub beat_last: Signal<In, Bit>,
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

        comment!("A fault stops the engine as a halt does; what is on the bus is awaited.");
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
        comment! { "A load begins when the bursts of the one before are accepted: as 8 are outstanding at most, the \
        writer has room for it." }
        issue.may_begin = true;
        issue.drained = writer.idle;

        comment!("Bursts; outstanding ones are counted, so that idle is known.");
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
