//! [`Fetcher`]: the program, from memory into a queue of checked instructions.

use super::{FifoPointers, InstructionCheck};
use crate::cells::{DistributedRam, EnableRegister, Register, WordAssembler};
use crate::isa::Stop;
use rust_hdl::core::prelude::*;

/// Reads a program over a bus of `W8` bits in bursts of up to 8 instructions, which never cross a multiple of 256 bytes, and queues up to
/// 16 checked instructions.
///
/// **Read port.** A request (`request_address`, `request_beats`) stands until a cycle with `request_ready`. Beats come in the order of the
/// requests and are taken at once: a burst is requested only when the queue has room for 8 more instructions than were requested
/// already, so up to two bursts are under way. Without `enable` no request is raised (one that stands remains until it is accepted), and
/// what arrives is dropped; `idle` says that nothing more will.
///
/// **Latency.** The first request is raised in the cycle after `launch`, the next one no earlier than the cycle after the one before is
/// accepted. An instruction whose last beat comes in cycle t is at the head of the empty queue in cycle t + 2. An instruction popped in cycle
/// t makes room for requests from cycle t + 1 on.
///
/// **Errors.** `code` is that of an instruction which was read with an error or is illegal. `fault_index` belongs to the first read error:
/// the index of the first instruction of that burst. An address that is no multiple of 32 sets `unaligned`; nothing is read.
#[derive(LogicBlock)]
pub struct Fetcher<const W8: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: no program.
    pub reset_n: Signal<In, Bit>,
    /// A program begins: samples address and length.
    pub launch: Signal<In, Bit>,
    /// Byte address of the program.
    pub program_address: Signal<In, Bits<32>>,
    /// Instructions of the program.
    pub program_length: Signal<In, Bits<32>>,
    /// The program is running.
    pub enable: Signal<In, Bit>,
    /// A burst is requested.
    pub request: Signal<Out, Bit>,
    /// It is accepted if it is requested.
    pub request_ready: Signal<In, Bit>,
    /// Byte address of the burst.
    pub request_address: Signal<Out, Bits<32>>,
    /// Beats of the burst.
    pub request_beats: Signal<Out, Bits<8>>,
    /// A beat has come.
    pub beat_valid: Signal<In, Bit>,
    /// The beat.
    pub beat: Signal<In, Bits<W8>>,
    /// AXI's response to it.
    pub beat_response: Signal<In, Bits<2>>,
    /// There is an instruction.
    pub valid: Signal<Out, Bit>,
    /// The oldest instruction.
    pub instruction: Signal<Out, Bits<256>>,
    /// The bit of its engine.
    pub engine: Signal<Out, Bits<4>>,
    /// The stop that it causes, or 0.
    pub code: Signal<Out, Bits<4>>,
    /// Removes it.
    pub pop: Signal<In, Bit>,
    /// First instruction of the burst that was answered with an error.
    pub fault_index: Signal<Out, Bits<32>>,
    /// The program's address is no multiple of 32.
    pub unaligned: Signal<Out, Bit>,
    /// No request stands and no beat is to come.
    pub idle: Signal<Out, Bit>,
    /// Beats of an instruction, as an exponent.
    beats_exponent: Constant<Bits<2>>,
    /// Number of an instruction's last beat.
    last_beat: Constant<Bits<3>>,
    read_slave_error: Constant<Bits<4>>,
    read_decode_error: Constant<Bits<4>>,
    next_address: Register<Bits<32>>,
    remaining: Register<Bits<32>>,
    misaligned: Register<Bit>,
    first_slot: EnableRegister<Bits<3>>,
    held: Register<Bit>,
    allocated: Register<Bits<5>>,
    outstanding: Register<Bits<5>>,
    slot: Signal<Local, Bits<3>>,
    room: Signal<Local, Bits<4>>,
    burst: Signal<Local, Bits<4>>,
    accept: Signal<Local, Bit>,
    beat_number: Register<Bits<3>>,
    complete: Signal<Local, Bit>,
    response: Signal<Local, Bits<4>>,
    worst: Signal<Local, Bits<4>>,
    earlier: Register<Bits<4>>,
    assembler: WordAssembler<W8, 256>,
    assembled: Register<Bit>,
    read_code: Register<Bits<4>>,
    check: InstructionCheck,
    count: Register<Bits<32>>,
    count_slot: Signal<Local, Bits<3>>,
    burst_index: Signal<Local, Bits<32>>,
    faulted: Register<Bit>,
    fault: Signal<Local, Bit>,
    fault_place: EnableRegister<Bits<32>>,
    pointers: FifoPointers<4, 5>,
    instructions: DistributedRam<Bits<256>, 4>,
    engines: DistributedRam<Bits<4>, 4>,
    codes: DistributedRam<Bits<4>, 4>,
}

impl<const W8: usize> Default for Fetcher<W8> {
    fn default() -> Self {
        const { assert!(W8 >= 32 && W8 <= 256 && W8.is_power_of_two(), "an instruction has 1 to 8 beats") };
        let beats = 256 / W8 as u64;
        let code = |stop: Stop| Constant::new((stop as u64).to_bits());
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            launch: Signal::default(),
            program_address: Signal::default(),
            program_length: Signal::default(),
            enable: Signal::default(),
            request: Signal::default(),
            request_ready: Signal::default(),
            request_address: Signal::default(),
            request_beats: Signal::default(),
            beat_valid: Signal::default(),
            beat: Signal::default(),
            beat_response: Signal::default(),
            valid: Signal::default(),
            instruction: Signal::default(),
            engine: Signal::default(),
            code: Signal::default(),
            pop: Signal::default(),
            fault_index: Signal::default(),
            unaligned: Signal::default(),
            idle: Signal::default(),
            beats_exponent: Constant::new(u64::from(beats.ilog2()).to_bits()),
            last_beat: Constant::new((beats - 1).to_bits()),
            read_slave_error: code(Stop::ReadSlaveError),
            read_decode_error: code(Stop::ReadDecodeError),
            next_address: Register::default(),
            remaining: Register::default(),
            misaligned: Register::default(),
            first_slot: EnableRegister::default(),
            held: Register::default(),
            allocated: Register::default(),
            outstanding: Register::default(),
            slot: Signal::default(),
            room: Signal::default(),
            burst: Signal::default(),
            accept: Signal::default(),
            beat_number: Register::default(),
            complete: Signal::default(),
            response: Signal::default(),
            worst: Signal::default(),
            earlier: Register::default(),
            assembler: WordAssembler::default(),
            assembled: Register::default(),
            read_code: Register::default(),
            check: InstructionCheck::default(),
            count: Register::default(),
            count_slot: Signal::default(),
            burst_index: Signal::default(),
            faulted: Register::default(),
            fault: Signal::default(),
            fault_place: EnableRegister::default(),
            pointers: FifoPointers::default(),
            instructions: DistributedRam::default(),
            engines: DistributedRam::default(),
            codes: DistributedRam::default(),
        }
    }
}

impl<const W8: usize> Logic for Fetcher<W8> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "fetcher_{beat}: reads a program in bursts of up to 8 instructions and queues up to 16 checked instructions."
        );
        clock!(
            self,
            clock,
            next_address,
            remaining,
            misaligned,
            first_slot,
            held,
            allocated,
            outstanding,
            beat_number,
            earlier,
            assembler,
            assembled,
            read_code,
            count,
            faulted,
            fault_place,
            pointers,
            instructions,
            engines,
            codes
        );
        self.next_address.reset_n.next = self.reset_n.val();
        self.remaining.reset_n.next = self.reset_n.val();
        self.misaligned.reset_n.next = self.reset_n.val();
        self.first_slot.reset_n.next = self.reset_n.val();
        self.held.reset_n.next = self.reset_n.val();
        self.allocated.reset_n.next = self.reset_n.val();
        self.outstanding.reset_n.next = self.reset_n.val();
        self.beat_number.reset_n.next = self.reset_n.val();
        self.earlier.reset_n.next = self.reset_n.val();
        self.assembled.reset_n.next = self.reset_n.val();
        self.read_code.reset_n.next = self.reset_n.val();
        self.count.reset_n.next = self.reset_n.val();
        self.faulted.reset_n.next = self.reset_n.val();
        self.fault_place.reset_n.next = self.reset_n.val();
        self.pointers.reset_n.next = self.reset_n.val();

        comment!(
            "Requests: up to the next multiple of 256 bytes or the end of the program, if the queue will have room."
        );
        self.slot.next = self.next_address.q.val().get_bits::<3>(5);
        self.room.next = bits::<4>(8) - bit_cast::<4, 3>(self.slot.val());
        self.burst.next = self.room.val();
        if self.remaining.q.val() < bit_cast::<32, 4>(self.room.val()) {
            self.burst.next = self.remaining.q.val().get_bits::<4>(0);
        }
        self.request.next =
            self.held.q.val() | (self.enable.val() & self.remaining.q.val().any() & (self.allocated.q.val() <= 8));
        self.request_address.next = self.next_address.q.val();
        self.request_beats.next = bit_cast::<8, 4>(self.burst.val()) << self.beats_exponent.val();
        self.accept.next = self.request.val() & self.request_ready.val();
        self.held.d.next = self.request.val() & !self.request_ready.val();
        self.next_address.d.next = self.next_address.q.val();
        self.remaining.d.next = self.remaining.q.val();
        self.misaligned.d.next = self.misaligned.q.val();
        if self.launch.val() {
            self.next_address.d.next = self.program_address.val();
            self.misaligned.d.next = self.program_address.val().get_bits::<5>(0) != 0;
            if self.program_address.val().get_bits::<5>(0) == 0 {
                self.remaining.d.next = self.program_length.val();
            }
        } else if self.accept.val() {
            self.next_address.d.next = self.next_address.q.val() + (bit_cast::<32, 4>(self.burst.val()) << 5);
            self.remaining.d.next = self.remaining.q.val() - bit_cast::<32, 4>(self.burst.val());
        }
        self.first_slot.enable.next = self.launch.val();
        self.first_slot.d.next = self.program_address.val().get_bits::<3>(5);
        self.unaligned.next = self.misaligned.q.val();

        comment!("Instructions requested and not yet popped; requested and not yet here.");
        self.allocated.d.next = self.allocated.q.val() - bit_cast::<5, 1>(self.pop.val().into());
        self.outstanding.d.next = self.outstanding.q.val() - bit_cast::<5, 1>(self.complete.val().into());
        if self.accept.val() {
            self.allocated.d.next =
                self.allocated.q.val() - bit_cast::<5, 1>(self.pop.val().into()) + bit_cast::<5, 4>(self.burst.val());
            self.outstanding.d.next = self.outstanding.q.val() - bit_cast::<5, 1>(self.complete.val().into())
                + bit_cast::<5, 4>(self.burst.val());
        }
        self.idle.next = !self.request.val() & !self.outstanding.q.val().any();

        comment!("Beats to instructions. An instruction keeps the first error of its beats.");
        self.complete.next = self.beat_valid.val() & (self.beat_number.q.val() == self.last_beat.val());
        self.beat_number.d.next = self.beat_number.q.val();
        if self.complete.val() {
            self.beat_number.d.next = bits::<3>(0);
        } else if self.beat_valid.val() {
            self.beat_number.d.next = self.beat_number.q.val() + 1;
        }
        self.response.next = bits::<4>(0);
        if self.beat_response.val() == 2 {
            self.response.next = self.read_slave_error.val();
        } else if self.beat_response.val() == 3 {
            self.response.next = self.read_decode_error.val();
        }
        self.worst.next = self.earlier.q.val();
        if !self.earlier.q.val().any() {
            self.worst.next = self.response.val();
        }
        self.earlier.d.next = self.earlier.q.val();
        if self.complete.val() {
            self.earlier.d.next = bits::<4>(0);
        } else if self.beat_valid.val() {
            self.earlier.d.next = self.worst.val();
        }
        self.assembler.enable.next = self.beat_valid.val();
        self.assembler.piece.next = self.beat.val();
        self.assembled.d.next = self.complete.val() & self.enable.val();
        self.read_code.d.next = self.worst.val();

        comment!(
            "A whole instruction is checked and queued. Its burst began at a multiple of 8 instructions in memory, or with the program."
        );
        self.check.instruction.next = self.assembler.word.val();
        self.count.d.next = self.count.q.val() + bit_cast::<32, 1>(self.assembled.q.val().into());
        self.count_slot.next = self.count.q.val().get_bits::<3>(0) + self.first_slot.q.val();
        self.burst_index.next = bits::<32>(0);
        if self.count.q.val() >= bit_cast::<32, 3>(self.count_slot.val()) {
            self.burst_index.next = self.count.q.val() - bit_cast::<32, 3>(self.count_slot.val());
        }
        self.fault.next = self.assembled.q.val() & self.read_code.q.val().any() & !self.faulted.q.val();
        self.faulted.d.next = self.faulted.q.val() | self.fault.val();
        self.fault_place.enable.next = self.fault.val();
        self.fault_place.d.next = self.burst_index.val();
        self.fault_index.next = self.fault_place.q.val();
        self.pointers.push.next = self.assembled.q.val();
        self.pointers.pop.next = self.pop.val();
        self.valid.next = self.pointers.valid.val();
        self.instructions.write_enable.next = self.pointers.write.val();
        self.instructions.write_address.next = self.pointers.write_address.val();
        self.instructions.write_data.next = self.assembler.word.val();
        self.instructions.read_address.next = self.pointers.read_address.val();
        self.instruction.next = self.instructions.read_data.val();
        self.engines.write_enable.next = self.pointers.write.val();
        self.engines.write_address.next = self.pointers.write_address.val();
        self.engines.write_data.next = self.check.engine.val();
        self.engines.read_address.next = self.pointers.read_address.val();
        self.engine.next = self.engines.read_data.val();
        self.codes.write_enable.next = self.pointers.write.val();
        self.codes.write_address.next = self.pointers.write_address.val();
        self.codes.write_data.next = self.check.code.val();
        if self.read_code.q.val().any() {
            self.codes.write_data.next = self.read_code.q.val();
        }
        self.codes.read_address.next = self.pointers.read_address.val();
        self.code.next = self.codes.read_data.val();
    }
}
