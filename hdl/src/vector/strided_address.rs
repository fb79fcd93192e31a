//! [`StridedAddress`]: the addresses of an operand, tile after tile.

use crate::cells::Delay;
use rust_hdl::core::prelude::*;

/// Word addresses of an operand: from `first` on one after the other, back to the start of the tile for each group, and `stride` further for each tile.
///
/// At most one of `load`, `next_step`, `next_group` and `next_tile` in a cycle takes effect, in this order of precedence: `load`, `next_tile`, `next_group`,
/// `next_step`. Addresses have 17 bits and do not wrap before a user has seen one that is beyond 2^16: `first` and `stride` have 16, and a step adds 1.
/// No reset.
#[circuit(clock)]
pub struct StridedAddress {
    /// A new instruction: on to `first`.
    pub load: Signal<In, Bit>,
    /// Its first word.
    pub first: Signal<In, Bits<16>>,
    /// From a tile to the next; sampled with `next_tile`.
    pub stride: Signal<In, Bits<16>>,
    /// On to the next word.
    pub next_step: Signal<In, Bit>,
    /// Back to the first word of the tile.
    pub next_group: Signal<In, Bit>,
    /// On to the first word of the next tile.
    pub next_tile: Signal<In, Bit>,
    /// The address.
    pub address: Signal<Out, Bits<17>>,
    /// The address in the next cycle, a function of this cycle's inputs.
    pub upcoming: Signal<Out, Bits<17>>,
    tile_register: Delay<Bits<17>, 1>,
    address_register: Delay<Bits<17>, 1>,
}

#[circuit]
impl Logic for StridedAddress {
    fn update(&mut self) {
        comment! { "strided_address: word addresses of an operand: one after the other, back to the start of the tile \
        for each group, a stride further for each tile. No reset." }
        wire! { clock => tile_register, address_register; }
        tile_register.d = tile_register.q;
        upcoming = address_register.q;
        if next_step {
            upcoming = address_register.q + 1;
        }
        if next_group {
            upcoming = tile_register.q;
        }
        if next_tile {
            tile_register.d = tile_register.q + bit_cast::<17, 16>(stride);
            upcoming = tile_register.q + bit_cast::<17, 16>(stride);
        }
        if load {
            tile_register.d = bit_cast::<17, 16>(first);
            upcoming = bit_cast::<17, 16>(first);
        }
        address_register.d = upcoming;
        address = address_register.q;
    }
}
