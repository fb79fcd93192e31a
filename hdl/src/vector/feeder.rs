//! [`VectorFeeder`]: what an instruction reads, a beat a cycle.

use super::{BeatWalk, StridedAddress};
use crate::cells::Register;
use crate::isa::VectorFields;
use rust_hdl::core::prelude::*;

/// Issues the reads of an instruction: for each tile, for each group a *row* of `period` slots, one a cycle.
///
/// With `constants_per_lane` the first L slots of a row read the constants of a lane each (`constant`); then `steps` slots are beats of data (`data`); what is
/// left of the period is idle, for units that want their rows that far apart. The first slot comes in the cycle after `begins`.
///
/// Addresses have 17 bits and belong to this cycle; `beyond` says that one that counts is outside its memory, and then the slot is neither
/// `data` nor `constant` and the feeder stays where it is: seen before the access. That goes for the words that the instruction will write, too, so that
/// nothing behind the feeder need look at an address.
#[derive(LogicBlock)]
pub struct VectorFeeder<
    const L: usize,
    const AA: usize,
    const BA: usize,
    const CA: usize,
    const RA: usize,
    const YA: usize,
    const KA: usize,
> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: no instruction.
    pub reset_n: Signal<In, Bit>,
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
    lanes: Constant<Bits<17>>,
    a_depth: Constant<Bits<17>>,
    b_depth: Constant<Bits<17>>,
    c_depth: Constant<Bits<17>>,
    r_depth: Constant<Bits<17>>,
    y_depth: Constant<Bits<17>>,
    k_depth: Constant<Bits<17>>,
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

impl<
    const L: usize,
    const AA: usize,
    const BA: usize,
    const CA: usize,
    const RA: usize,
    const YA: usize,
    const KA: usize,
> Default for VectorFeeder<L, AA, BA, CA, RA, YA, KA>
{
    fn default() -> Self {
        const { assert!(AA <= 16 && BA <= 16 && CA <= 16 && RA <= 16 && YA <= 16 && KA <= 16, "addresses have 16 bits") };
        let depth = |address: usize| Constant::new(bits(1 << address));
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            begins: Signal::default(),
            instruction: Signal::default(),
            period: Signal::default(),
            is_join: Signal::default(),
            is_layernorm: Signal::default(),
            enable: Signal::default(),
            busy: Signal::default(),
            finish: Signal::default(),
            beyond: Signal::default(),
            data: Signal::default(),
            last: Signal::default(),
            group: Signal::default(),
            constant: Signal::default(),
            lane: Signal::default(),
            source: Signal::default(),
            residual: Signal::default(),
            constants: Signal::default(),
            fields: VectorFields::default(),
            lanes: Constant::new(bits(L as u64)),
            a_depth: depth(AA),
            b_depth: depth(BA),
            c_depth: depth(CA),
            r_depth: depth(RA),
            y_depth: depth(YA),
            k_depth: depth(KA),
            feeding: Register::default(),
            walk: BeatWalk::default(),
            source_address: StridedAddress::default(),
            residual_address: StridedAddress::default(),
            constant_address: StridedAddress::default(),
            destination_address: StridedAddress::default(),
            first_data: Signal::default(),
            behind_data: Signal::default(),
            data_slot: Signal::default(),
            constant_slot: Signal::default(),
            last_data: Signal::default(),
            source_depth: Signal::default(),
            destination_depth: Signal::default(),
            outside: Signal::default(),
            advance: Signal::default(),
            data_step: Signal::default(),
            constant_step: Signal::default(),
            next_group: Signal::default(),
            next_tile: Signal::default(),
        }
    }
}

impl<
    const L: usize,
    const AA: usize,
    const BA: usize,
    const CA: usize,
    const RA: usize,
    const YA: usize,
    const KA: usize,
> Logic for VectorFeeder<L, AA, BA, CA, RA, YA, KA>
{
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "vector_feeder: the reads of a vector instruction, tile by tile, group by group, a beat a cycle, each address checked before its access."
        );
        clock!(self, clock, feeding, walk, source_address, residual_address, constant_address, destination_address);
        self.feeding.reset_n.next = self.reset_n.val();
        self.walk.reset_n.next = self.reset_n.val();
        self.fields.word.next = self.instruction.val();

        comment!("Slots of a row: constants of lanes, data, idle ones.");
        self.first_data.next = bits::<17>(0);
        if self.fields.constants_per_lane.val() {
            self.first_data.next = self.lanes.val();
        }
        self.behind_data.next = self.first_data.val() + bit_cast::<17, 16>(self.fields.steps.val());
        self.constant_slot.next = self.feeding.q.val() & (self.walk.step.val() < self.first_data.val());
        self.data_slot.next =
            self.feeding.q.val() & !self.constant_slot.val() & (self.walk.step.val() < self.behind_data.val());
        self.last_data.next = (self.walk.step.val() + 1) == self.behind_data.val();

        comment!("Every address that counts in this slot, against the depth of its memory.");
        self.source_depth.next = self.c_depth.val();
        if self.is_layernorm.val() {
            self.source_depth.next = self.y_depth.val();
        }
        self.destination_depth.next = self.a_depth.val();
        if self.fields.to_b.val() {
            self.destination_depth.next = self.b_depth.val();
        }
        if self.is_join.val() {
            self.destination_depth.next = self.y_depth.val();
        }
        self.outside.next = (self.constant_address.address.val() >= self.k_depth.val())
            & (self.constant_slot.val() | (self.data_slot.val() & !self.fields.constants_per_lane.val()));
        if self.data_slot.val()
            & ((self.source_address.address.val() >= self.source_depth.val())
                | (self.destination_address.address.val() >= self.destination_depth.val())
                | ((self.residual_address.address.val() >= self.r_depth.val())
                    & (self.is_join.val() | self.is_layernorm.val())))
        {
            self.outside.next = true;
        }
        self.beyond.next = self.outside.val();

        comment!("The walk.");
        self.advance.next = self.feeding.q.val() & self.enable.val() & !self.outside.val();
        self.walk.advance.next = self.advance.val();
        self.walk.steps.next = self.period.val();
        self.walk.groups.next = self.fields.groups.val();
        self.walk.tiles.next = self.fields.tiles.val();
        self.busy.next = self.feeding.q.val();
        self.finish.next = self.advance.val() & self.walk.last.val();
        self.feeding.d.next = self.begins.val() | (self.feeding.q.val() & !self.finish.val());

        self.data_step.next = self.advance.val() & self.data_slot.val();
        self.constant_step.next = self.advance.val() & self.constant_slot.val();
        self.data.next = self.data_step.val();
        self.last.next = self.last_data.val();
        self.group.next = self.walk.group.val();
        self.constant.next = self.constant_step.val();
        self.lane.next = bits::<L>(1) << self.walk.step.val().get_bits::<8>(0);

        comment!("Addresses; constants of lanes go on from group to group.");
        self.next_group.next = self.advance.val() & self.walk.last_step.val();
        self.next_tile.next = self.advance.val() & self.walk.last_of_tile.val();
        self.source_address.load.next = self.begins.val();
        self.source_address.first.next = self.fields.source.val();
        self.source_address.stride.next = self.fields.source_stride.val();
        self.source_address.next_step.next = self.data_step.val();
        self.source_address.next_group.next = self.next_group.val();
        self.source_address.next_tile.next = self.next_tile.val();
        self.residual_address.load.next = self.begins.val();
        self.residual_address.first.next = self.fields.residual.val();
        self.residual_address.stride.next = self.fields.stride.val();
        self.residual_address.next_step.next = self.data_step.val();
        self.residual_address.next_group.next = self.next_group.val();
        self.residual_address.next_tile.next = self.next_tile.val();
        self.destination_address.load.next = self.begins.val();
        self.destination_address.first.next = self.fields.destination.val();
        self.destination_address.stride.next = self.fields.stride.val();
        self.destination_address.next_step.next = self.data_step.val();
        self.destination_address.next_group.next = self.next_group.val();
        self.destination_address.next_tile.next = self.next_tile.val();
        self.constant_address.load.next = self.begins.val();
        self.constant_address.first.next = self.fields.constant.val();
        self.constant_address.stride.next = self.fields.constant_stride.val();
        self.constant_address.next_step.next =
            self.constant_step.val() | (self.data_step.val() & !self.fields.constants_per_lane.val());
        self.constant_address.next_group.next = self.next_group.val() & !self.fields.constants_per_lane.val();
        self.constant_address.next_tile.next = self.next_tile.val();
        self.source.next = self.source_address.address.val();
        self.residual.next = self.residual_address.address.val();
        self.constants.next = self.constant_address.address.val();
    }
}
