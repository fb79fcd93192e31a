//! [`VectorWriter`]: write addresses of results.

use super::{InstructionWalk, StridedAddress};
use rust_hdl::core::prelude::*;

/// Determines the slice, word and memory to which each step of results is written, and when an instruction retires.
///
/// Results carry no address: they arrive in the order in which the feeder read their operands, and this block counts
/// through the same instructions. `valid` belongs to a step that is written in this cycle, as do the enables, the
/// addresses and `retire`. Bit `g` of an enable is for group `g`, bits `g·L·W` and up of a word. The feeder has checked
/// that the addresses are in range.
#[circuit(clock, reset_n)]
pub struct VectorWriter<G> {
    /// An instruction begins.
    pub put: Signal<In, Bit>,
    /// Instruction, sampled with `put`.
    pub instruction: Signal<In, Bits<256>>,
    /// Operation of the instructions in flight is `join`.
    pub is_join: Signal<In, Bit>,
    /// Operation of the instructions in flight is `layernorm`.
    pub is_layernorm: Signal<In, Bit>,
    /// Step of results valid.
    pub valid: Signal<In, Bit>,
    /// Write enables of the slices of A.
    pub a_write: Signal<Out, Bits<G>>,
    /// Write enables of the slices of B.
    pub b_write: Signal<Out, Bits<G>>,
    /// Write enables of the slices of R.
    pub r_write: Signal<Out, Bits<G>>,
    /// Write enables of the slices of Y.
    pub y_write: Signal<Out, Bits<G>>,
    /// Word address in A, B or Y.
    pub destination: Signal<Out, Bits<17>>,
    /// Word address in R.
    pub residual: Signal<Out, Bits<17>>,
    /// Step is the last of its instruction.
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
        comment!("vector_writer: slices and addresses of the results, and retirement of instructions.");
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
