//! [`InFlight`]: the instructions that an engine has started and not retired.

use super::FifoPointers;
use crate::cells::DistributedRam;
use rust_hdl::core::prelude::*;

/// Index and posts of up to 8 instructions under way. A retirement without one does nothing.
#[derive(LogicBlock, Default)]
pub struct InFlight {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: none.
    pub reset_n: Signal<In, Bit>,
    /// An instruction is granted; not while `full`.
    pub push: Signal<In, Bit>,
    /// Its index.
    pub index: Signal<In, Bits<32>>,
    /// The semaphores that it posts.
    pub post_mask: Signal<In, Bits<16>>,
    /// There are 8.
    pub full: Signal<Out, Bit>,
    /// The oldest one retires.
    pub retire: Signal<In, Bit>,
    /// There is one.
    pub valid: Signal<Out, Bit>,
    /// The oldest one's index.
    pub oldest_index: Signal<Out, Bits<32>>,
    /// The semaphores that it posts.
    pub oldest_post_mask: Signal<Out, Bits<16>>,
    pointers: FifoPointers<3, 4>,
    indices: DistributedRam<Bits<32>, 3>,
    masks: DistributedRam<Bits<16>, 3>,
}

impl Logic for InFlight {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("in_flight: index and posts of the instructions that an engine has started and not retired.");
        clock!(self, clock, pointers, indices, masks);
        self.pointers.reset_n.next = self.reset_n.val();
        self.pointers.push.next = self.push.val();
        self.pointers.pop.next = self.retire.val();
        self.full.next = self.pointers.full.val();
        self.valid.next = self.pointers.valid.val();
        self.indices.write_enable.next = self.pointers.write.val();
        self.indices.write_address.next = self.pointers.write_address.val();
        self.indices.write_data.next = self.index.val();
        self.indices.read_address.next = self.pointers.read_address.val();
        self.oldest_index.next = self.indices.read_data.val();
        self.masks.write_enable.next = self.pointers.write.val();
        self.masks.write_address.next = self.pointers.write_address.val();
        self.masks.write_data.next = self.post_mask.val();
        self.masks.read_address.next = self.pointers.read_address.val();
        self.oldest_post_mask.next = self.masks.read_data.val();
    }
}
