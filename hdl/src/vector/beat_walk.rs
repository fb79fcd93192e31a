//! [`BeatWalk`]: position within an instruction.

use crate::cells::Register;
use rust_hdl::core::prelude::*;

/// Counts through `tiles` × `groups` × `steps`, the steps fastest, one per cycle with `advance`. After the last step
/// the position is the first again, so that the next instruction can follow in the next cycle. The sizes must be
/// constant until `last`.
///
/// Flags and positions are functions of registers. Reset: the first step.
#[circuit(clock, reset_n)]
pub struct BeatWalk {
    /// Advances to the next step.
    pub advance: Signal<In, Bit>,
    /// Steps of a group, at least 1.
    pub steps: Signal<In, Bits<17>>,
    /// Groups of a tile, at least 1.
    pub groups: Signal<In, Bits<8>>,
    /// Tiles, at least 1.
    pub tiles: Signal<In, Bits<16>>,
    /// Step within the group, from 0.
    pub step: Signal<Out, Bits<17>>,
    /// Group within the tile, from 0.
    pub group: Signal<Out, Bits<8>>,
    /// Step is the last of its group.
    pub last_step: Signal<Out, Bit>,
    /// Step is the last of its tile.
    pub last_of_tile: Signal<Out, Bit>,
    /// Step is the last of the instruction.
    pub last: Signal<Out, Bit>,
    step_counter: Register<Bits<17>>,
    group_counter: Register<Bits<8>>,
    tile_counter: Register<Bits<16>>,
}

#[circuit]
impl Logic for BeatWalk {
    fn update(&mut self) {
        comment! { "beat_walk: position within tiles x groups x steps, the steps fastest. Back at the first step after \
        the last." }
        wire! { clock, reset_n => step_counter, group_counter, tile_counter; }

        step = step_counter.q;
        group = group_counter.q;
        last_step = (step_counter.q + 1) == steps;
        last_of_tile = last_step & ((group_counter.q + 1) == groups);
        last = last_of_tile & ((tile_counter.q + 1) == tiles);

        wire! { {step_counter, group_counter, tile_counter}.d <- *.q; }
        if advance {
            step_counter.d = step_counter.q + 1;
            if last_step {
                step_counter.d = bits::<17>(0);
                group_counter.d = group_counter.q + 1;
            }
            if last_of_tile {
                group_counter.d = bits::<8>(0);
                tile_counter.d = tile_counter.q + 1;
            }
            if last {
                tile_counter.d = bits::<16>(0);
            }
        }
    }
}
