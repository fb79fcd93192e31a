//! [`TransferIssue`]: from an instruction to bursts.

use crate::bus::BurstSplitter;
use crate::cells::{EnableDelay, Register};
use crate::isa::Stop;
use rust_hdl::core::prelude::*;

/// Holds one load or store, checks its operands, and requests its bursts; the next one is held meanwhile.
///
/// Started in cycle t it is checked in cycle t + 1, and begins (`begins`, with what the data side has to know) in the first cycle from t + 1 on in
/// which `may_begin` is set and all bursts of the one before are accepted; its first burst is requested from the next cycle on. One that
/// is illegal does not begin: it raises `fault` in the first cycle with `drained`, when everything before it has retired or retires.
///
/// | code | raised for |
/// |---|---|
/// | `illegal_operand` | `count` 0, `memory` above 3 or of `depth` 0 |
/// | `unaligned_address` | `dram` not a multiple of the bus width |
/// | `address_range` | `address` + `count` above the memory's depth, or the last byte above 2^32 - 1 |
///
/// The first that applies. A word of A or B takes one beat, of R two, of K 32 bytes.
#[derive(LogicBlock)]
pub struct TransferIssue {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: nothing held, no bursts.
    pub reset_n: Signal<In, Bit>,
    /// An instruction is started; only while `ready`.
    pub start: Signal<In, Bit>,
    /// Its byte address in memory.
    pub dram: Signal<In, Bits<32>>,
    /// Its first word.
    pub address: Signal<In, Bits<16>>,
    /// Its words.
    pub count: Signal<In, Bits<16>>,
    /// Its on-chip memory.
    pub memory: Signal<In, Bits<3>>,
    /// Words of A, B, R and K; 0 for one that cannot be used.
    pub depth: [Signal<In, Bits<17>>; 4],
    /// No instruction is held.
    pub ready: Signal<Out, Bit>,
    /// The data side can take an instruction.
    pub may_begin: Signal<In, Bit>,
    /// All instructions that began have retired, the last one in this cycle at the latest.
    pub drained: Signal<In, Bit>,
    /// The instruction begins.
    pub begins: Signal<Out, Bit>,
    /// Its memory.
    pub target: Signal<Out, Bits<2>>,
    /// Its first word.
    pub first_word: Signal<Out, Bits<16>>,
    /// Its byte address in memory, modulo 4096.
    pub first_offset: Signal<Out, Bits<12>>,
    /// Its beats.
    pub beats: Signal<Out, Bits<20>>,
    /// The instruction is illegal, and the oldest.
    pub fault: Signal<Out, Bit>,
    /// Why.
    pub fault_code: Signal<Out, Bits<4>>,
    /// A burst is requested.
    pub request: Signal<Out, Bit>,
    /// It is accepted if it is requested.
    pub request_ready: Signal<In, Bit>,
    /// Its byte address.
    pub request_address: Signal<Out, Bits<32>>,
    /// Its beats - 1.
    pub request_length: Signal<Out, Bits<8>>,
    /// It is the last one of its instruction.
    pub request_last: Signal<Out, Bit>,
    /// Nothing begins, faults or is requested in this cycle, and everything is forgotten at its end.
    pub stop: Signal<In, Bit>,
    /// No instruction is held and no burst is to be requested.
    pub idle: Signal<Out, Bit>,
    /// log2 of the bus width in bytes, and of the beats of a word of K.
    beat_shift: Constant<Bits<3>>,
    constant_shift: Constant<Bits<3>>,
    byte_mask: Constant<Bits<32>>,
    illegal_operand: Constant<Bits<4>>,
    unaligned_address: Constant<Bits<4>>,
    address_range: Constant<Bits<4>>,
    reset: Signal<Local, Bit>,
    held: Register<Bit>,
    held_dram: EnableDelay<Bits<32>, 1>,
    held_address: EnableDelay<Bits<16>, 1>,
    held_count: EnableDelay<Bits<16>, 1>,
    held_memory: EnableDelay<Bits<3>, 1>,
    words: Signal<Local, Bits<17>>,
    end_word: Signal<Local, Bits<17>>,
    end_byte: Signal<Local, Bits<33>>,
    wraps: Signal<Local, Bit>,
    code: Signal<Local, Bits<4>>,
    splitter: BurstSplitter,
}

impl TransferIssue {
    /// For a bus of `side` bytes.
    pub fn new(side: usize) -> Self {
        let code = |stop: Stop| Constant::new((stop as u64).to_bits());
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            start: Signal::default(),
            dram: Signal::default(),
            address: Signal::default(),
            count: Signal::default(),
            memory: Signal::default(),
            depth: std::array::from_fn(|_| Signal::default()),
            ready: Signal::default(),
            may_begin: Signal::default(),
            drained: Signal::default(),
            begins: Signal::default(),
            target: Signal::default(),
            first_word: Signal::default(),
            first_offset: Signal::default(),
            beats: Signal::default(),
            fault: Signal::default(),
            fault_code: Signal::default(),
            request: Signal::default(),
            request_ready: Signal::default(),
            request_address: Signal::default(),
            request_length: Signal::default(),
            request_last: Signal::default(),
            stop: Signal::default(),
            idle: Signal::default(),
            beat_shift: Constant::new(u64::from(side.ilog2()).to_bits()),
            constant_shift: Constant::new(u64::from(5 - side.ilog2()).to_bits()),
            byte_mask: Constant::new((side as u64 - 1).to_bits()),
            illegal_operand: code(Stop::IllegalOperand),
            unaligned_address: code(Stop::UnalignedAddress),
            address_range: code(Stop::AddressRange),
            reset: Signal::default(),
            held: Register::default(),
            held_dram: EnableDelay::default(),
            held_address: EnableDelay::default(),
            held_count: EnableDelay::default(),
            held_memory: EnableDelay::default(),
            words: Signal::default(),
            end_word: Signal::default(),
            end_byte: Signal::default(),
            wraps: Signal::default(),
            code: Signal::default(),
            splitter: BurstSplitter::new(side),
        }
    }
}

impl Logic for TransferIssue {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("transfer_issue: holds a load or store, checks its operands and requests its bursts.");
        clock!(self, clock, held, held_dram, held_address, held_count, held_memory, splitter);
        self.reset.next = self.reset_n.val() & !self.stop.val();
        self.held.reset_n.next = self.reset.val();
        self.splitter.reset_n.next = self.reset.val();

        self.ready.next = !self.held.q.val();
        self.held.d.next = self.start.val() | (self.held.q.val() & !self.begins.val());
        self.held_dram.enable.next = self.start.val();
        self.held_dram.d.next = self.dram.val();
        self.held_address.enable.next = self.start.val();
        self.held_address.d.next = self.address.val();
        self.held_count.enable.next = self.start.val();
        self.held_count.d.next = self.count.val();
        self.held_memory.enable.next = self.start.val();
        self.held_memory.d.next = self.memory.val();

        comment!("What it takes: the memory's words, beats of the bus.");
        self.target.next = self.held_memory.q.val().get_bits::<2>(0);
        self.words.next = self.depth[0].val();
        self.beats.next = bit_cast::<20, 16>(self.held_count.q.val());
        if self.target.val() == 1 {
            self.words.next = self.depth[1].val();
        } else if self.target.val() == 2 {
            self.words.next = self.depth[2].val();
            self.beats.next = bit_cast::<20, 16>(self.held_count.q.val()) << 1;
        } else if self.target.val() == 3 {
            self.words.next = self.depth[3].val();
            self.beats.next = bit_cast::<20, 16>(self.held_count.q.val()) << self.constant_shift.val();
        }

        comment!("Checks; the first that fails counts.");
        self.end_word.next =
            bit_cast::<17, 16>(self.held_address.q.val()) + bit_cast::<17, 16>(self.held_count.q.val());
        self.end_byte.next = bit_cast::<33, 32>(self.held_dram.q.val())
            + (bit_cast::<33, 20>(self.beats.val()) << self.beat_shift.val());
        self.wraps.next = self.end_byte.val().get_bit(32) & self.end_byte.val().get_bits::<32>(0).any();
        self.code.next = bits::<4>(0);
        if (self.end_word.val() > self.words.val()) | self.wraps.val() {
            self.code.next = self.address_range.val();
        }
        if (self.held_dram.q.val() & self.byte_mask.val()).any() {
            self.code.next = self.unaligned_address.val();
        }
        if !self.held_count.q.val().any() | self.held_memory.q.val().get_bit(2) | !self.words.val().any() {
            self.code.next = self.illegal_operand.val();
        }
        self.fault_code.next = self.code.val();
        self.fault.next = self.held.q.val() & self.code.val().any() & self.drained.val() & !self.stop.val();
        self.begins.next = self.held.q.val()
            & !self.code.val().any()
            & self.may_begin.val()
            & !self.splitter.burst.val()
            & !self.stop.val();
        self.first_word.next = self.held_address.q.val();
        self.first_offset.next = self.held_dram.q.val().get_bits::<12>(0);

        comment!("Bursts.");
        self.splitter.start.next = self.begins.val();
        self.splitter.address.next = self.held_dram.q.val();
        self.splitter.beats.next = self.beats.val();
        self.request.next = self.splitter.burst.val() & !self.stop.val();
        self.splitter.accept.next = self.request_ready.val();
        self.request_address.next = self.splitter.burst_address.val();
        self.request_length.next = self.splitter.burst_length.val();
        self.request_last.next = self.splitter.burst_last.val();
        self.idle.next = !self.held.q.val() & !self.splitter.burst.val();
    }
}
