//! [`BeatWalk`]: where in an instruction an engine is.

use crate::cells::Register;
use rust_hdl::core::prelude::*;

/// Walks through `tiles` × `groups` × `steps`, the steps fastest, one on each cycle with `advance`. Having passed the last it stands at the first
/// again, so that the next instruction may follow in the next cycle. The sizes belong to the instruction: they are constant until `last`.
///
/// The flags and positions are functions of registers. Reset: at the first step.
#[derive(LogicBlock, Default)]
pub struct BeatWalk {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// Goes on to the next step.
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
    /// The last step of a group.
    pub last_step: Signal<Out, Bit>,
    /// The last step of a tile.
    pub last_of_tile: Signal<Out, Bit>,
    /// The last step of all.
    pub last: Signal<Out, Bit>,
    step_counter: Register<Bits<17>>,
    group_counter: Register<Bits<8>>,
    tile_counter: Register<Bits<16>>,
}

impl Logic for BeatWalk {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "beat_walk: position within tiles x groups x steps, the steps fastest. Back at the first step after the last."
        );
        clock!(self, clock, step_counter, group_counter, tile_counter);
        self.step_counter.reset_n.next = self.reset_n.val();
        self.group_counter.reset_n.next = self.reset_n.val();
        self.tile_counter.reset_n.next = self.reset_n.val();

        self.step.next = self.step_counter.q.val();
        self.group.next = self.group_counter.q.val();
        self.last_step.next = (self.step_counter.q.val() + 1) == self.steps.val();
        self.last_of_tile.next = self.last_step.val() & ((self.group_counter.q.val() + 1) == self.groups.val());
        self.last.next = self.last_of_tile.val() & ((self.tile_counter.q.val() + 1) == self.tiles.val());

        self.step_counter.d.next = self.step_counter.q.val();
        self.group_counter.d.next = self.group_counter.q.val();
        self.tile_counter.d.next = self.tile_counter.q.val();
        if self.advance.val() {
            self.step_counter.d.next = self.step_counter.q.val() + 1;
            if self.last_step.val() {
                self.step_counter.d.next = bits::<17>(0);
                self.group_counter.d.next = self.group_counter.q.val() + 1;
            }
            if self.last_of_tile.val() {
                self.group_counter.d.next = bits::<8>(0);
                self.tile_counter.d.next = self.tile_counter.q.val() + 1;
            }
            if self.last.val() {
                self.tile_counter.d.next = bits::<16>(0);
            }
        }
    }
}
