//! [`TwoWriterRam`]: memory with two writers of fixed priority.

use super::SliceRam;
use rust_hdl::core::prelude::*;

/// [`SliceRam`] whose write port is shared by two writers; the first writer has priority.
///
/// `second_ready` is low in a cycle in which the first writer writes: the second write is not stored in that cycle and
/// must be held. Reads are those of [`SliceRam`]: latency 1, old word.
#[circuit(clock)]
pub struct TwoWriterRam<SLICES, W, A> {
    /// Write enable per slice of the first writer; the lowest slice in bit 0.
    pub first_enable: Signal<In, Bits<SLICES>>,
    /// Address of the first writer's word.
    pub first_address: Signal<In, Bits<A>>,
    /// Word of the first writer; only its enabled slices are stored.
    pub first_data: Signal<In, Bits<W>>,
    /// Write enable per slice of the second writer, effective with `second_ready`; the lowest slice in bit 0.
    pub second_enable: Signal<In, Bits<SLICES>>,
    /// Address of the second writer's word.
    pub second_address: Signal<In, Bits<A>>,
    /// Word of the second writer; only its enabled slices are stored.
    pub second_data: Signal<In, Bits<W>>,
    /// Ready for the second writer: the first writer does not write.
    pub second_ready: Signal<Out, Bit>,
    /// Address of the word to read at this edge.
    pub read_address: Signal<In, Bits<A>>,
    /// Word read at the last edge.
    pub read_data: Signal<Out, Bits<W>>,
    ram: SliceRam<SLICES, W, A>,
}

#[circuit]
impl Logic for TwoWriterRam<SLICES, W, A> {
    fn update(&mut self) {
        comment! { "two_writer_ram_{first_data}_{read_address}: memory with one write port for two writers; the first \
        has priority." }
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
