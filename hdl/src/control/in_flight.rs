//! [`InFlight`]: the instructions that an engine has started and not retired.

use super::FifoPointers;
use crate::cells::DistributedRam;
use rust_hdl::core::prelude::*;

/// Index and posts of up to 8 instructions in flight. A retirement without one has no effect.
#[circuit(clock, reset_n = "no instructions in flight")]
pub struct InFlight {
    /// Push strobe, at the grant of an instruction; not while `full`.
    pub push: Signal<In, Bit>,
    /// Index of the granted instruction.
    pub index: Signal<In, Bits<32>>,
    /// Semaphores that the granted instruction posts.
    pub post_mask: Signal<In, Bits<16>>,
    /// 8 instructions are in flight.
    pub full: Signal<Out, Bit>,
    /// The oldest instruction retires.
    pub retire: Signal<In, Bit>,
    /// An instruction is in flight.
    pub valid: Signal<Out, Bit>,
    /// Index of the oldest instruction.
    pub oldest_index: Signal<Out, Bits<32>>,
    /// Semaphores that the oldest instruction posts.
    pub oldest_post_mask: Signal<Out, Bits<16>>,
    pointers: FifoPointers<3, 4>,
    indices: DistributedRam<Bits<32>, 3>,
    masks: DistributedRam<Bits<16>, 3>,
}

#[circuit]
impl Logic for InFlight {
    fn update(&mut self) {
        comment!("in_flight: index and posts of the instructions that an engine has started and not retired.");
        wire! {
            clock, reset_n => pointers;
            clock => indices, masks;
            pointers.{push, pop: retire};
            {full, valid} <- pointers.*;
            indices.{write_enable: write, write_address, read_address} <- pointers.*;
            indices.write_data <- index;
            oldest_index <- indices.read_data;
            masks.{write_enable: write, write_address, read_address} <- pointers.*;
        }
        masks.write_data = post_mask;
        oldest_post_mask = masks.read_data;
    }
}
