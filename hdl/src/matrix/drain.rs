//! [`TileDrain`]: where the sums of tiles go, and which instructions have retired.

use crate::cells::{Delay, EnableDelay, Register, ShiftRegister, ValidDelay};
use rust_hdl::core::prelude::*;

/// Addresses the words that leave the array: `N` of each tile, one a cycle, from the tile's first word of C on.
///
/// `DELAY` = `N` + 4 cycles after a tile's last operands were issued its first sums leave the array: one for the memories and
/// `N` + 3 for the array. `retire` comes in the cycle after the last word of an instruction was written, 2·`N` + 4 cycles after its last operands were issued.
#[derive(LogicBlock)]
pub struct TileDrain<const N: usize, const CD: usize, const DELAY: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: forgets the tiles under way.
    pub reset_n: Signal<In, Bit>,
    /// The last operands of a tile are issued.
    pub last: Signal<In, Bit>,
    /// The tile's first word in C.
    pub tile_address: Signal<In, Bits<CD>>,
    /// It is the last tile of its instruction.
    pub last_of_all: Signal<In, Bit>,
    /// The array gives a word.
    pub drain_valid: Signal<In, Bit>,
    /// Where it goes.
    pub address: Signal<Out, Bits<CD>>,
    /// An instruction has written its last word.
    pub retire: Signal<Out, Bit>,
    /// Tiles are under way.
    pub busy: Signal<Out, Bit>,
    words_less_one: Constant<Bits<6>>,
    pending: ShiftRegister<DELAY>,
    arrival: ValidDelay<DELAY>,
    address_line: Delay<Bits<CD>, DELAY>,
    final_line: Delay<Bit, DELAY>,
    first: Signal<Local, Bit>,
    next_address: Delay<Bits<CD>, 1>,
    index: Signal<Local, Bits<6>>,
    next_index: Delay<Bits<6>, 1>,
    is_final: Signal<Local, Bit>,
    final_tile: EnableDelay<Bit, 1>,
    retired: Register<Bit>,
}

impl<const N: usize, const CD: usize, const DELAY: usize> Default for TileDrain<N, CD, DELAY> {
    fn default() -> Self {
        const { assert!(DELAY == N + 4 && N <= 64, "one cycle for the memories, N + 3 for the array") };
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            last: Signal::default(),
            tile_address: Signal::default(),
            last_of_all: Signal::default(),
            drain_valid: Signal::default(),
            address: Signal::default(),
            retire: Signal::default(),
            busy: Signal::default(),
            words_less_one: Constant::new((N as u64 - 1).into()),
            pending: ShiftRegister::default(),
            arrival: ValidDelay::default(),
            address_line: Delay::default(),
            final_line: Delay::default(),
            first: Signal::default(),
            next_address: Delay::default(),
            index: Signal::default(),
            next_index: Delay::default(),
            is_final: Signal::default(),
            final_tile: EnableDelay::default(),
            retired: Register::default(),
        }
    }
}

impl<const N: usize, const CD: usize, const DELAY: usize> Logic for TileDrain<N, CD, DELAY> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "tile_drain: addresses in C of the words that leave the array, and which instructions have written their last."
        );
        clock!(self, clock, pending, arrival, address_line, final_line, next_address, next_index, final_tile, retired);
        self.pending.reset_n.next = self.reset_n.val();
        self.arrival.reset_n.next = self.reset_n.val();
        self.retired.reset_n.next = self.reset_n.val();

        comment!("What belongs to a tile arrives together with its first word.");
        self.pending.d.next = self.last.val();
        self.arrival.d.next = self.last.val();
        self.address_line.d.next = self.tile_address.val();
        self.final_line.d.next = self.last_of_all.val();
        self.first.next = self.arrival.q.val();
        self.address.next = self.next_address.q.val();
        self.index.next = self.next_index.q.val();
        self.is_final.next = self.final_tile.q.val();
        if self.first.val() {
            self.address.next = self.address_line.q.val();
            self.index.next = bits::<6>(0);
            self.is_final.next = self.final_line.q.val();
        }
        self.next_address.d.next = self.address.val() + 1;
        self.next_index.d.next = self.index.val() + 1;
        self.final_tile.enable.next = self.first.val();
        self.final_tile.d.next = self.final_line.q.val();

        self.retired.d.next =
            self.drain_valid.val() & self.is_final.val() & (self.index.val() == self.words_less_one.val());
        self.retire.next = self.retired.q.val();
        self.busy.next = self.pending.taps.val().any() | self.drain_valid.val() | self.retired.q.val();
    }
}
