//! [`TileFeeder`]: the operands of tiles, in the order in which the array takes them.

use crate::cells::{EnableDelay, Register};
use crate::fields::MatmulFields;
use ibert_isa::Stop;
use rust_hdl::core::prelude::*;

/// Issues the addresses of a `matmul`'s operands, one word of A and one of B a cycle, with the flags of tiles.
///
/// An instruction is sampled with `start` (docs/control.md, "Handshakes"). Its first tile begins in the next cycle; a tile
/// takes max(`depth`, `N`) cycles, of which `depth` issue. `ready` returns in the last cycle but one of the last tile, so
/// that an instruction can follow without a bubble.
///
/// An operand that is illegal, or an address beyond `2^AD`, `2^BD` or `2^CD` words, is a fault: in the cycle in which it would be issued, nothing is, and never again until
/// `clear`. `halt` ends issuing in the same way without a fault.
#[circuit(clock, reset_n, assert(AD <= 16 && BD <= 16 && CD <= 16, "addresses have 16 bits"))]
pub struct TileFeeder<N, AD, BD, CD> {
    /// Start strobe, one cycle; legal in the cycle after one with `ready` and without `start`.
    pub start: Signal<In, Bit>,
    /// The instruction, see [`Matmul`](ibert_isa::Matmul).
    pub instruction: Signal<In, Bits<256>>,
    /// An instruction can be started from the next cycle on; stays high until the start.
    pub ready: Signal<Out, Bit>,
    /// Nothing more is issued.
    pub halt: Signal<In, Bit>,
    /// The addresses count.
    pub issue: Signal<Out, Bit>,
    /// Word of A.
    pub a_address: Signal<Out, Bits<AD>>,
    /// Word of B.
    pub b_address: Signal<Out, Bits<BD>>,
    /// B is the left operand.
    pub swap: Signal<Out, Bit>,
    /// The left operand is unsigned.
    pub unsigned_left: Signal<Out, Bit>,
    /// The first operands of a tile.
    pub first: Signal<Out, Bit>,
    /// The last ones.
    pub last: Signal<Out, Bit>,
    /// The last ones of the instruction.
    pub last_of_all: Signal<Out, Bit>,
    /// Where in C the tile's sums go.
    pub c_address: Signal<Out, Bits<CD>>,
    /// Something is wrong with the instruction; one cycle.
    pub fault: Signal<Out, Bit>,
    /// What, a code of [`Stop`](ibert_isa::Stop).
    pub fault_code: Signal<Out, Bits<4>>,
    /// An instruction is being fed.
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
        comment! { "tile_feeder: addresses of a matmul's operands, one word of A and one of B a cycle, with the flags \
        of tiles. The first tile begins one cycle after start; a tile takes max(depth, N) cycles, of which \
        the last depth issue." }
        wire! {
            clock, reset_n => working, stopped;
            clock => possible, lead, period, tiles_left, a_stride, b_stride, swapped, unsigned_operand, position,
                a_tile, b_tile, c_tile, a, b;
        }
        fields.word = instruction;

        comment!("Where in the tile, and which tile.");
        last_cycle = position.q + 1 == period.q;
        nearly_over = position.q + 2 >= period.q;
        last_tile = tiles_left.q == 1;
        multiplies = position.q >= lead.q;

        comment!("What is wrong stops the engine before it does harm.");
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

        comment!("An instruction can be taken while none is here, and from the last cycle of the one before on.");
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

        comment!("The next address: within the tile, of the next tile, of the next instruction.");
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
