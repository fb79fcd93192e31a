//! [`TileDrain`]: addresses of a tile's accumulators in memory C, and retirement of instructions.

use crate::cells::{Delay, EnableDelay, Register, ShiftRegister, ValidDelay};
use rust_hdl::core::prelude::*;

/// Addresses the words that leave the array: `N` per tile, one per cycle, from the tile's first word in C on.
///
/// The first accumulators of a tile leave the array `DELAY` = `N` + 4 cycles after its last operands were issued: one
/// cycle for the memories and `N` + 3 for the array. `retire` is high in the cycle after the last word of an
/// instruction was written, 2·`N` + 4 cycles after its last operands were issued.
#[circuit(
    clock, reset_n = "discards the tiles in flight",
    assert(DELAY == N + 4 && N <= 64, "one cycle for the memories, N + 3 for the array"),
)]
pub struct TileDrain<N, CD, DELAY> {
    /// Last flag: the last operands of a tile are issued in this cycle.
    pub last: Signal<In, Bit>,
    /// Address of the tile's first word in C, sampled with `last`.
    pub tile_address: Signal<In, Bits<CD>>,
    /// The tile is the last of its instruction; sampled with `last`.
    pub last_of_all: Signal<In, Bit>,
    /// Word of the array valid.
    pub drain_valid: Signal<In, Bit>,
    /// Address in C of the array's word, valid with `drain_valid`.
    pub address: Signal<Out, Bits<CD>>,
    /// Retire strobe, one cycle: an instruction has written its last word.
    pub retire: Signal<Out, Bit>,
    /// Busy: a tile is in flight, up to and including the cycle of `retire`.
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
        comment! { "tile_drain: addresses in C of the words that leave the array, and retirement of instructions." }
        wire! {
            clock, reset_n => pending, arrival, retired;
            clock => address_line, final_line, next_address, next_index, final_tile;
        }

        comment!("The address and flag of a tile arrive with its first word.");
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
