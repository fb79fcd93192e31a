//! [`TileDrain`]: where the sums of tiles go, and which instructions have retired.

use crate::cells::{Delay, EnableDelay, Register, ShiftRegister, ValidDelay};
use rust_hdl::core::prelude::*;

/// Addresses the words that leave the array: `N` of each tile, one a cycle, from the tile's first word of C on.
///
/// `DELAY` = `N` + 4 cycles after a tile's last operands were issued its first sums leave the array: one for the memories and
/// `N` + 3 for the array. `retire` comes in the cycle after the last word of an instruction was written, 2·`N` + 4 cycles after its last operands were issued.
#[circuit(
    clock, reset_n = "forgets the tiles under way",
    assert(DELAY == N + 4 && N <= 64, "one cycle for the memories, N + 3 for the array"),
)]
pub struct TileDrain<N, CD, DELAY> {
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
    words_less_one: constant!(Bits<6> = N - 1),
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

#[circuit]
impl Logic for TileDrain<N, CD, DELAY> {
    fn update(&mut self) {
        comment! { "tile_drain: addresses in C of the words that leave the array, and which instructions have written \
        their last." }
        wire! {
            clock, reset_n => pending, arrival, retired;
            clock => address_line, final_line, next_address, next_index, final_tile;
        }

        comment!("What belongs to a tile arrives together with its first word.");
        wire! { {pending, arrival}.d <- last; }
        address_line.d = tile_address;
        final_line.d = last_of_all;
        first = arrival.q;
        address = next_address.q;
        index = next_index.q;
        is_final = final_tile.q;
        if first {
            address = address_line.q;
            index = bits::<6>(0);
            is_final = final_line.q;
        }
        next_address.d = address + 1;
        next_index.d = index + 1;
        wire! { final_tile.{enable: first, d: final_line.q}; }

        retired.d = drain_valid & is_final & (index == words_less_one);
        retire = retired.q;
        busy = pending.taps.any() | drain_valid | retired.q;
    }
}
