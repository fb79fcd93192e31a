//! [`TransferIssue`]: from a load or store to its bursts.

use crate::bus::BurstSplitter;
use crate::cells::{EnableDelay, Register};
use ibert_isa::Stop;
use rust_hdl::core::prelude::*;

/// Holds one load or store, checks its operands, and requests its bursts, while the next instruction can already be
/// held.
///
/// An instruction started in cycle t is checked in cycle t + 1. It begins (`begins`, with the operands for the data
/// path) in the first cycle from t + 1 on in which `may_begin` is set and all bursts of the previous instruction are
/// accepted; its first burst is requested from the next cycle on. An illegal instruction does not begin: it raises
/// `fault` in the first cycle with `drained`, when all previous instructions have retired or retire.
///
/// | code | raised for |
/// |---|---|
/// | `illegal_operand` | `count` 0, `memory` above 3 or of `depth` 0 |
/// | `unaligned_address` | `dram` not a multiple of the bus width |
/// | `address_range` | `address` + `count` above the memory's depth, or the last byte above 2^32 - 1 |
///
/// The first code that applies is raised. A word of A or B takes one beat, a word of R two, a word of K 32 bytes.
#[circuit(clock, reset_n = "nothing held, no bursts", new(side: usize))]
pub struct TransferIssue {
    /// Start strobe, one cycle; legal in the cycle after one with `ready` and without `start`.
    pub start: Signal<In, Bit>,
    /// Byte address in external memory, sampled with `start`.
    pub dram: Signal<In, Bits<32>>,
    /// Address of the first word, sampled with `start`.
    pub address: Signal<In, Bits<16>>,
    /// Number of words, sampled with `start`.
    pub count: Signal<In, Bits<16>>,
    /// On-chip memory, sampled with `start`.
    pub memory: Signal<In, Bits<3>>,
    /// Words of A, B, R and K; 0 for a memory that cannot be used.
    pub depth: [Signal<In, Bits<17>>; 4],
    /// An instruction can be started from the next cycle on; stays high until the start.
    pub ready: Signal<Out, Bit>,
    /// The data path can accept an instruction.
    pub may_begin: Signal<In, Bit>,
    /// All instructions that began have retired, or retire in this cycle.
    pub drained: Signal<In, Bit>,
    /// The instruction begins.
    pub begins: Signal<Out, Bit>,
    /// On-chip memory of the instruction.
    pub target: Signal<Out, Bits<2>>,
    /// Address of the first word.
    pub first_word: Signal<Out, Bits<16>>,
    /// Byte address in external memory modulo 4096.
    pub first_offset: Signal<Out, Bits<12>>,
    /// Beats of the instruction.
    pub beats: Signal<Out, Bits<20>>,
    /// The oldest instruction is illegal.
    pub fault: Signal<Out, Bit>,
    /// Fault code, valid with `fault`.
    pub fault_code: Signal<Out, Bits<4>>,
    /// Request for a burst; held until accepted.
    pub request: Signal<Out, Bit>,
    /// Request is accepted in a cycle with `request` and `request_ready`.
    pub request_ready: Signal<In, Bit>,
    /// Byte address of the burst.
    pub request_address: Signal<Out, Bits<32>>,
    /// Beats of the burst, minus 1.
    pub request_length: Signal<Out, Bits<8>>,
    /// Burst is the last of its instruction.
    pub request_last: Signal<Out, Bit>,
    /// Nothing begins, faults or is requested in this cycle; everything is discarded at its end.
    pub stop: Signal<In, Bit>,
    /// Idle: no instruction is held and no burst remains to be requested.
    pub idle: Signal<Out, Bit>,
    /// log2 of the bus width in bytes, and of the beats per word of K.
    beat_shift: constant!(Bits<3> = side.ilog2()),
    constant_shift: constant!(Bits<3> = 5 - side.ilog2()),
    byte_mask: constant!(Bits<32> = side - 1),
    illegal_operand: constant!(Bits<4> = Stop::IllegalOperand),
    unaligned_address: constant!(Bits<4> = Stop::UnalignedAddress),
    address_range: constant!(Bits<4> = Stop::AddressRange),
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
    #[init(BurstSplitter::new(side))]
    splitter: BurstSplitter,
}

#[circuit]
impl Logic for TransferIssue {
    fn update(&mut self) {
        comment!("transfer_issue: holds a load or store, checks its operands and requests its bursts.");
        wire! { clock => held, held_dram, held_address, held_count, held_memory, splitter; }
        reset = reset_n & !stop;
        wire! { {held, splitter}.reset_n <- reset; }

        ready = !held.q;
        held.d = start | (held.q & !begins);
        wire! {
            held_{dram, address, count, memory}.enable <- start;
            held_{dram, address, count, memory}.d;
        }

        comment!("Words of the memory, beats on the bus.");
        target = held_memory.q.get_bits::<2>(0);
        words = depth[0];
        beats = bit_cast::<20, 16>(held_count.q);
        if target == 1 {
            words = depth[1];
        } else if target == 2 {
            words = depth[2];
            beats = bit_cast::<20, 16>(held_count.q) << 1;
        } else if target == 3 {
            words = depth[3];
            beats = bit_cast::<20, 16>(held_count.q) << constant_shift;
        }

        comment!("Checks; the first that fails determines the code.");
        end_word = bit_cast::<17, 16>(held_address.q) + bit_cast::<17, 16>(held_count.q);
        end_byte = bit_cast::<33, 32>(held_dram.q) + (bit_cast::<33, 20>(beats) << beat_shift);
        wraps = end_byte.get_bit(32) & end_byte.get_bits::<32>(0).any();
        code = bits::<4>(0);
        if (end_word > words) | wraps {
            code = address_range;
        }
        if (held_dram.q & byte_mask).any() {
            code = unaligned_address;
        }
        if !held_count.q.any() | held_memory.q.get_bit(2) | !words.any() {
            code = illegal_operand;
        }
        fault_code = code;
        fault = held.q & code.any() & drained & !stop;
        begins = held.q & !code.any() & may_begin & !splitter.burst & !stop;
        first_word = held_address.q;
        first_offset = held_dram.q.get_bits::<12>(0);

        comment!("Bursts.");
        wire! { splitter.{start: begins, beats, address: held_dram.q}; }
        request = splitter.burst & !stop;
        splitter.accept = request_ready;
        wire! { request_{address, length, last} <- splitter.burst_*; }
        idle = !held.q & !splitter.burst;
    }
}
