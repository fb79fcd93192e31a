//! [`VectorFeeder`]: what an instruction reads, a beat a cycle.

use super::{BeatWalk, StridedAddress};
use crate::cells::Register;
use crate::fields::VectorFields;
use rust_hdl::core::prelude::*;

/// Issues the reads of an instruction: for each tile, for each group a *row* of `period` slots, one a cycle.
///
/// With `constants_per_lane` the first L slots of a row read the constants of a lane each (`constant`); then `steps` slots are beats of data (`data`); what is
/// left of the period is idle, for units that want their rows that far apart. The first slot comes in the cycle after `begins`.
///
/// Addresses have 17 bits and belong to this cycle; `beyond` says that one that counts is outside its memory, and then the slot is neither
/// `data` nor `constant` and the feeder stays where it is: seen before the access. That goes for the words that the instruction will write, too, so that
/// nothing behind the feeder need look at an address.
#[circuit(
    clock, reset_n = "no instruction",
    assert(AA <= 16 && BA <= 16 && CA <= 16 && RA <= 16 && YA <= 16 && KA <= 16, "addresses have 16 bits"),
)]
pub struct VectorFeeder<L, AA, BA, CA, RA, YA, KA> {
    /// Takes the instruction.
    pub begins: Signal<In, Bit>,
    /// It; constant from `begins` to `finish`.
    pub instruction: Signal<In, Bits<256>>,
    /// Slots of a row; constant from the cycle after `begins` to `finish`.
    pub period: Signal<In, Bits<17>>,
    /// The operation is `join`; constant as `period` is.
    pub is_join: Signal<In, Bit>,
    /// The operation is `layernorm`; constant as `period` is.
    pub is_layernorm: Signal<In, Bit>,
    /// Goes on; if not, no slot counts in this cycle.
    pub enable: Signal<In, Bit>,
    /// An instruction is being fed.
    pub busy: Signal<Out, Bit>,
    /// This is its last slot.
    pub finish: Signal<Out, Bit>,
    /// An address is beyond its memory.
    pub beyond: Signal<Out, Bit>,
    /// A beat of data is read.
    pub data: Signal<Out, Bit>,
    /// It is the last of its row.
    pub last: Signal<Out, Bit>,
    /// Which group of lanes.
    pub group: Signal<Out, Bits<8>>,
    /// Constants of a lane are read.
    pub constant: Signal<Out, Bit>,
    /// Bit i: of lane i.
    pub lane: Signal<Out, Bits<L>>,
    /// Word of C or Y.
    pub source: Signal<Out, Bits<17>>,
    /// Word of R.
    pub residual: Signal<Out, Bits<17>>,
    /// Word of K.
    pub constants: Signal<Out, Bits<17>>,
    fields: VectorFields,
    lanes: constant!(Bits<17> = L),
    a_depth: constant!(Bits<17> = 1 << AA),
    b_depth: constant!(Bits<17> = 1 << BA),
    c_depth: constant!(Bits<17> = 1 << CA),
    r_depth: constant!(Bits<17> = 1 << RA),
    y_depth: constant!(Bits<17> = 1 << YA),
    k_depth: constant!(Bits<17> = 1 << KA),
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
        comment! { "vector_feeder: the reads of a vector instruction, tile by tile, group by group, a beat a cycle, \
        each address checked before its access." }
        wire! {
            clock, reset_n => feeding, walk;
            clock => source_address, residual_address, constant_address, destination_address;
        }
        fields.word = instruction;

        comment!("Slots of a row: constants of lanes, data, idle ones.");
        first_data = bits::<17>(0);
        if fields.constants_per_lane {
            first_data = lanes;
        }
        behind_data = first_data + bit_cast::<17, 16>(fields.steps);
        constant_slot = feeding.q & (walk.step < first_data);
        data_slot = feeding.q & !constant_slot & (walk.step < behind_data);
        last_data = (walk.step + 1) == behind_data;

        comment!("Every address that counts in this slot, against the depth of its memory.");
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
                | ((residual_address.address >= r_depth) & (is_join | is_layernorm)))
        {
            outside = true;
        }
        beyond = outside;

        comment!("The walk.");
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

        comment!("Addresses; constants of lanes go on from group to group.");
        next_group = advance & walk.last_step;
        next_tile = advance & walk.last_of_tile;
        wire! {
            source_address.{load: begins, next_step: data_step, next_group, next_tile};
            source_address.{first: fields.source, stride: fields.source_stride};
            residual_address.{load: begins, next_step: data_step, next_group, next_tile};
            residual_address.{first: fields.residual, stride: fields.stride};
            destination_address.{load: begins, next_step: data_step, next_group, next_tile};
            destination_address.{first: fields.destination, stride: fields.stride};
            constant_address.{load: begins, first: fields.constant, stride: fields.constant_stride};
        }
        constant_address.next_step = constant_step | (data_step & !fields.constants_per_lane);
        constant_address.next_group = next_group & !fields.constants_per_lane;
        constant_address.next_tile = next_tile;
        source = source_address.address;
        residual = residual_address.address;
        constants = constant_address.address;
    }
}
