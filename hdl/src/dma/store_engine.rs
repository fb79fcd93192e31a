//! [`StoreEngine`]: from the on-chip memories into memory.

use super::{StoreReader, TransferIssue};
use crate::cells::Register;
use crate::isa::{Configuration, Stop, StoreFields};
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
#[derive(LogicBlock)]
pub struct StoreEngine<const W8: usize, const W16: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// A store starts; only while `ready`.
    pub start: Signal<In, Bit>,
    /// The instruction.
    pub instruction: Signal<In, Bits<256>>,
    /// A store may be started.
    pub ready: Signal<Out, Bit>,
    /// The oldest store has retired.
    pub retire: Signal<Out, Bit>,
    /// The oldest store has failed.
    pub fault: Signal<Out, Bit>,
    /// Why.
    pub fault_code: Signal<Out, Bits<4>>,
    /// No burst may be requested any more; those on the bus are completed.
    pub halt: Signal<In, Bit>,
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
    depth: [Constant<Bits<17>>; 4],
    write_slave_error: Constant<Bits<4>>,
    write_decode_error: Constant<Bits<4>>,
    reset: Signal<Local, Bit>,
    stop: Signal<Local, Bit>,
    stopped: Register<Bit>,
    fields: StoreFields,
    issue: TransferIssue,
    reader: StoreReader<W8, W16>,
    error: Signal<Local, Bit>,
    retired: Register<Bit>,
    faulted: Register<Bit>,
    faulted_code: Register<Bits<4>>,
}

impl<const W8: usize, const W16: usize> StoreEngine<W8, W16> {
    /// For the memories of a configuration, whose side is `W8` / 8.
    pub fn new(configuration: &Configuration) -> Self {
        assert_eq!(8 * configuration.side, W8, "the bus is as wide as a word of A");
        let words = |depth: usize| Constant::new((1_u64 << depth).to_bits());
        let none = || Constant::new(0_u64.to_bits());
        let code = |stop: Stop| Constant::new((stop as u64).to_bits());
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            start: Signal::default(),
            instruction: Signal::default(),
            ready: Signal::default(),
            retire: Signal::default(),
            fault: Signal::default(),
            fault_code: Signal::default(),
            halt: Signal::default(),
            idle: Signal::default(),
            clear: Signal::default(),
            a_read: Signal::default(),
            a_ready: Signal::default(),
            a_data: Signal::default(),
            r_read: Signal::default(),
            r_ready: Signal::default(),
            r_data: Signal::default(),
            read_address: Signal::default(),
            request: Signal::default(),
            request_ready: Signal::default(),
            request_address: Signal::default(),
            request_length: Signal::default(),
            request_last: Signal::default(),
            beat_valid: Signal::default(),
            beat_ready: Signal::default(),
            beat: Signal::default(),
            beat_last: Signal::default(),
            response_valid: Signal::default(),
            response: Signal::default(),
            response_last: Signal::default(),
            bus_idle: Signal::default(),
            depth: [words(configuration.a_depth), none(), words(configuration.r_depth), none()],
            write_slave_error: code(Stop::WriteSlaveError),
            write_decode_error: code(Stop::WriteDecodeError),
            reset: Signal::default(),
            stop: Signal::default(),
            stopped: Register::default(),
            fields: StoreFields::default(),
            issue: TransferIssue::new(configuration.side),
            reader: StoreReader::default(),
            error: Signal::default(),
            retired: Register::default(),
            faulted: Register::default(),
            faulted_code: Register::default(),
        }
    }
}

impl<const W8: usize, const W16: usize> Logic for StoreEngine<W8, W16> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("store_engine_{beat}: executes store instructions: words of A and R, bursts into memory.");
        clock!(self, clock, stopped, issue, reader, retired, faulted, faulted_code);
        self.reset.next = self.reset_n.val() & !self.clear.val();
        self.stopped.reset_n.next = self.reset.val();
        self.issue.reset_n.next = self.reset.val();
        self.reader.reset_n.next = self.reset.val();
        self.retired.reset_n.next = self.reset.val();
        self.faulted.reset_n.next = self.reset.val();
        self.faulted_code.reset_n.next = self.reset.val();

        comment!("A fault stops the engine as a halt does; bursts on the bus get their data and are awaited.");
        self.stop.next = self.stopped.q.val() | self.halt.val();
        self.issue.stop.next = self.stop.val();
        self.error.next = self.response_valid.val() & self.response.val().get_bit(1) & !self.stop.val();
        self.faulted.d.next = self.issue.fault.val() | self.error.val();
        self.faulted_code.d.next = self.issue.fault_code.val();
        if self.error.val() {
            self.faulted_code.d.next = self.write_slave_error.val();
            if self.response.val().get_bit(0) {
                self.faulted_code.d.next = self.write_decode_error.val();
            }
        }
        self.stopped.d.next = self.stop.val() | self.faulted.d.val();
        self.fault.next = self.faulted.q.val();
        self.fault_code.next = self.faulted_code.q.val();
        self.retired.d.next =
            self.response_valid.val() & self.response_last.val() & !self.error.val() & !self.stop.val();
        self.retire.next = self.retired.q.val();

        comment!("Instructions.");
        self.fields.word.next = self.instruction.val();
        self.issue.start.next = self.start.val();
        self.issue.dram.next = self.fields.dram.val();
        self.issue.address.next = self.fields.address.val();
        self.issue.count.next = self.fields.count.val();
        self.issue.memory.next = self.fields.memory.val();
        for i in 0..4 {
            self.issue.depth[i].next = self.depth[i].val();
        }
        self.ready.next = self.issue.ready.val() & !self.stopped.q.val();
        self.issue.may_begin.next = self.reader.done.val();
        self.issue.drained.next = self.reader.done.val() & self.bus_idle.val();

        comment!("Bursts.");
        self.request.next = self.issue.request.val();
        self.issue.request_ready.next = self.request_ready.val();
        self.request_address.next = self.issue.request_address.val();
        self.request_length.next = self.issue.request_length.val();
        self.request_last.next = self.issue.request_last.val();

        comment!("Words.");
        self.reader.begins.next = self.issue.begins.val();
        self.reader.from_r.next = self.issue.target.val() == 2;
        self.reader.first_word.next = self.issue.first_word.val();
        self.reader.first_offset.next = self.issue.first_offset.val();
        self.reader.beats.next = self.issue.beats.val();
        self.reader.granted.next = self.issue.request.val() & self.request_ready.val();
        self.a_read.next = self.reader.a_read.val();
        self.reader.a_ready.next = self.a_ready.val();
        self.reader.a_data.next = self.a_data.val();
        self.r_read.next = self.reader.r_read.val();
        self.reader.r_ready.next = self.r_ready.val();
        self.reader.r_data.next = self.r_data.val();
        self.read_address.next = self.reader.read_address.val();
        self.beat_valid.next = self.reader.beat_valid.val();
        self.reader.beat_ready.next = self.beat_ready.val();
        self.beat.next = self.reader.beat.val();
        self.beat_last.next = self.reader.last.val();
        self.idle.next = self.issue.idle.val()
            & self.reader.settled.val()
            & (self.reader.done.val() | self.stopped.q.val())
            & self.bus_idle.val()
            & !self.faulted.q.val();
    }
}
