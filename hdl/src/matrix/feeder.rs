//! [`TileFeeder`]: the operands of tiles, in the order in which the array takes them.

use crate::cells::{EnableRegister, Register};
use crate::isa::{MatmulFields, Stop};
use rust_hdl::core::prelude::*;

/// Issues the addresses of a `matmul`'s operands, one word of A and one of B a cycle, with the flags of tiles.
///
/// An instruction is taken in the cycle of `start`, which is legal in the cycle after one with `ready`. Its first tile begins in the next cycle; a tile takes max(`depth`, `N`) cycles, of which `depth` issue; `ready` returns in the last cycle but one of the last tile and stays, so that an
/// instruction can follow without a bubble.
///
/// An operand that is illegal, or an address beyond `2^AD`, `2^BD` or `2^CD` words, is a fault: in the cycle in which it would be issued, nothing is, and never again until
/// `clear`. `halt` ends issuing in the same way without a fault.
#[derive(LogicBlock)]
pub struct TileFeeder<const N: usize, const AD: usize, const BD: usize, const CD: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// An instruction is given; legal in the cycle after one with `ready`.
    pub start: Signal<In, Bit>,
    /// The instruction, see [`Matmul`](crate::isa::Matmul).
    pub instruction: Signal<In, Bits<256>>,
    /// An instruction may be given from the next cycle on.
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
    /// What, a code of [`Stop`](crate::isa::Stop).
    pub fault_code: Signal<Out, Bits<4>>,
    /// An instruction is being fed.
    pub busy: Signal<Out, Bit>,
    fields: MatmulFields,
    illegal_operand: Constant<Bits<4>>,
    address_range: Constant<Bits<4>>,
    side: Constant<Bits<16>>,
    side_less_one: Constant<Bits<17>>,
    a_end: Constant<Bits<17>>,
    b_end: Constant<Bits<17>>,
    c_end: Constant<Bits<17>>,
    working: Register<Bit>,
    stopped: Register<Bit>,
    load: Signal<Local, Bit>,
    advance: Signal<Local, Bit>,
    possible: EnableRegister<Bit>,
    lead: EnableRegister<Bits<16>>,
    period: EnableRegister<Bits<16>>,
    tiles_left: EnableRegister<Bits<16>>,
    a_stride: EnableRegister<Bits<16>>,
    b_stride: EnableRegister<Bits<16>>,
    swapped: EnableRegister<Bit>,
    unsigned_operand: EnableRegister<Bit>,
    position: EnableRegister<Bits<16>>,
    a_tile: EnableRegister<Bits<17>>,
    b_tile: EnableRegister<Bits<17>>,
    c_tile: EnableRegister<Bits<17>>,
    a: EnableRegister<Bits<17>>,
    b: EnableRegister<Bits<17>>,
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

impl<const N: usize, const AD: usize, const BD: usize, const CD: usize> Default for TileFeeder<N, AD, BD, CD> {
    fn default() -> Self {
        const { assert!(AD <= 16 && BD <= 16 && CD <= 16, "addresses have 16 bits") };
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            start: Signal::default(),
            instruction: Signal::default(),
            ready: Signal::default(),
            halt: Signal::default(),
            issue: Signal::default(),
            a_address: Signal::default(),
            b_address: Signal::default(),
            swap: Signal::default(),
            unsigned_left: Signal::default(),
            first: Signal::default(),
            last: Signal::default(),
            last_of_all: Signal::default(),
            c_address: Signal::default(),
            fault: Signal::default(),
            fault_code: Signal::default(),
            busy: Signal::default(),
            fields: MatmulFields::default(),
            illegal_operand: Constant::new((Stop::IllegalOperand as u64).into()),
            address_range: Constant::new((Stop::AddressRange as u64).into()),
            side: Constant::new((N as u64).into()),
            side_less_one: Constant::new((N as u64 - 1).into()),
            a_end: Constant::new((1u64 << AD).into()),
            b_end: Constant::new((1u64 << BD).into()),
            c_end: Constant::new((1u64 << CD).into()),
            working: Register::default(),
            stopped: Register::default(),
            load: Signal::default(),
            advance: Signal::default(),
            possible: EnableRegister::default(),
            lead: EnableRegister::default(),
            period: EnableRegister::default(),
            tiles_left: EnableRegister::default(),
            a_stride: EnableRegister::default(),
            b_stride: EnableRegister::default(),
            swapped: EnableRegister::default(),
            unsigned_operand: EnableRegister::default(),
            position: EnableRegister::default(),
            a_tile: EnableRegister::default(),
            b_tile: EnableRegister::default(),
            c_tile: EnableRegister::default(),
            a: EnableRegister::default(),
            b: EnableRegister::default(),
            last_cycle: Signal::default(),
            nearly_over: Signal::default(),
            last_tile: Signal::default(),
            multiplies: Signal::default(),
            c_last: Signal::default(),
            legal: Signal::default(),
            in_range: Signal::default(),
            broken: Signal::default(),
            a_next_tile: Signal::default(),
            b_next_tile: Signal::default(),
        }
    }
}

impl<const N: usize, const AD: usize, const BD: usize, const CD: usize> Logic for TileFeeder<N, AD, BD, CD> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "tile_feeder: addresses of a matmul's operands, one word of A and one of B a cycle, with the flags of tiles. The first tile begins one cycle after start; a tile takes max(depth, N) cycles, of which the last depth issue."
        );
        clock!(
            self,
            clock,
            working,
            stopped,
            possible,
            lead,
            period,
            tiles_left,
            a_stride,
            b_stride,
            swapped,
            unsigned_operand,
            position,
            a_tile,
            b_tile,
            c_tile,
            a,
            b
        );
        self.working.reset_n.next = self.reset_n.val();
        self.stopped.reset_n.next = self.reset_n.val();
        self.possible.reset_n.next = self.reset_n.val();
        self.lead.reset_n.next = self.reset_n.val();
        self.period.reset_n.next = self.reset_n.val();
        self.tiles_left.reset_n.next = self.reset_n.val();
        self.a_stride.reset_n.next = self.reset_n.val();
        self.b_stride.reset_n.next = self.reset_n.val();
        self.swapped.reset_n.next = self.reset_n.val();
        self.unsigned_operand.reset_n.next = self.reset_n.val();
        self.position.reset_n.next = self.reset_n.val();
        self.a_tile.reset_n.next = self.reset_n.val();
        self.b_tile.reset_n.next = self.reset_n.val();
        self.c_tile.reset_n.next = self.reset_n.val();
        self.a.reset_n.next = self.reset_n.val();
        self.b.reset_n.next = self.reset_n.val();
        self.fields.word.next = self.instruction.val();

        comment!("Where in the tile, and which tile.");
        self.last_cycle.next = self.position.q.val() + 1 == self.period.q.val();
        self.nearly_over.next = self.position.q.val() + 2 >= self.period.q.val();
        self.last_tile.next = self.tiles_left.q.val() == 1;
        self.multiplies.next = self.position.q.val() >= self.lead.q.val();

        comment!("What is wrong stops the engine before it does harm.");
        self.c_last.next = self.c_tile.q.val() + self.side_less_one.val();
        self.legal.next = self.possible.q.val();
        self.in_range.next = (self.a.q.val() < self.a_end.val())
            & (self.b.q.val() < self.b_end.val())
            & (self.c_last.val() < self.c_end.val());
        self.broken.next = self.working.q.val() & self.multiplies.val() & !self.in_range.val()
            | self.working.q.val() & !self.legal.val();
        self.fault.next = self.broken.val();
        self.fault_code.next = self.illegal_operand.val();
        if self.legal.val() {
            self.fault_code.next = self.address_range.val();
        }
        self.stopped.d.next = self.stopped.q.val() | self.broken.val() | self.halt.val();

        self.issue.next = self.working.q.val()
            & self.multiplies.val()
            & self.in_range.val()
            & self.legal.val()
            & !self.stopped.q.val();
        self.a_address.next = self.a.q.val().get_bits::<AD>(0);
        self.b_address.next = self.b.q.val().get_bits::<BD>(0);
        self.c_address.next = self.c_tile.q.val().get_bits::<CD>(0);
        self.swap.next = self.swapped.q.val();
        self.unsigned_left.next = self.unsigned_operand.q.val();
        self.first.next = self.position.q.val() == self.lead.q.val();
        self.last.next = self.last_cycle.val();
        self.last_of_all.next = self.last_tile.val();

        comment!("An instruction can be taken while none is here, and from the last cycle of the one before on.");
        self.ready.next = !self.stopped.q.val()
            & !self.broken.val()
            & (!self.working.q.val() | (self.nearly_over.val() & self.last_tile.val()));
        self.busy.next = self.working.q.val();
        self.load.next = self.start.val();
        self.working.d.next = self.start.val()
            | (self.working.q.val()
                & !self.broken.val()
                & !self.halt.val()
                & !self.stopped.q.val()
                & !(self.last_cycle.val() & self.last_tile.val()));
        self.advance.next = self.working.q.val() | self.start.val();
        self.possible.enable.next = self.load.val();
        self.possible.d.next = self.fields.depth.val().any() & self.fields.tiles.val().any();
        self.lead.enable.next = self.load.val();
        self.lead.d.next = bits::<16>(0);
        self.period.enable.next = self.load.val();
        self.period.d.next = self.fields.depth.val();
        if self.fields.depth.val() < self.side.val() {
            self.period.d.next = self.side.val();
            self.lead.d.next = self.side.val() - self.fields.depth.val();
        }
        self.a_stride.enable.next = self.load.val();
        self.a_stride.d.next = self.fields.a_stride.val();
        self.b_stride.enable.next = self.load.val();
        self.b_stride.d.next = self.fields.b_stride.val();
        self.swapped.enable.next = self.load.val();
        self.swapped.d.next = self.fields.swap.val();
        self.unsigned_operand.enable.next = self.load.val();
        self.unsigned_operand.d.next = self.fields.unsigned_left.val();

        comment!("The next address: within the tile, of the next tile, of the next instruction.");
        self.a_next_tile.next = self.a_tile.q.val() + bit_cast::<17, 16>(self.a_stride.q.val());
        self.b_next_tile.next = self.b_tile.q.val() + bit_cast::<17, 16>(self.b_stride.q.val());
        self.position.enable.next = self.advance.val();
        self.a.enable.next = self.advance.val();
        self.b.enable.next = self.advance.val();
        self.a_tile.enable.next = self.advance.val();
        self.b_tile.enable.next = self.advance.val();
        self.c_tile.enable.next = self.advance.val();
        self.tiles_left.enable.next = self.advance.val();
        self.position.d.next = self.position.q.val() + 1;
        self.a.d.next = self.a.q.val();
        self.b.d.next = self.b.q.val();
        if self.multiplies.val() {
            self.a.d.next = self.a.q.val() + 1;
            self.b.d.next = self.b.q.val() + 1;
        }
        self.a_tile.d.next = self.a_tile.q.val();
        self.b_tile.d.next = self.b_tile.q.val();
        self.c_tile.d.next = self.c_tile.q.val();
        self.tiles_left.d.next = self.tiles_left.q.val();
        if self.last_cycle.val() {
            self.position.d.next = bits::<16>(0);
            self.a.d.next = self.a_next_tile.val();
            self.b.d.next = self.b_next_tile.val();
            self.a_tile.d.next = self.a_next_tile.val();
            self.b_tile.d.next = self.b_next_tile.val();
            self.c_tile.d.next = self.c_last.val() + 1;
            self.tiles_left.d.next = self.tiles_left.q.val() - 1;
        }
        if self.start.val() {
            self.position.d.next = bits::<16>(0);
            self.a.d.next = bit_cast::<17, 16>(self.fields.a.val());
            self.b.d.next = bit_cast::<17, 16>(self.fields.b.val());
            self.a_tile.d.next = bit_cast::<17, 16>(self.fields.a.val());
            self.b_tile.d.next = bit_cast::<17, 16>(self.fields.b.val());
            self.c_tile.d.next = bit_cast::<17, 16>(self.fields.c.val());
            self.tiles_left.d.next = self.fields.tiles.val();
        }
    }
}
