//! [`VectorEngine`]: everything that is no product of matrices.

use super::{ChannelConstants, ChannelReader, VectorControl, VectorFeeder, VectorLane, VectorParameters, VectorWriter};
use crate::cells::{Concatenate, Delay, RepeatGroup, SelectGroup, Truncate, ValidDelay};
use crate::isa::VectorFields;
use rust_hdl::core::prelude::*;

/// The vector engine: executes `vector` instructions (docs/machine.md) between memories C, Y, R, K and A, B, R, Y, on `L` lanes of a word at a time.
///
/// **Rate**: one beat of `L` lanes a cycle. An instruction costs one cycle and its beats, `tiles · groups · steps` (with `constants_per_lane`
/// `tiles · groups · (steps + L)`); the next one follows without a gap if it has the same operation and parameter word, and in `softmax` and
/// `layernorm` as many steps; else it begins when everything before it has retired. Up to four instructions are under way. Rows of `softmax` and
/// `layernorm` that are short are as far apart as the units in the lanes want them, so that these are always ready, nothing ever stalls, and all of the timing
/// is in the closed formulas of [`timing`](super::timing).
///
/// **Structure**: [`VectorControl`] accepts instructions, [`VectorFeeder`] reads operands and constants, `L` × [`VectorLane`] compute,
/// [`VectorWriter`] knows where the results go, [`ChannelReader`] reads LayerNorm's constants when they are due. All lanes run in lockstep: lane 0 speaks for them.
///
/// | cycle | |
/// |---|---|
/// | s | address of the operands |
/// | s + 1 | the memories show them; the group's lanes are selected |
/// | s + 2 | in the lanes |
/// | … | see [`VectorLane`] |
///
/// **Faults** are those of [`Stop`](crate::isa::Stop): `IllegalOperand` (a count of 0, more groups than there are, no such operation, `to_b` or
/// `constants_per_lane` without `requantize`, more than 1024 steps of `softmax` or `layernorm`) and `AddressRange`, seen before the access. A fault
/// is told once, when all older instructions have retired. From then on the engine is idle and not ready until `clear`. `halt` does the same without a fault.
/// Writes of a faulty instruction's earlier beats may have been done.
///
/// A word of A, B, R and Y is written in slices: bit `g` of a write enable is for lanes `g·L` to `g·L + L - 1`.
///
/// `L` lanes, `G` groups; `W8` = 8·L·G, `W16`, `W22`, `W32` likewise the bits of a word, `S8` = 8·L, `S16`, `S22`, `S32` those of a group; `AA` … `KA` address
/// bits of the memories, at most 16. See [`VectorEngineBase`](super::VectorEngineBase) and its siblings.
#[derive(LogicBlock)]
pub struct VectorEngine<
    const L: usize,
    const G: usize,
    const W8: usize,
    const W16: usize,
    const W22: usize,
    const W32: usize,
    const S8: usize,
    const S16: usize,
    const S22: usize,
    const S32: usize,
    const AA: usize,
    const BA: usize,
    const CA: usize,
    const RA: usize,
    const YA: usize,
    const KA: usize,
> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// An instruction is given; only in a cycle with `ready`.
    pub start: Signal<In, Bit>,
    /// It, a `vector` instruction.
    pub instruction: Signal<In, Bits<256>>,
    /// An instruction may be given. A function of registers.
    pub ready: Signal<Out, Bit>,
    /// The oldest instruction has retired: its last word is being written.
    pub retire: Signal<Out, Bit>,
    /// The oldest instruction cannot be done; the engine stops.
    pub fault: Signal<Out, Bit>,
    /// Why, a code of [`Stop`](crate::isa::Stop); with `fault`.
    pub fault_code: Signal<Out, Bits<4>>,
    /// Forget everything: nothing is written any more from the next cycle on.
    pub halt: Signal<In, Bit>,
    /// Back to what reset gives; after `fault` or `halt`.
    pub clear: Signal<In, Bit>,
    /// Nothing is under way.
    pub idle: Signal<Out, Bit>,
    /// Word of C to read.
    pub c_address: Signal<Out, Bits<CA>>,
    /// The word read in the cycle before.
    pub c_data: Signal<In, Bits<W32>>,
    /// Word of Y to read.
    pub y_address: Signal<Out, Bits<YA>>,
    /// The word read in the cycle before.
    pub y_data: Signal<In, Bits<W22>>,
    /// R is read.
    pub r_read: Signal<Out, Bit>,
    /// Word of R to read.
    pub r_read_address: Signal<Out, Bits<RA>>,
    /// The word read in the cycle before.
    pub r_data: Signal<In, Bits<W16>>,
    /// Word of K to read.
    pub k_address: Signal<Out, Bits<KA>>,
    /// The word read in the cycle before.
    pub k_data: Signal<In, Bits<160>>,
    /// Groups of a word of A to write; the address and the word in the same cycle.
    pub a_write: Signal<Out, Bits<G>>,
    /// The word.
    pub a_address: Signal<Out, Bits<AA>>,
    /// What to write, the same in each group.
    pub a_data: Signal<Out, Bits<W8>>,
    /// Groups of a word of B to write.
    pub b_write: Signal<Out, Bits<G>>,
    /// The word.
    pub b_address: Signal<Out, Bits<BA>>,
    /// What to write, the same in each group.
    pub b_data: Signal<Out, Bits<W8>>,
    /// Groups of a word of R to write.
    pub r_write: Signal<Out, Bits<G>>,
    /// The word.
    pub r_write_address: Signal<Out, Bits<RA>>,
    /// What to write, the same in each group.
    pub r_write_data: Signal<Out, Bits<W16>>,
    /// Groups of a word of Y to write.
    pub y_write: Signal<Out, Bits<G>>,
    /// The word.
    pub y_write_address: Signal<Out, Bits<YA>>,
    /// What to write, the same in each group.
    pub y_write_data: Signal<Out, Bits<W22>>,
    /// A variance of `layernorm` has left 32 bits since reset or `clear`.
    pub variance_saturated: Signal<Out, Bit>,
    /// A row unit was not ready for an element. Never set; for verification.
    pub overrun: Signal<Out, Bit>,
    inner_reset_n: Signal<Local, Bit>,
    control: VectorControl<L, G, KA>,
    fields: VectorFields,
    feeder: VectorFeeder<L, AA, BA, CA, RA, YA, KA>,
    c_low: Truncate<17, CA>,
    y_low: Truncate<17, YA>,
    r_low: Truncate<17, RA>,
    k_wide: Signal<Local, Bits<17>>,
    k_low: Truncate<17, KA>,
    reading_parameters: ValidDelay<1>,
    parameters: VectorParameters,
    channels: ChannelReader,
    constants: ChannelConstants,
    data_delay: ValidDelay<2>,
    last_delay: Delay<Bit, 2>,
    constant_delay: ValidDelay<2>,
    lane_delay: Delay<Bits<L>, 2>,
    per_lane_delay: Delay<Bit, 2>,
    group_delay: Delay<Bits<8>, 1>,
    c_group: SelectGroup<G, S32, W32>,
    y_group: SelectGroup<G, S22, W22>,
    r_group: SelectGroup<G, S16, W16>,
    accumulators: Delay<Bits<S32>, 1>,
    sums: Delay<Bits<S22>, 1>,
    residuals: Delay<Bits<S16>, 1>,
    lane: [VectorLane; L],
    operands: Concatenate<L, 8, S8>,
    result_residuals: Concatenate<L, 16, S16>,
    result_sums: Concatenate<L, 22, S22>,
    operand_word: RepeatGroup<G, S8, W8>,
    residual_word: RepeatGroup<G, S16, W16>,
    sum_word: RepeatGroup<G, S22, W22>,
    writer: VectorWriter<G>,
    a_low: Truncate<17, AA>,
    b_low: Truncate<17, BA>,
    y_write_low: Truncate<17, YA>,
    r_write_low: Truncate<17, RA>,
}

impl<
    const L: usize,
    const G: usize,
    const W8: usize,
    const W16: usize,
    const W22: usize,
    const W32: usize,
    const S8: usize,
    const S16: usize,
    const S22: usize,
    const S32: usize,
    const AA: usize,
    const BA: usize,
    const CA: usize,
    const RA: usize,
    const YA: usize,
    const KA: usize,
> Default for VectorEngine<L, G, W8, W16, W22, W32, S8, S16, S22, S32, AA, BA, CA, RA, YA, KA>
{
    fn default() -> Self {
        const {
            assert!(W8 == G * S8 && W16 == G * S16 && W22 == G * S22 && W32 == G * S32, "a word holds G groups");
            assert!(S8 == 8 * L && S16 == 16 * L && S22 == 22 * L && S32 == 32 * L, "a group holds L lanes");
        }
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            start: Signal::default(),
            instruction: Signal::default(),
            ready: Signal::default(),
            retire: Signal::default(),
            fault: Signal::default(),
            fault_code: Signal::default(),
            halt: Signal::default(),
            clear: Signal::default(),
            idle: Signal::default(),
            c_address: Signal::default(),
            c_data: Signal::default(),
            y_address: Signal::default(),
            y_data: Signal::default(),
            r_read: Signal::default(),
            r_read_address: Signal::default(),
            r_data: Signal::default(),
            k_address: Signal::default(),
            k_data: Signal::default(),
            a_write: Signal::default(),
            a_address: Signal::default(),
            a_data: Signal::default(),
            b_write: Signal::default(),
            b_address: Signal::default(),
            b_data: Signal::default(),
            r_write: Signal::default(),
            r_write_address: Signal::default(),
            r_write_data: Signal::default(),
            y_write: Signal::default(),
            y_write_address: Signal::default(),
            y_write_data: Signal::default(),
            variance_saturated: Signal::default(),
            overrun: Signal::default(),
            inner_reset_n: Signal::default(),
            control: VectorControl::default(),
            fields: VectorFields::default(),
            feeder: VectorFeeder::default(),
            c_low: Truncate::default(),
            y_low: Truncate::default(),
            r_low: Truncate::default(),
            k_wide: Signal::default(),
            k_low: Truncate::default(),
            reading_parameters: ValidDelay::default(),
            parameters: VectorParameters::default(),
            channels: ChannelReader::default(),
            constants: ChannelConstants::default(),
            data_delay: ValidDelay::default(),
            last_delay: Delay::default(),
            constant_delay: ValidDelay::default(),
            lane_delay: Delay::default(),
            per_lane_delay: Delay::default(),
            group_delay: Delay::default(),
            c_group: SelectGroup::default(),
            y_group: SelectGroup::default(),
            r_group: SelectGroup::default(),
            accumulators: Delay::default(),
            sums: Delay::default(),
            residuals: Delay::default(),
            lane: std::array::from_fn(|_| VectorLane::default()),
            operands: Concatenate::default(),
            result_residuals: Concatenate::default(),
            result_sums: Concatenate::default(),
            operand_word: RepeatGroup::default(),
            residual_word: RepeatGroup::default(),
            sum_word: RepeatGroup::default(),
            writer: VectorWriter::default(),
            a_low: Truncate::default(),
            b_low: Truncate::default(),
            y_write_low: Truncate::default(),
            r_write_low: Truncate::default(),
        }
    }
}

impl<
    const L: usize,
    const G: usize,
    const W8: usize,
    const W16: usize,
    const W22: usize,
    const W32: usize,
    const S8: usize,
    const S16: usize,
    const S22: usize,
    const S32: usize,
    const AA: usize,
    const BA: usize,
    const CA: usize,
    const RA: usize,
    const YA: usize,
    const KA: usize,
> Logic for VectorEngine<L, G, W8, W16, W22, W32, S8, S16, S22, S32, AA, BA, CA, RA, YA, KA>
{
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "vector_engine_n{a_data / 8}: bias, requantization, GELU, residual, softmax and LayerNorm between the memories, 1 / {a_write} of a word of {a_data / 8} tokens a cycle."
        );
        clock!(
            self,
            clock,
            control,
            feeder,
            reading_parameters,
            parameters,
            channels,
            constants,
            data_delay,
            last_delay,
            constant_delay,
            lane_delay,
            per_lane_delay,
            group_delay,
            accumulators,
            sums,
            residuals,
            writer
        );
        self.inner_reset_n.next = self.reset_n.val() & !self.clear.val();
        self.control.reset_n.next = self.inner_reset_n.val();
        self.feeder.reset_n.next = self.inner_reset_n.val();
        self.reading_parameters.reset_n.next = self.inner_reset_n.val();
        self.channels.reset_n.next = self.inner_reset_n.val();
        self.data_delay.reset_n.next = self.inner_reset_n.val();
        self.constant_delay.reset_n.next = self.inner_reset_n.val();
        self.writer.reset_n.next = self.inner_reset_n.val();

        comment!("Instructions come and go.");
        self.control.start.next = self.start.val();
        self.control.instruction.next = self.instruction.val();
        self.control.halt.next = self.halt.val();
        self.control.feeding.next = self.feeder.busy.val();
        self.control.finish.next = self.feeder.finish.val();
        self.control.beyond.next = self.feeder.beyond.val();
        self.control.retire.next = self.writer.retire.val();
        self.ready.next = self.control.ready.val();
        self.fault.next = self.control.fault.val();
        self.fault_code.next = self.control.fault_code.val();
        self.idle.next = self.control.idle.val();
        self.retire.next = self.writer.retire.val();
        self.fields.word.next = self.control.current.val();

        comment!("Reads of data and constants.");
        self.feeder.begins.next = self.control.begins.val();
        self.feeder.instruction.next = self.control.current.val();
        self.feeder.period.next = self.control.period.val();
        self.feeder.is_join.next = self.control.is_join.val();
        self.feeder.is_layernorm.next = self.control.is_layernorm.val();
        self.feeder.enable.next = !self.control.stopped.val();
        self.c_low.value.next = signed_cast(self.feeder.source.val());
        self.c_address.next = unsigned_cast(self.c_low.truncated.val());
        self.y_low.value.next = signed_cast(self.feeder.source.val());
        self.y_address.next = unsigned_cast(self.y_low.truncated.val());
        self.r_low.value.next = signed_cast(self.feeder.residual.val());
        self.r_read_address.next = unsigned_cast(self.r_low.truncated.val());
        self.r_read.next = self.feeder.data.val() & self.control.is_join.val();
        self.channels.put.next = self.control.begins_layernorm.val();
        self.channels.instruction.next = self.control.current.val();
        self.channels.ready.next = self.lane[0].norm_bias_ready.val();
        self.k_wide.next = self.feeder.constants.val();
        if self.control.is_layernorm.val() {
            self.k_wide.next = self.channels.address.val();
        }
        if self.control.read_parameters.val() {
            self.k_wide.next = bit_cast::<17, 16>(self.fields.parameters.val());
        }
        self.k_low.value.next = signed_cast(self.k_wide.val());
        self.k_address.next = unsigned_cast(self.k_low.truncated.val());
        self.reading_parameters.d.next = self.control.read_parameters.val();
        self.parameters.enable.next = self.reading_parameters.q.val();
        self.parameters.word.next = self.k_data.val();
        self.constants.word.next = self.k_data.val();
        self.constants.is_layernorm.next = self.control.is_layernorm.val();

        comment!(
            "What the memories show, one cycle after the address; from there to a register, the lanes' own group of it."
        );
        self.group_delay.d.next = self.feeder.group.val();
        self.c_group.word.next = self.c_data.val();
        self.c_group.index.next = self.group_delay.q.val();
        self.accumulators.d.next = self.c_group.group.val();
        self.y_group.word.next = self.y_data.val();
        self.y_group.index.next = self.group_delay.q.val();
        self.sums.d.next = self.y_group.group.val();
        self.r_group.word.next = self.r_data.val();
        self.r_group.index.next = self.group_delay.q.val();
        self.residuals.d.next = self.r_group.group.val();
        self.data_delay.d.next = self.feeder.data.val();
        self.last_delay.d.next = self.feeder.last.val();
        self.constant_delay.d.next = self.feeder.constant.val();
        self.lane_delay.d.next = self.feeder.lane.val();
        self.per_lane_delay.d.next = self.fields.constants_per_lane.val();

        comment!("Lanes.");
        for i in 0..L {
            self.lane[i].clock.next = self.clock.val();
            self.lane[i].reset_n.next = self.inner_reset_n.val();
            self.lane[i].is_gelu.next = self.control.is_gelu.val();
            self.lane[i].is_join.next = self.control.is_join.val();
            self.lane[i].is_softmax.next = self.control.is_softmax.val();
            self.lane[i].is_layernorm.next = self.control.is_layernorm.val();
            self.lane[i].keep_constants.next = self.constant_delay.q.val() & self.lane_delay.q.val().get_bit(i);
            self.lane[i].constants_per_lane.next = self.per_lane_delay.q.val();
            self.lane[i].valid.next = self.data_delay.q.val();
            self.lane[i].last.next = self.last_delay.q.val();
            self.lane[i].accumulator.next = signed_cast(self.accumulators.q.val().get_bits::<32>(i * 32));
            self.lane[i].sum.next = signed_cast(self.sums.q.val().get_bits::<22>(i * 22));
            self.lane[i].residual.next = signed_cast(self.residuals.q.val().get_bits::<16>(i * 16));
            self.lane[i].bias.next = self.constants.bias.val();
            self.lane[i].m.next = self.constants.m.val();
            self.lane[i].e.next = self.constants.e.val();
            self.lane[i].keep.next = self.constants.keep.val();
            self.lane[i].b.next = self.constants.b.val();
            self.lane[i].c.next = self.constants.c.val();
            self.lane[i].shift.next = self.constants.shift.val();
            self.lane[i].late_m.next = self.constants.late_m.val();
            self.lane[i].late_e.next = self.constants.late_e.val();
            self.lane[i].late_m2.next = self.constants.late_m2.val();
            self.lane[i].late_e2.next = self.constants.late_e2.val();
            self.lane[i].chain_m.next = self.parameters.m.val();
            self.lane[i].chain_e.next = self.parameters.e.val();
            self.lane[i].gelu_n.next = self.parameters.gelu_n.val();
            self.lane[i].zero_point.next = self.parameters.zero_point.val();
            self.lane[i].x0.next = self.parameters.x0.val();
            self.lane[i].exp_b.next = self.parameters.exp_b.val();
            self.lane[i].exp_c.next = self.parameters.exp_c.val();
            self.lane[i].exp_n.next = self.parameters.exp_n.val();
            self.lane[i].m16.next = self.parameters.m16.val();
            self.lane[i].e16.next = self.parameters.e16.val();
            self.lane[i].out_bits.next = self.parameters.out_bits.val();
            self.lane[i].norm_shift.next = self.parameters.shift.val();
            self.lane[i].residual_is_operand.next = self.parameters.residual_is_operand.val();
            self.lane[i].norm_bias_valid.next = self.channels.valid.val();
            self.lane[i].norm_bias.next = self.constants.norm_bias.val();
            self.operands.lane[i].next = self.lane[i].out_operand.val();
            self.result_residuals.lane[i].next = self.lane[i].out_residual.val();
            self.result_sums.lane[i].next = self.lane[i].out_sum.val();
        }
        self.overrun.next = self.lane[0].overrun.val();
        for i in 0..L {
            self.lane[i].saturated_before.next = false;
        }
        for i in 1..L {
            self.lane[i - 1].saturated_before.next = self.lane[i].variance_saturated.val();
        }
        self.variance_saturated.next = self.lane[0].variance_saturated.val();

        comment!("Writes: the results of each lane, offered to every group of the word.");
        self.writer.put.next = self.control.begins.val();
        self.writer.instruction.next = self.control.current.val();
        self.writer.is_join.next = self.control.is_join.val();
        self.writer.is_layernorm.next = self.control.is_layernorm.val();
        self.writer.valid.next = self.lane[0].out_valid.val() & !self.control.stopped.val();
        self.a_write.next = self.writer.a_write.val();
        self.b_write.next = self.writer.b_write.val();
        self.r_write.next = self.writer.r_write.val();
        self.y_write.next = self.writer.y_write.val();
        self.a_low.value.next = signed_cast(self.writer.destination.val());
        self.a_address.next = unsigned_cast(self.a_low.truncated.val());
        self.b_low.value.next = signed_cast(self.writer.destination.val());
        self.b_address.next = unsigned_cast(self.b_low.truncated.val());
        self.y_write_low.value.next = signed_cast(self.writer.destination.val());
        self.y_write_address.next = unsigned_cast(self.y_write_low.truncated.val());
        self.r_write_low.value.next = signed_cast(self.writer.residual.val());
        self.r_write_address.next = unsigned_cast(self.r_write_low.truncated.val());
        self.operand_word.group.next = self.operands.word.val();
        self.residual_word.group.next = self.result_residuals.word.val();
        self.sum_word.group.next = self.result_sums.word.val();
        self.a_data.next = self.operand_word.word.val();
        self.b_data.next = self.operand_word.word.val();
        self.r_write_data.next = self.residual_word.word.val();
        self.y_write_data.next = self.sum_word.word.val();
    }
}
