//! [`StoreEngine`]: from the on-chip memories into memory.

use super::{StoreReader, TransferIssue};
use crate::cells::{Delay, Register};
use crate::fields::StoreFields;
use ibert_isa::{Configuration, Stop};
use rust_hdl::core::prelude::*;

/// Executes `store` instructions over the write channels of a bus of `W8` bits ([`WriteMaster`](crate::bus::WriteMaster)), from A and R
/// (`W16` = 2·`W8`).
///
/// The words of a store are read, one a cycle, while its bursts are requested, up to 8 outstanding; the next store begins when all words of the
/// one before have been read and its bursts accepted, without waiting for responses.
///
/// | event | cycle |
/// |---|---|
/// | start | t |
/// | first burst requested | t + 2, or 2 after the store before has read its last word (checks: [`TransferIssue`]) |
/// | AWVALID, first read | t + 3 |
/// | a word read in cycle r | has WVALID from cycle r + 2 on: t + 5 |
/// | last response in cycle b | retire in cycle b + 1 |
///
/// Alone, with a memory that takes every address and beat at once and responds L cycles after the last beat, and free read ports, a store of B beats
/// in one burst retires in cycle t + L + B + 5.
///
/// **Faults**: the codes of [`TransferIssue`] and the write errors, in order: a fault belongs to the oldest store that has not retired. It comes
/// the cycle after the response with the error. Other bursts that are on the bus then, also of later stores, are completed with their own data.
#[circuit(
    clock, reset_n,
    new(configuration: &Configuration),
    assert(8 * configuration.side == W8, "the bus is as wide as a word of A"),
)]
pub struct StoreEngine<W8, W16> {
    #[ports]
    engine_ports: Engine,
    /// Nothing is under way.
    pub idle: Signal<Out, Bit>,
    /// Back to the state after reset; only while `idle`.
    pub clear: Signal<In, Bit>,
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
    /// A burst is requested.
    pub request: Signal<Out, Bit>,
    /// It is accepted if it is requested.
    pub request_ready: Signal<In, Bit>,
    /// Its byte address.
    pub request_address: Signal<Out, Bits<32>>,
    /// Its beats - 1.
    pub request_length: Signal<Out, Bits<8>>,
    /// It is the last one of its store.
    pub request_last: Signal<Out, Bit>,
    /// A beat is offered.
    pub beat_valid: Signal<Out, Bit>,
    /// It is taken if it is offered.
    pub beat_ready: Signal<In, Bit>,
    /// The beat.
    pub beat: Signal<Out, Bits<W8>>,
    /// It is the last one of its burst.
    pub beat_last: Signal<Out, Bit>,
    /// The response to a burst has come.
    pub response_valid: Signal<In, Bit>,
    /// BRESP.
    pub response: Signal<In, Bits<2>>,
    /// It answers the last burst of a store.
    pub response_last: Signal<In, Bit>,
    /// No burst is outstanding.
    pub bus_idle: Signal<In, Bit>,
    depth: [constant!(Bits<17> = [1 << configuration.a_depth, 0, 1 << configuration.r_depth, 0]); 4],
    write_slave_error: constant!(Bits<4> = Stop::WriteSlaveError),
    write_decode_error: constant!(Bits<4> = Stop::WriteDecodeError),
    reset: Signal<Local, Bit>,
    stop: Signal<Local, Bit>,
    stopped: Register<Bit>,
    fields: StoreFields,
    #[init(TransferIssue::new(configuration.side))]
    issue: TransferIssue,
    reader: StoreReader<W8, W16>,
    error: Signal<Local, Bit>,
    retired: Register<Bit>,
    faulted: Register<Bit>,
    faulted_code: Delay<Bits<4>, 1>,
}

#[circuit]
impl Logic for StoreEngine<W8, W16> {
    fn update(&mut self) {
        comment!("store_engine_{beat}: executes store instructions: words of A and R, bursts into memory.");
        wire! { clock => stopped, issue, reader, retired, faulted, faulted_code; }
        reset = reset_n & !clear;
        wire! { {stopped, issue, reader, retired, faulted}.reset_n <- reset; }

        comment!("A fault stops the engine as a halt does; bursts on the bus get their data and are awaited.");
        stop = stopped.q | halt;
        issue.stop = stop;
        error = response_valid & response.get_bit(1) & !stop;
        faulted.d = issue.fault | error;
        faulted_code.d = issue.fault_code;
        if error {
            faulted_code.d = write_slave_error;
            if response.get_bit(0) {
                faulted_code.d = write_decode_error;
            }
        }
        stopped.d = stop | faulted.d;
        fault = faulted.q;
        fault_code = faulted_code.q;
        retired.d = response_valid & response_last & !error & !stop;
        retire = retired.q;

        comment!("Instructions.");
        fields.word = instruction;
        wire! { issue.{dram, address, count, memory} <- fields.*; }
        issue.start = start;
        for i in 0..4 {
            issue.depth[i] = depth[i];
        }
        ready = issue.ready & !stopped.q;
        issue.may_begin = reader.done;
        issue.drained = reader.done & bus_idle;

        comment!("Bursts.");
        wire! { {request, request_address, request_length, request_last} <- issue.*; }
        issue.request_ready = request_ready;

        comment!("Words.");
        reader.begins = issue.begins;
        reader.from_r = issue.target == 2;
        wire! { reader.{first_word, first_offset, beats} <- issue.*; }
        reader.granted = issue.request & request_ready;
        wire! {
            {a_read, r_read, read_address, beat_valid, beat, beat_last: last} <- reader.*;
            reader.{a_ready, a_data, r_ready, r_data, beat_ready};
        }
        idle = issue.idle & reader.settled & (reader.done | stopped.q) & bus_idle & !faulted.q;
    }
}
