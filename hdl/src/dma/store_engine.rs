//! [`StoreEngine`]: transfers from the on-chip memories into external memory.

use super::{StoreReader, TransferIssue};
use crate::cells::{Delay, Register};
use crate::fields::StoreFields;
use ibert_isa::{Configuration, Stop};
use rust_hdl::core::prelude::*;

/// Executes `store` instructions over the write channels of a bus of `W8` bits
/// ([`WriteMaster`](crate::bus::WriteMaster)), from A and R (`W16` = 2·`W8`).
///
/// The words of a store are read, one per cycle, while its bursts are requested, up to 8 outstanding. The next store
/// begins when all words of the previous one have been read and its bursts accepted, without waiting for responses.
///
/// | event | cycle |
/// |---|---|
/// | start | t |
/// | first burst requested | t + 2, or 2 after the store before has read its last word (checks: [`TransferIssue`]) |
/// | AWVALID, first read | t + 3 |
/// | a word read in cycle r | has WVALID from cycle r + 2 on: t + 5 |
/// | last response in cycle b | retire in cycle b + 1 |
///
/// Alone, with a memory that accepts every address and beat at once and responds L cycles after the last beat, and with
/// free read ports, a store of B beats in one burst retires in cycle t + L + B + 5.
///
/// **Faults**: the codes of [`TransferIssue`] and the write errors, in order: a fault belongs to the oldest store that
/// has not retired. It is raised in the cycle after the response with the error. Other outstanding bursts, also of
/// later stores, complete with their own data.
#[circuit(
    clock, reset_n,
    new(configuration: &Configuration),
    assert(8 * configuration.side == W8, "the bus is as wide as a word of A"),
)]
pub struct StoreEngine<W8, W16> {
    #[ports]
    engine_ports: Engine,
    /// Idle: no instruction in flight.
    pub idle: Signal<Out, Bit>,
    /// Returns the engine to the state after reset; only while `idle`.
    pub clear: Signal<In, Bit>,
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
    /// Write request; held until accepted.
    pub request: Signal<Out, Bit>,
    /// Request is accepted in a cycle with `request` and `request_ready`.
    pub request_ready: Signal<In, Bit>,
    /// Byte address of the burst.
    pub request_address: Signal<Out, Bits<32>>,
    /// Beats of the burst, minus 1.
    pub request_length: Signal<Out, Bits<8>>,
    /// Burst is the last of its store.
    pub request_last: Signal<Out, Bit>,
    /// Beat valid.
    pub beat_valid: Signal<Out, Bit>,
    /// Beat is accepted in a cycle with `beat_valid` and `beat_ready`.
    pub beat_ready: Signal<In, Bit>,
    /// Data of the beat.
    pub beat: Signal<Out, Bits<W8>>,
    /// Beat is the last of its burst.
    pub beat_last: Signal<Out, Bit>,
    /// Write response valid.
    pub response_valid: Signal<In, Bit>,
    /// BRESP of the response.
    pub response: Signal<In, Bits<2>>,
    /// Response belongs to the last burst of a store.
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

        comment!("A fault stops the engine like a halt; outstanding bursts get their data and complete.");
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
