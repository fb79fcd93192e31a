//! [`TileFeeder`]: operand addresses of tiles, in the order in which the array takes the operands.

use crate::cells::{EnableDelay, Register};
use crate::fields::MatmulFields;
use ibert_isa::Stop;
use rust_hdl::core::prelude::*;

/// Issues the operand addresses of a `matmul`, one word of A and one of B per cycle, with the flags of the tiles.
///
/// An instruction is sampled with `start` (docs/control.md, "Handshakes"). Its first tile begins in the next cycle; a
/// tile takes max(`depth`, `N`) cycles, of which `depth` issue. `ready` returns in the last cycle but one of the last
/// tile, so that an instruction can follow without a bubble.
///
/// An illegal operand of the instruction, or an address out of range of the `2^AD`, `2^BD` or `2^CD` words, is a fault.
/// Nothing is issued from the cycle of the fault on, until reset. `halt` ends issuing in the same way, without a
/// fault.
#[circuit(clock, reset_n, assert(AD <= 16 && BD <= 16 && CD <= 16, "addresses have 16 bits"))]
pub struct TileFeeder<N, AD, BD, CD> {
    /// Start strobe, one cycle; legal in the cycle after one with `ready` and without `start`.
    pub start: Signal<In, Bit>,
    /// Instruction, sampled with `start`; see [`Matmul`](ibert_isa::Matmul).
    pub instruction: Signal<In, Bits<256>>,
    /// Ready: an instruction can be started from the next cycle on; held until the start.
    pub ready: Signal<Out, Bit>,
    /// Halt: ends issuing; nothing more is issued until reset.
    pub halt: Signal<In, Bit>,
    /// Issue strobe: addresses and flags valid.
    pub issue: Signal<Out, Bit>,
    /// Word address in A, valid with `issue`.
    pub a_address: Signal<Out, Bits<AD>>,
    /// Word address in B, valid with `issue`.
    pub b_address: Signal<Out, Bits<BD>>,
    /// Operand swap: B is the left operand.
    pub swap: Signal<Out, Bit>,
    /// Signedness of the left operand: unsigned if set.
    pub unsigned_left: Signal<Out, Bit>,
    /// First flag: the operands are the first of a tile.
    pub first: Signal<Out, Bit>,
    /// Last flag: the operands are the last of a tile.
    pub last: Signal<Out, Bit>,
    /// The tile is the last of its instruction.
    pub last_of_all: Signal<Out, Bit>,
    /// Address in C of the tile's first word.
    pub c_address: Signal<Out, Bits<CD>>,
    /// Fault strobe, one cycle.
    pub fault: Signal<Out, Bit>,
    /// Fault code, valid with `fault`: a code of [`Stop`](ibert_isa::Stop).
    pub fault_code: Signal<Out, Bits<4>>,
    /// Busy: an instruction is being issued.
    pub busy: Signal<Out, Bit>,
    fields: MatmulFields,
    illegal_operand: constant!(Bits<4> = Stop::IllegalOperand),
    address_range: constant!(Bits<4> = Stop::AddressRange),
    side: constant!(Bits<16> = N),
    side_less_one: constant!(Bits<17> = N - 1),
    a_end: constant!(Bits<17> = 1 << AD),
    b_end: constant!(Bits<17> = 1 << BD),
    c_end: constant!(Bits<17> = 1 << CD),
    working: Register<Bit>,
    stopped: Register<Bit>,
    load: Signal<Local, Bit>,
    advance: Signal<Local, Bit>,
    possible: EnableDelay<Bit, 1>,
    lead: EnableDelay<Bits<16>, 1>,
    period: EnableDelay<Bits<16>, 1>,
    tiles_left: EnableDelay<Bits<16>, 1>,
    a_stride: EnableDelay<Bits<16>, 1>,
    b_stride: EnableDelay<Bits<16>, 1>,
    swapped: EnableDelay<Bit, 1>,
    unsigned_operand: EnableDelay<Bit, 1>,
    position: EnableDelay<Bits<16>, 1>,
    a_tile: EnableDelay<Bits<17>, 1>,
    b_tile: EnableDelay<Bits<17>, 1>,
    c_tile: EnableDelay<Bits<17>, 1>,
    a: EnableDelay<Bits<17>, 1>,
    b: EnableDelay<Bits<17>, 1>,
    last_cycle: Signal<Local, Bit>,
    nearly_over: Signal<Local, Bit>,
    last_tile: Signal<Local, Bit>,
    multiplies: Signal<Local, Bit>,
    c_last: Signal<Local, Bits<17>>,
    legal: Signal<Local, Bit>,
    in_range: Signal<Local, Bit>,
    broken: Signal<Local, Bit>,
    a_next_tile: Signal<Local, Bits<17>>,
    b_next_tile: Signal<Local, Bits<17>>,
}

#[circuit]
impl Logic for TileFeeder<N, AD, BD, CD> {
    fn update(&mut self) {
        comment! { "tile_feeder: operand addresses of a matmul, one word of A and one of B per cycle, with the flags \
        of the tiles. The first tile begins one cycle after start; a tile takes max(depth, N) cycles, of which \
        the last depth issue." }
        wire! {
            clock, reset_n => working, stopped;
            clock => possible, lead, period, tiles_left, a_stride, b_stride, swapped, unsigned_operand, position,
                a_tile, b_tile, c_tile, a, b;
        }
        fields.word = instruction;

        comment!("Position in the tile, and the last tile.");
        last_cycle = position.q + 1 == period.q;
        nearly_over = position.q + 2 >= period.q;
        last_tile = tiles_left.q == 1;
        multiplies = position.q >= lead.q;

        comment!("A fault stops the engine before the access.");
        c_last = c_tile.q + side_less_one;
        legal = possible.q;
        in_range = (a.q < a_end) & (b.q < b_end) & (c_last < c_end);
        broken = working.q & multiplies & !in_range | working.q & !legal;
        fault = broken;
        fault_code = illegal_operand;
        if legal {
            fault_code = address_range;
        }
        stopped.d = stopped.q | broken | halt;

        issue = working.q & multiplies & in_range & legal & !stopped.q;
        a_address = a.q.get_bits::<AD>(0);
        b_address = b.q.get_bits::<BD>(0);
        c_address = c_tile.q.get_bits::<CD>(0);
        swap = swapped.q;
        unsigned_left = unsigned_operand.q;
        first = position.q == lead.q;
        last = last_cycle;
        last_of_all = last_tile;

        comment!("An instruction can start while none is in progress, or from the last cycle of the previous one on.");
        ready = !stopped.q & !broken & (!working.q | (nearly_over & last_tile));
        busy = working.q;
        load = start;
        working.d = start | (working.q & !broken & !halt & !stopped.q & !(last_cycle & last_tile));
        advance = working.q | start;
        possible.enable = load;
        possible.d = fields.depth.any() & fields.tiles.any();
        lead.enable = load;
        lead.d = bits::<16>(0);
        wire! { period.{enable: load, d: fields.depth}; }
        if fields.depth < side {
            period.d = side;
            lead.d = side - fields.depth;
        }
        wire! {
            {a_stride, b_stride, swapped, unsigned_operand}.enable <- load;
            {a_stride, b_stride, swapped: swap, unsigned_operand: unsigned_left}.d <- fields.*;
        }

        comment!("Next address: within the tile, of the next tile, of the next instruction.");
        a_next_tile = a_tile.q + bit_cast::<17, 16>(a_stride.q);
        b_next_tile = b_tile.q + bit_cast::<17, 16>(b_stride.q);
        wire! { {position, a, b, a_tile, b_tile, c_tile, tiles_left}.enable <- advance; }
        position.d = position.q + 1;
        a.d = a.q;
        b.d = b.q;
        if multiplies {
            a.d = a.q + 1;
            b.d = b.q + 1;
        }
        wire! { {a_tile, b_tile, c_tile, tiles_left}.d <- *.q; }
        if last_cycle {
            position.d = bits::<16>(0);
            a.d = a_next_tile;
            b.d = b_next_tile;
            a_tile.d = a_next_tile;
            b_tile.d = b_next_tile;
            c_tile.d = c_last + 1;
            tiles_left.d = tiles_left.q - 1;
        }
        if start {
            position.d = bits::<16>(0);
            a.d = bit_cast::<17, 16>(fields.a);
            b.d = bit_cast::<17, 16>(fields.b);
            a_tile.d = bit_cast::<17, 16>(fields.a);
            b_tile.d = bit_cast::<17, 16>(fields.b);
            c_tile.d = bit_cast::<17, 16>(fields.c);
            tiles_left.d = fields.tiles;
        }
    }
}
