//! [`VectorWriter`]: write addresses of results.

use super::{InstructionWalk, StridedAddress};
use crate::cells::EnableDelay;
use ibert_isa::timing::vector::RECIPROCAL_ADDRESS;
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
    /// Operation of the instructions in flight is `late_softmax`.
    pub is_late: Signal<In, Bit>,
    /// The reciprocal of the oldest row whose weights are written is stored.
    pub stored: Signal<In, Bit>,
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
    /// Index of the reciprocal that is stored.
    pub reciprocal: Signal<Out, Bits<{ RECIPROCAL_ADDRESS }>>,
    /// The last write of the instruction: the last step of results, or the last reciprocal.
    pub retire: Signal<Out, Bit>,
    walk: InstructionWalk,
    destination_address: StridedAddress,
    residual_address: StridedAddress,
    row_reciprocal: EnableDelay<Bits<{ RECIPROCAL_ADDRESS }>, 1>,
    row_is_last: EnableDelay<Bit, 1>,
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
            clock => destination_address, residual_address, row_reciprocal, row_is_last;
            walk.{put, instruction, advance: valid};
        }

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
        }
        residual_address.next_step = valid;
        residual_address.next_group = next_group;
        residual_address.next_tile = next_tile;
        if is_late {
            residual_address.next_step = next_group;
            residual_address.next_group = false;
            residual_address.next_tile = false;
        }
        destination = destination_address.address;
        residual = residual_address.address;

        comment!("The reciprocal of a row is stored 19 cycles after its last weight, before the next row ends.");
        wire! { row_{reciprocal, is_last}.enable <- next_group; }
        row_reciprocal.d = residual_address.address.get_bits::<7>(0);
        row_is_last.d = walk.last;
        reciprocal = row_reciprocal.q;

        retire = valid & walk.last;
        if is_late {
            retire = stored & row_is_last.q;
        }
    }
}
