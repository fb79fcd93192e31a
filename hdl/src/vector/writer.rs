//! [`VectorWriter`]: where results go.

use super::{InstructionWalk, StridedAddress};
use rust_hdl::core::prelude::*;

/// Says which slice of which word of which memory each beat of results is written to, and when an instruction has retired.
///
/// Results carry no address: they come in the order in which the feeder has read their operands, and this block walks through the same
/// instructions by itself. `valid` belongs to a beat that is written in this cycle; so do the enables, the addresses and `retire`. Bit `g` of an enable is
/// for group `g`, bits `g·L·W` and up of a word. The addresses are known to be within their memories.
#[circuit(clock, reset_n)]
pub struct VectorWriter<G> {
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

#[circuit]
impl Logic for VectorWriter<G> {
    fn update(&mut self) {
        comment!("vector_writer: slices and addresses that results are written to, and when an instruction retires.");
        wire! {
            clock, reset_n => walk;
            clock => destination_address, residual_address;
            walk.{put, instruction, advance: valid};
        }
        retire = valid & walk.last;

        slice = bits::<G>(0);
        if valid {
            slice = bits::<G>(1) << walk.group;
        }
        a_write = bits::<G>(0);
        b_write = bits::<G>(0);
        r_write = bits::<G>(0);
        y_write = bits::<G>(0);
        if is_join {
            y_write = slice;
        } else if walk.to_b {
            b_write = slice;
        } else {
            a_write = slice;
        }
        if is_layernorm {
            r_write = slice;
        }

        next_group = valid & walk.last_step;
        next_tile = valid & walk.last_of_tile;
        wire! {
            destination_address.{load, first: destination, stride} <- walk.*;
            destination_address.{next_step: valid, next_group, next_tile};
            residual_address.{load, first: residual, stride} <- walk.*;
            residual_address.{next_step: valid, next_group, next_tile};
        }
        destination = destination_address.address;
        residual = residual_address.address;
    }
}
