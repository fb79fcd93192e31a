//! [`StridedAddress`]: word addresses of an operand, tile by tile.

use crate::cells::Delay;
use rust_hdl::core::prelude::*;

/// Word addresses of an operand: consecutive from `first` on, back to the start of the tile for each group, and
/// `stride` further for each tile.
///
/// At most one of `load`, `next_tile`, `next_group` and `next_step` takes effect per cycle, with priority in this
/// order. Addresses have 17 bits: `first` and `stride` have 16 and a step adds 1, so an address past 2^16 is visible
/// before it can wrap. No reset.
#[circuit(clock)]
pub struct StridedAddress {
    /// Loads `first`, for a new instruction.
    pub load: Signal<In, Bit>,
    /// Address of the first word.
    pub first: Signal<In, Bits<16>>,
    /// Address increment per tile; sampled with `next_tile`.
    pub stride: Signal<In, Bits<16>>,
    /// Advances to the next word.
    pub next_step: Signal<In, Bit>,
    /// Returns to the first word of the tile.
    pub next_group: Signal<In, Bit>,
    /// Advances to the first word of the next tile.
    pub next_tile: Signal<In, Bit>,
    /// Address in this cycle.
    pub address: Signal<Out, Bits<17>>,
    /// Address in the next cycle, a function of this cycle's inputs.
    pub upcoming: Signal<Out, Bits<17>>,
    tile_register: Delay<Bits<17>, 1>,
    address_register: Delay<Bits<17>, 1>,
}

#[circuit]
impl Logic for StridedAddress {
    fn update(&mut self) {
        comment! { "strided_address: word addresses of an operand: consecutive, back to the start of the tile for each \
        group, a stride further for each tile. No reset." }
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
