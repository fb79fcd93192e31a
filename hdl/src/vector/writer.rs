//! [`VectorWriter`]: where results go.

use super::{InstructionWalk, StridedAddress};
use rust_hdl::core::prelude::*;

/// Says which slice of which word of which memory each beat of results is written to, and when an instruction has retired.
///
/// Results carry no address: they come in the order in which the feeder has read their operands, and this block walks through the same
/// instructions by itself. `valid` belongs to a beat that is written in this cycle; so do the enables, the addresses and `retire`. Bit `g` of an enable is
/// for group `g`, bits `g·L·W` and up of a word. The addresses are known to be within their memories.
#[derive(LogicBlock, Default)]
pub struct VectorWriter<const G: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// An instruction begins.
    pub put: Signal<In, Bit>,
    /// It.
    pub instruction: Signal<In, Bits<256>>,
    /// The operation of all that is under way is `join`.
    pub is_join: Signal<In, Bit>,
    /// It is `layernorm`.
    pub is_layernorm: Signal<In, Bit>,
    /// A beat of results is there.
    pub valid: Signal<In, Bit>,
    /// Slices of A that are written.
    pub a_write: Signal<Out, Bits<G>>,
    /// Slices of B that are written.
    pub b_write: Signal<Out, Bits<G>>,
    /// Slices of R that are written.
    pub r_write: Signal<Out, Bits<G>>,
    /// Slices of Y that are written.
    pub y_write: Signal<Out, Bits<G>>,
    /// Word of A, B or Y.
    pub destination: Signal<Out, Bits<17>>,
    /// Word of R.
    pub residual: Signal<Out, Bits<17>>,
    /// The beat is the last of its instruction.
    pub retire: Signal<Out, Bit>,
    walk: InstructionWalk,
    destination_address: StridedAddress,
    residual_address: StridedAddress,
    slice: Signal<Local, Bits<G>>,
    next_group: Signal<Local, Bit>,
    next_tile: Signal<Local, Bit>,
}

impl<const G: usize> Logic for VectorWriter<G> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("vector_writer: slices and addresses that results are written to, and when an instruction retires.");
        clock!(self, clock, walk, destination_address, residual_address);
        self.walk.reset_n.next = self.reset_n.val();
        self.walk.put.next = self.put.val();
        self.walk.instruction.next = self.instruction.val();
        self.walk.advance.next = self.valid.val();
        self.retire.next = self.valid.val() & self.walk.last.val();

        self.slice.next = bits::<G>(0);
        if self.valid.val() {
            self.slice.next = bits::<G>(1) << self.walk.group.val();
        }
        self.a_write.next = bits::<G>(0);
        self.b_write.next = bits::<G>(0);
        self.r_write.next = bits::<G>(0);
        self.y_write.next = bits::<G>(0);
        if self.is_join.val() {
            self.y_write.next = self.slice.val();
        } else if self.walk.to_b.val() {
            self.b_write.next = self.slice.val();
        } else {
            self.a_write.next = self.slice.val();
        }
        if self.is_layernorm.val() {
            self.r_write.next = self.slice.val();
        }

        self.next_group.next = self.valid.val() & self.walk.last_step.val();
        self.next_tile.next = self.valid.val() & self.walk.last_of_tile.val();
        self.destination_address.load.next = self.walk.load.val();
        self.destination_address.first.next = self.walk.destination.val();
        self.destination_address.stride.next = self.walk.stride.val();
        self.destination_address.next_step.next = self.valid.val();
        self.destination_address.next_group.next = self.next_group.val();
        self.destination_address.next_tile.next = self.next_tile.val();
        self.residual_address.load.next = self.walk.load.val();
        self.residual_address.first.next = self.walk.residual.val();
        self.residual_address.stride.next = self.walk.stride.val();
        self.residual_address.next_step.next = self.valid.val();
        self.residual_address.next_group.next = self.next_group.val();
        self.residual_address.next_tile.next = self.next_tile.val();
        self.destination.next = self.destination_address.address.val();
        self.residual.next = self.residual_address.address.val();
    }
}
