//! [`LoadEngine`]: from memory into the on-chip memories.

use super::{LoadWriter, TransferIssue};
use crate::cells::Register;
use crate::isa::{Configuration, LoadFields};
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
#[derive(LogicBlock)]
pub struct LoadEngine<const W8: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// A load starts; only while `ready`.
    pub start: Signal<In, Bit>,
    /// The instruction.
    pub instruction: Signal<In, Bits<256>>,
    /// A load may be started.
    pub ready: Signal<Out, Bit>,
    /// The oldest load has retired.
    pub retire: Signal<Out, Bit>,
    /// The oldest load has failed.
    pub fault: Signal<Out, Bit>,
    /// Why.
    pub fault_code: Signal<Out, Bits<4>>,
    /// Nothing new may begin; what is under way is forgotten, what still comes is dropped.
    pub halt: Signal<In, Bit>,
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
    depth: [Constant<Bits<17>>; 4],
    reset: Signal<Local, Bit>,
    stop: Signal<Local, Bit>,
    stopped: Register<Bit>,
    fields: LoadFields,
    issue: TransferIssue,
    writer: LoadWriter<W8>,
    outstanding: Register<Bits<4>>,
    requested: Signal<Local, Bit>,
    answered: Signal<Local, Bit>,
    faulted: Register<Bit>,
    faulted_code: Register<Bits<4>>,
}

impl<const W8: usize> LoadEngine<W8> {
    /// For the memories of a configuration, whose side is `W8` / 8.
    pub fn new(configuration: &Configuration) -> Self {
        assert_eq!(8 * configuration.side, W8, "the bus is as wide as a word of A");
        let Configuration { a_depth, b_depth, r_depth, k_depth, .. } = *configuration;
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
            request: Signal::default(),
            request_ready: Signal::default(),
            request_address: Signal::default(),
            request_length: Signal::default(),
            beat_valid: Signal::default(),
            beat_ready: Signal::default(),
            beat: Signal::default(),
            beat_response: Signal::default(),
            beat_last: Signal::default(),
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
            depth: [a_depth, b_depth, r_depth, k_depth].map(|depth| Constant::new((1_u64 << depth).to_bits())),
            reset: Signal::default(),
            stop: Signal::default(),
            stopped: Register::default(),
            fields: LoadFields::default(),
            issue: TransferIssue::new(configuration.side),
            writer: LoadWriter::default(),
            outstanding: Register::default(),
            requested: Signal::default(),
            answered: Signal::default(),
            faulted: Register::default(),
            faulted_code: Register::default(),
        }
    }
}

impl<const W8: usize> Logic for LoadEngine<W8> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("load_engine_{beat}: executes load instructions: bursts from memory, words into A, B, R and K.");
        clock!(self, clock, stopped, issue, writer, outstanding, faulted, faulted_code);
        self.reset.next = self.reset_n.val() & !self.clear.val();
        self.stopped.reset_n.next = self.reset.val();
        self.issue.reset_n.next = self.reset.val();
        self.writer.reset_n.next = self.reset.val();
        self.outstanding.reset_n.next = self.reset.val();
        self.faulted.reset_n.next = self.reset.val();
        self.faulted_code.reset_n.next = self.reset.val();

        comment!("A fault stops the engine as a halt does; what is on the bus is awaited.");
        self.stop.next = self.stopped.q.val() | self.halt.val();
        self.faulted.d.next = self.issue.fault.val() | self.writer.fault.val();
        self.faulted_code.d.next = self.issue.fault_code.val();
        if self.writer.fault.val() {
            self.faulted_code.d.next = self.writer.fault_code.val();
        }
        self.stopped.d.next = self.stop.val() | self.faulted.d.val();
        self.fault.next = self.faulted.q.val();
        self.fault_code.next = self.faulted_code.q.val();
        self.issue.stop.next = self.stop.val();
        self.writer.stop.next = self.stop.val();

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
        comment!(
            "A load begins when the bursts of the one before are accepted: as 8 are outstanding at most, the writer has room for it."
        );
        self.issue.may_begin.next = true;
        self.issue.drained.next = self.writer.idle.val();

        comment!("Bursts; outstanding ones are counted, so that idle is known.");
        self.request.next = self.issue.request.val();
        self.issue.request_ready.next = self.request_ready.val();
        self.request_address.next = self.issue.request_address.val();
        self.request_length.next = self.issue.request_length.val();
        self.requested.next = self.issue.request.val() & self.request_ready.val();
        self.answered.next = self.beat_valid.val() & self.writer.beat_ready.val() & self.beat_last.val();
        self.outstanding.d.next = self.outstanding.q.val();
        if self.requested.val() & !self.answered.val() {
            self.outstanding.d.next = self.outstanding.q.val() + 1;
        } else if self.answered.val() & !self.requested.val() {
            self.outstanding.d.next = self.outstanding.q.val() - 1;
        }

        comment!("Words.");
        self.writer.begins.next = self.issue.begins.val();
        self.writer.target.next = self.issue.target.val();
        self.writer.first_word.next = self.issue.first_word.val();
        self.writer.beats.next = self.issue.beats.val();
        self.writer.beat_valid.next = self.beat_valid.val();
        self.beat_ready.next = self.writer.beat_ready.val();
        self.writer.beat.next = self.beat.val();
        self.writer.response.next = self.beat_response.val();
        self.a_write.next = self.writer.a_write.val();
        self.writer.a_ready.next = self.a_ready.val();
        self.b_write.next = self.writer.b_write.val();
        self.writer.b_ready.next = self.b_ready.val();
        self.r_write.next = self.writer.r_write.val();
        self.writer.r_ready.next = self.r_ready.val();
        self.k_write.next = self.writer.k_write.val();
        self.write_address.next = self.writer.write_address.val();
        self.word.next = self.writer.word.val();
        self.constant.next = self.writer.constant.val();
        self.retire.next = self.writer.retire.val();
        self.idle.next =
            self.issue.idle.val() & self.writer.idle.val() & !self.outstanding.q.val().any() & !self.faulted.q.val();
    }
}
