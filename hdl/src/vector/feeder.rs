//! [`VectorFeeder`]: issues the reads of an instruction, one step per cycle.

use super::{BeatWalk, StridedAddress};
use crate::cells::Register;
use crate::fields::VectorFields;
use ibert_isa::timing::vector::RECIPROCALS;
use rust_hdl::core::prelude::*;

/// Issues the reads of an instruction: for each group of each tile a *row* of `period` slots, one per cycle.
///
/// With `constants_per_lane`, the first L slots of a row read the constants of one lane each (`constant`). Then follow
/// `steps` slots of data (`data`). The rest of the period is idle, for units that require a minimum distance of rows.
/// The first slot is in the cycle after `begins`.
///
/// Addresses have 17 bits and belong to this cycle. `beyond` marks a slot with an address outside its memory; the slot
/// is then neither `data` nor `constant`, and the feeder stops at it: the fault is detected before the access. The
/// addresses of the words that the instruction will write are checked too, so no later stage checks addresses.
#[circuit(
    clock, reset_n = "no instruction",
    assert(AA <= 16 && BA <= 16 && CA <= 16 && RA <= 16 && YA <= 16 && KA <= 16, "addresses have 16 bits"),
)]
pub struct VectorFeeder<L, AA, BA, CA, RA, YA, KA> {
    /// Start strobe, one cycle.
    pub begins: Signal<In, Bit>,
    /// Instruction; constant from `begins` to `finish`.
    pub instruction: Signal<In, Bits<256>>,
    /// Slots per row; constant from the cycle after `begins` to `finish`.
    pub period: Signal<In, Bits<17>>,
    /// Operation is `join`; constant from the cycle after `begins` to `finish`.
    pub is_join: Signal<In, Bit>,
    /// Operation is `layernorm`; constant from the cycle after `begins` to `finish`.
    pub is_layernorm: Signal<In, Bit>,
    /// Operation is `late_softmax` or `normalize`; constant from the cycle after `begins` to `finish`.
    pub is_late: Signal<In, Bit>,
    /// Enable; without it, the feeder holds and the slot has no effect.
    pub enable: Signal<In, Bit>,
    /// An instruction is being fed.
    pub busy: Signal<Out, Bit>,
    /// Slot is the last of the instruction.
    pub finish: Signal<Out, Bit>,
    /// An address is out of range.
    pub beyond: Signal<Out, Bit>,
    /// Slot reads a step of data.
    pub data: Signal<Out, Bit>,
    /// Step is the last of its row.
    pub last: Signal<Out, Bit>,
    /// Group of lanes.
    pub group: Signal<Out, Bits<8>>,
    /// Slot reads the constants of a lane.
    pub constant: Signal<Out, Bit>,
    /// Lane of the constants, one-hot.
    pub lane: Signal<Out, Bits<L>>,
    /// Word address in C or Y.
    pub source: Signal<Out, Bits<17>>,
    /// Word address in R, or index of the reciprocal.
    pub residual: Signal<Out, Bits<17>>,
    /// Word address in K.
    pub constants: Signal<Out, Bits<17>>,
    fields: VectorFields,
    lanes: constant!(Bits<17> = L),
    a_depth: constant!(Bits<17> = 1 << AA),
    b_depth: constant!(Bits<17> = 1 << BA),
    c_depth: constant!(Bits<17> = 1 << CA),
    r_depth: constant!(Bits<17> = 1 << RA),
    y_depth: constant!(Bits<17> = 1 << YA),
    k_depth: constant!(Bits<17> = 1 << KA),
    reciprocals: constant!(Bits<17> = RECIPROCALS),
    feeding: Register<Bit>,
    walk: BeatWalk,
    source_address: StridedAddress,
    residual_address: StridedAddress,
    constant_address: StridedAddress,
    destination_address: StridedAddress,
    first_data: Signal<Local, Bits<17>>,
    behind_data: Signal<Local, Bits<17>>,
    data_slot: Signal<Local, Bit>,
    constant_slot: Signal<Local, Bit>,
    last_data: Signal<Local, Bit>,
    source_depth: Signal<Local, Bits<17>>,
    destination_depth: Signal<Local, Bits<17>>,
    outside: Signal<Local, Bit>,
    advance: Signal<Local, Bit>,
    data_step: Signal<Local, Bit>,
    constant_step: Signal<Local, Bit>,
    next_group: Signal<Local, Bit>,
    next_tile: Signal<Local, Bit>,
}

#[circuit]
impl Logic for VectorFeeder<L, AA, BA, CA, RA, YA, KA> {
    fn update(&mut self) {
        comment! { "vector_feeder: the reads of a vector instruction, tile by tile, group by group, one step per \
        cycle, each address checked before its access." }
        wire! {
            clock, reset_n => feeding, walk;
            clock => source_address, residual_address, constant_address, destination_address;
        }
        fields.word = instruction;

        comment!("Slots of a row: constants of lanes, data, idle slots.");
        first_data = bits::<17>(0);
        if fields.constants_per_lane {
            first_data = lanes;
        }
        behind_data = first_data + bit_cast::<17, 16>(fields.steps);
        constant_slot = feeding.q & (walk.step < first_data);
        data_slot = feeding.q & !constant_slot & (walk.step < behind_data);
        last_data = (walk.step + 1) == behind_data;

        comment!("Every address used in this slot, against the depth of its memory.");
        source_depth = c_depth;
        if is_layernorm {
            source_depth = y_depth;
        }
        destination_depth = a_depth;
        if fields.to_b {
            destination_depth = b_depth;
        }
        if is_join {
            destination_depth = y_depth;
        }
        outside = (constant_address.address >= k_depth) & (constant_slot | (data_slot & !fields.constants_per_lane));
        if data_slot
            & ((source_address.address >= source_depth)
                | (destination_address.address >= destination_depth)
                | ((residual_address.address >= r_depth) & (is_join | is_layernorm))
                | ((residual_address.address >= reciprocals) & is_late))
        {
            outside = true;
        }
        beyond = outside;

        comment!("Position within the instruction.");
        advance = feeding.q & enable & !outside;
        wire! { walk.{advance, steps: period, groups: fields.groups, tiles: fields.tiles}; }
        busy = feeding.q;
        finish = advance & walk.last;
        feeding.d = begins | (feeding.q & !finish);

        data_step = advance & data_slot;
        constant_step = advance & constant_slot;
        data = data_step;
        last = last_data;
        group = walk.group;
        constant = constant_step;
        lane = bits::<L>(1) << walk.step.get_bits::<8>(0);

        comment!("Addresses; constants of lanes continue from group to group, and every row has one reciprocal.");
        next_group = advance & walk.last_step;
        next_tile = advance & walk.last_of_tile;
        wire! {
            source_address.{load: begins, next_step: data_step, next_group, next_tile};
            source_address.{first: fields.source, stride: fields.source_stride};
            residual_address.{load: begins};
            residual_address.{first: fields.residual, stride: fields.stride};
            destination_address.{load: begins, next_step: data_step, next_group, next_tile};
            destination_address.{first: fields.destination, stride: fields.stride};
            constant_address.{load: begins, first: fields.constant, stride: fields.constant_stride};
        }
        residual_address.next_step = data_step;
        residual_address.next_group = next_group;
        residual_address.next_tile = next_tile;
        if is_late {
            residual_address.next_step = next_group;
            residual_address.next_group = false;
            residual_address.next_tile = false;
        }
        constant_address.next_step = constant_step | (data_step & !fields.constants_per_lane);
        constant_address.next_group = next_group & !fields.constants_per_lane;
        constant_address.next_tile = next_tile;
        source = source_address.address;
        residual = residual_address.address;
        constants = constant_address.address;
    }
}
