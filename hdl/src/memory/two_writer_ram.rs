//! [`TwoWriterRam`]: a memory that two engines write.

use super::SliceRam;
use rust_hdl::core::prelude::*;

/// [`SliceRam`] whose write port goes to `first` whenever it writes, else to `second`.
///
/// `second_ready` is low in a cycle in which `first` writes: what `second` offers is not stored then and has to stay. Reads as in [`SliceRam`]:
/// latency 1, the old word.
#[derive(LogicBlock, Default)]
pub struct TwoWriterRam<const SLICES: usize, const W: usize, const A: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Slices that the first writer stores.
    pub first_enable: Signal<In, Bits<SLICES>>,
    /// Where.
    pub first_address: Signal<In, Bits<A>>,
    /// The word that they are slices of.
    pub first_data: Signal<In, Bits<W>>,
    /// Slices that the second writer stores if `second_ready`.
    pub second_enable: Signal<In, Bits<SLICES>>,
    /// Where.
    pub second_address: Signal<In, Bits<A>>,
    /// The word that they are slices of.
    pub second_data: Signal<In, Bits<W>>,
    /// The first writer does not write.
    pub second_ready: Signal<Out, Bit>,
    /// Which word is read at this edge.
    pub read_address: Signal<In, Bits<A>>,
    /// The word read at the last edge.
    pub read_data: Signal<Out, Bits<W>>,
    ram: SliceRam<SLICES, W, A>,
}

impl<const SLICES: usize, const W: usize, const A: usize> Logic for TwoWriterRam<SLICES, W, A> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "two_writer_ram_{first_data}_{read_address}: memory with one write port for two writers, of which the first goes first."
        );
        self.ram.clock.next = self.clock.val();
        self.second_ready.next = !self.first_enable.val().any();
        self.ram.write_enable.next = self.first_enable.val();
        self.ram.write_address.next = self.first_address.val();
        self.ram.write_data.next = self.first_data.val();
        if self.second_ready.val() {
            self.ram.write_enable.next = self.second_enable.val();
            self.ram.write_address.next = self.second_address.val();
            self.ram.write_data.next = self.second_data.val();
        }
        self.ram.read_address.next = self.read_address.val();
        self.read_data.next = self.ram.read_data.val();
    }
}
