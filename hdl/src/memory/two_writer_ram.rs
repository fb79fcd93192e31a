//! [`TwoWriterRam`]: a memory that two engines write.

use super::SliceRam;
use rust_hdl::core::prelude::*;

/// [`SliceRam`] whose write port goes to `first` whenever it writes, else to `second`.
///
/// `second_ready` is low in a cycle in which `first` writes: what `second` offers is not stored then and has to stay. Reads as in [`SliceRam`]:
/// latency 1, the old word.
#[circuit(clock)]
pub struct TwoWriterRam<SLICES, W, A> {
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

#[circuit]
impl Logic for TwoWriterRam<SLICES, W, A> {
    fn update(&mut self) {
        comment! { "two_writer_ram_{first_data}_{read_address}: memory with one write port for two writers, of which \
        the first goes first." }
        wire! { clock => ram; }
        second_ready = !first_enable.any();
        wire! { ram.write_{enable, address, data} <- first_*; }
        if second_ready {
            wire! { ram.write_{enable, address, data} <- second_*; }
        }
        ram.read_address = read_address;
        read_data = ram.read_data;
    }
}
