//! [`Fetcher`]: reads the program from memory into a queue of checked instructions.

use super::{FifoPointers, InstructionCheck};
use crate::cells::{Delay, DistributedRam, EnableDelay, Register, WordAssembler};
use ibert_isa::Stop;
use rust_hdl::core::prelude::*;

/// Reads a program over a bus of `W8` bits in bursts of up to 8 instructions, which never cross a multiple of 256
/// bytes, and queues up to 16 checked instructions.
///
/// **Read port.** A request (`request_address`, `request_beats`) is held until a cycle with `request_ready`. Beats
/// arrive in the order of the requests and are taken at once. A burst is requested only when the queue has room for 8
/// more instructions than have been requested, so at most two bursts are outstanding. Without `enable` no request is
/// raised (a held request remains until it is accepted) and arriving beats are discarded; `idle` is high when no more
/// beats are due.
///
/// **Latency.** The first request is raised in the cycle after `launch`, each further one at the earliest in the cycle
/// after the previous one is accepted. An instruction whose last beat arrives in cycle t is at the head of the empty
/// queue in cycle t + 2. An instruction popped in cycle t makes room for requests from cycle t + 1 on.
///
/// **Errors.** `code` is not 0 for an illegal instruction and for one read with an error. `fault_index` belongs to the
/// first read error: the index of the first instruction of that burst. An address that is not a multiple of 32 sets
/// `unaligned`, and nothing is read.
#[circuit(
    clock, reset_n = "no program",
    assert(W8 >= 32 && W8 <= 256 && W8.is_power_of_two(), "an instruction has 1 to 8 beats"),
)]
pub struct Fetcher<W8> {
    /// Launch strobe: samples address and length of the program.
    pub launch: Signal<In, Bit>,
    /// Byte address of the program.
    pub program_address: Signal<In, Bits<32>>,
    /// Instructions of the program.
    pub program_length: Signal<In, Bits<32>>,
    /// The program is running.
    pub enable: Signal<In, Bit>,
    /// Read request; held until accepted.
    pub request: Signal<Out, Bit>,
    /// Request is accepted in a cycle with `request` and `request_ready`.
    pub request_ready: Signal<In, Bit>,
    /// Byte address of the burst.
    pub request_address: Signal<Out, Bits<32>>,
    /// Beats of the burst.
    pub request_beats: Signal<Out, Bits<8>>,
    /// Beat valid; taken at once.
    pub beat_valid: Signal<In, Bit>,
    /// Data of the beat.
    pub beat: Signal<In, Bits<W8>>,
    /// AXI response (RRESP) of the beat.
    pub beat_response: Signal<In, Bits<2>>,
    /// The queue has an instruction.
    pub valid: Signal<Out, Bit>,
    /// Oldest instruction.
    pub instruction: Signal<Out, Bits<256>>,
    /// Engine of the oldest instruction, one-hot.
    pub engine: Signal<Out, Bits<4>>,
    /// Stop code of the oldest instruction, or 0.
    pub code: Signal<Out, Bits<4>>,
    /// Removes the oldest instruction.
    pub pop: Signal<In, Bit>,
    /// Index of the first instruction of the burst that was read with an error.
    pub fault_index: Signal<Out, Bits<32>>,
    /// The address of the program is not a multiple of 32.
    pub unaligned: Signal<Out, Bit>,
    /// Idle: no request is held and no beat is outstanding.
    pub idle: Signal<Out, Bit>,
    /// log2 of the beats per instruction.
    beats_exponent: constant!(Bits<2> = (256 / W8).ilog2()),
    /// Number of the last beat of an instruction.
    last_beat: constant!(Bits<3> = 256 / W8 - 1),
    read_slave_error: constant!(Bits<4> = Stop::ReadSlaveError),
    read_decode_error: constant!(Bits<4> = Stop::ReadDecodeError),
    next_address: Delay<Bits<32>, 1>,
    remaining: Register<Bits<32>>,
    misaligned: Register<Bit>,
    first_slot: EnableDelay<Bits<3>, 1>,
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
    read_code: Delay<Bits<4>, 1>,
    check: InstructionCheck,
    count: Register<Bits<32>>,
    count_slot: Signal<Local, Bits<3>>,
    burst_index: Signal<Local, Bits<32>>,
    faulted: Register<Bit>,
    fault: Signal<Local, Bit>,
    fault_place: EnableDelay<Bits<32>, 1>,
    pointers: FifoPointers<4, 5>,
    instructions: DistributedRam<Bits<256>, 4>,
    engines: DistributedRam<Bits<4>, 4>,
    codes: DistributedRam<Bits<4>, 4>,
}

#[circuit]
impl Logic for Fetcher<W8> {
    fn update(&mut self) {
        comment! { "fetcher_{beat}: reads a program in bursts of up to 8 instructions and queues up to 16 checked \
        instructions." }
        wire! {
            clock, reset_n => remaining, misaligned, held, allocated, outstanding, beat_number, earlier, assembled,
                count, faulted, pointers;
            clock => assembler, instructions, engines, codes, first_slot, fault_place, next_address, read_code;
        }

        comment! { "Requests: up to the next multiple of 256 bytes or the end of the program, if the queue will have \
        room." }
        slot = next_address.q.get_bits::<3>(5);
        room = bits::<4>(8) - bit_cast::<4, 3>(slot);
        burst = room;
        if remaining.q < bit_cast::<32, 4>(room) {
            burst = remaining.q.get_bits::<4>(0);
        }
        request = held.q | (enable & remaining.q.any() & (allocated.q <= 8));
        request_address = next_address.q;
        request_beats = bit_cast::<8, 4>(burst) << beats_exponent;
        accept = request & request_ready;
        held.d = request & !request_ready;
        wire! { {next_address, remaining, misaligned}.d <- *.q; }
        if launch {
            next_address.d = program_address;
            misaligned.d = program_address.get_bits::<5>(0) != 0;
            if program_address.get_bits::<5>(0) == 0 {
                remaining.d = program_length;
            }
        } else if accept {
            next_address.d = next_address.q + (bit_cast::<32, 4>(burst) << 5);
            remaining.d = remaining.q - bit_cast::<32, 4>(burst);
        }
        first_slot.enable = launch;
        first_slot.d = program_address.get_bits::<3>(5);
        unaligned = misaligned.q;

        comment!("Instructions requested and not yet popped; requested and not yet received.");
        allocated.d = allocated.q - bit_cast::<5, 1>(pop.into());
        outstanding.d = outstanding.q - bit_cast::<5, 1>(complete.into());
        if accept {
            allocated.d = allocated.q - bit_cast::<5, 1>(pop.into()) + bit_cast::<5, 4>(burst);
            outstanding.d = outstanding.q - bit_cast::<5, 1>(complete.into()) + bit_cast::<5, 4>(burst);
        }
        idle = !request & !outstanding.q.any();

        comment!("Beats to instructions. An instruction keeps the first error of its beats.");
        complete = beat_valid & (beat_number.q == last_beat);
        beat_number.d = beat_number.q;
        if complete {
            beat_number.d = bits::<3>(0);
        } else if beat_valid {
            beat_number.d = beat_number.q + 1;
        }
        response = bits::<4>(0);
        if beat_response == 2 {
            response = read_slave_error;
        } else if beat_response == 3 {
            response = read_decode_error;
        }
        worst = earlier.q;
        if !earlier.q.any() {
            worst = response;
        }
        earlier.d = earlier.q;
        if complete {
            earlier.d = bits::<4>(0);
        } else if beat_valid {
            earlier.d = worst;
        }
        wire! { assembler.{enable: beat_valid, piece: beat}; }
        assembled.d = complete & enable;
        read_code.d = worst;

        comment! { "A complete instruction is checked and queued. Its burst began at a multiple of 8 instructions in \
        memory, or with the program." }
        check.instruction = assembler.word;
        count.d = count.q + bit_cast::<32, 1>(assembled.q.into());
        count_slot = count.q.get_bits::<3>(0) + first_slot.q;
        burst_index = bits::<32>(0);
        if count.q >= bit_cast::<32, 3>(count_slot) {
            burst_index = count.q - bit_cast::<32, 3>(count_slot);
        }
        fault = assembled.q & read_code.q.any() & !faulted.q;
        faulted.d = faulted.q | fault;
        wire! {
            fault_place.{enable: fault, d: burst_index};
            fault_index <- fault_place.q;
            pointers.{push: assembled.q, pop};
            valid <- pointers.valid;
            instructions.{write_enable: write, write_address, read_address} <- pointers.*;
            instructions.write_data <- assembler.word;
            instruction <- instructions.read_data;
            engines.{write_enable: write, write_address, read_address} <- pointers.*;
            engines.write_data <- check.engine;
            engine <- engines.read_data;
            codes.{write_enable: pointers.write, write_address: pointers.write_address, write_data: check.code};
        }
        if read_code.q.any() {
            codes.write_data = read_code.q;
        }
        codes.read_address = pointers.read_address;
        code = codes.read_data;
    }
}
