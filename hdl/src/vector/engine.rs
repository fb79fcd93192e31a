//! [`VectorEngine`]: all operations other than matrix multiplication.

use super::{ChannelConstants, ChannelReader, VectorControl, VectorFeeder, VectorLane, VectorParameters, VectorWriter};
use crate::cells::{Concatenate, Delay, RepeatGroup, SelectGroup, Truncate, ValidDelay};
use crate::fields::VectorFields;
use rust_hdl::core::prelude::*;

/// The vector engine: executes `vector` instructions (docs/machine.md) between memories C, Y, R, K and A, B, R, Y, on
/// `L` lanes of a word at a time.
///
/// **Rate**: one step of `L` lanes per cycle. An instruction takes one cycle plus its steps, `tiles · groups · steps`
/// (with `constants_per_lane` `tiles · groups · (steps + L)`). The next instruction follows without a gap if it has the
/// same operation and parameter word, and in `softmax` and `layernorm` the same number of steps; otherwise it begins
/// when all previous instructions have retired. Up to four instructions are in flight. Short rows of `softmax` and
/// `layernorm` are spaced as far apart as the units in the lanes require, so these are always ready, nothing stalls,
/// and the closed formulas of [`ibert_isa::timing::vector`] hold for all data.
///
/// **Structure**: [`VectorControl`] accepts instructions, [`VectorFeeder`] reads operands and constants, `L` ×
/// [`VectorLane`] compute, [`VectorWriter`] generates write addresses, [`ChannelReader`] reads LayerNorm's constants
/// when they are due. All lanes run in lockstep; handshakes use the outputs of lane 0.
///
/// | cycle | |
/// |---|---|
/// | s | address of the operands |
/// | s + 1 | the memories return the operands; the lanes of the group are selected |
/// | s + 2 | in the lanes |
/// | … | see [`VectorLane`] |
///
/// **Faults** are those of [`Stop`](ibert_isa::Stop): `IllegalOperand` (a count of 0, too many groups, an undefined
/// operation, `to_b` or `constants_per_lane` without `requantize`, more than 1024 steps of `softmax` or `layernorm`)
/// and `AddressRange`, detected before the access. A fault is raised once, when all older instructions have retired.
/// From then on the engine is idle and not ready until `clear`. `halt` has the same effect without a fault. Earlier
/// steps of a faulty instruction may have been written.
///
/// A word of A, B, R and Y is written in slices: bit `g` of a write enable is for lanes `g·L` to `g·L + L - 1`.
///
/// `L` lanes, `G` groups; `PAPER` or `LATE` is 1, the form of softmax. `W8` = 8·L·G, and likewise `W16`, `W22`, `W32`, are the bits of a word; `S8` = 8·L, `S16`,
/// `S22`, `S32` those of a group; `AA` … `KA` the address bits of the memories, at most 16.
/// [`VectorEngineBase`](super::VectorEngineBase) and the other aliases name the engines of the configurations.
#[circuit(
    clock, reset_n,
    assert(W8 == G * S8 && W16 == G * S16 && W22 == G * S22 && W32 == G * S32, "a word holds G groups"),
    assert(S8 == 8 * L && S16 == 16 * L && S22 == 22 * L && S32 == 32 * L, "a group holds L lanes"),
)]
pub struct VectorEngine<L, G, W8, W16, W22, W32, S8, S16, S22, S32, AA, BA, CA, RA, YA, KA, PAPER, LATE> {
    #[ports]
    engine_ports: Engine,
    /// Returns the engine to the state after reset; after `fault` or `halt`.
    pub clear: Signal<In, Bit>,
    /// Idle: no instruction in flight.
    pub idle: Signal<Out, Bit>,
    /// Word address of the read of C.
    pub c_address: Signal<Out, Bits<CA>>,
    /// Word of C, one cycle after its address.
    pub c_data: Signal<In, Bits<W32>>,
    /// Word address of the read of Y.
    pub y_address: Signal<Out, Bits<YA>>,
    /// Word of Y, one cycle after its address.
    pub y_data: Signal<In, Bits<W22>>,
    /// Read enable of R.
    pub r_read: Signal<Out, Bit>,
    /// Word address of the read of R.
    pub r_read_address: Signal<Out, Bits<RA>>,
    /// Word of R, one cycle after its address.
    pub r_data: Signal<In, Bits<W16>>,
    /// Word address of the read of K.
    pub k_address: Signal<Out, Bits<KA>>,
    /// Word of K, one cycle after its address.
    pub k_data: Signal<In, Bits<160>>,
    /// Write enables of the groups of a word of A.
    pub a_write: Signal<Out, Bits<G>>,
    /// Word address of the write of A.
    pub a_address: Signal<Out, Bits<AA>>,
    /// Data for each group of the word of A.
    pub a_data: Signal<Out, Bits<W8>>,
    /// Write enables of the groups of a word of B.
    pub b_write: Signal<Out, Bits<G>>,
    /// Word address of the write of B.
    pub b_address: Signal<Out, Bits<BA>>,
    /// Data for each group of the word of B.
    pub b_data: Signal<Out, Bits<W8>>,
    /// Write enables of the groups of a word of R.
    pub r_write: Signal<Out, Bits<G>>,
    /// Word address of the write of R.
    pub r_write_address: Signal<Out, Bits<RA>>,
    /// Data for each group of the word of R.
    pub r_write_data: Signal<Out, Bits<W16>>,
    /// Write enables of the groups of a word of Y.
    pub y_write: Signal<Out, Bits<G>>,
    /// Word address of the write of Y.
    pub y_write_address: Signal<Out, Bits<YA>>,
    /// Data for each group of the word of Y.
    pub y_write_data: Signal<Out, Bits<W22>>,
    /// A variance of `layernorm` exceeded 32 bits since reset or `clear`.
    pub variance_saturated: Signal<Out, Bit>,
    /// A row unit was not ready for an element. Never set; for verification.
    pub overrun: Signal<Out, Bit>,
    inner_reset_n: Signal<Local, Bit>,
    control: VectorControl<L, G, KA, LATE>,
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
    late: constant!(Bits<1> = LATE),
    group_delay: Delay<Bits<8>, 1>,
    c_group: SelectGroup<G, S32, W32>,
    y_group: SelectGroup<G, S22, W22>,
    r_group: SelectGroup<G, S16, W16>,
    accumulators: Delay<Bits<S32>, 1>,
    sums: Delay<Bits<S22>, 1>,
    residuals: Delay<Bits<S16>, 1>,
    reciprocal_read: Delay<Bits<7>, 1>,
    lane: [VectorLane<PAPER, LATE>; L],
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

#[circuit]
impl Logic for VectorEngine<L, G, W8, W16, W22, W32, S8, S16, S22, S32, AA, BA, CA, RA, YA, KA, PAPER, LATE> {
    fn update(&mut self) {
        comment! { "vector_engine_n{a_data / 8}: bias, requantization, GELU, residual, softmax and LayerNorm between \
        the memories, 1 / {a_write} of a word of {a_data / 8} tokens per cycle." }
        wire! {
            clock => control, feeder, reading_parameters, parameters, channels, constants, data_delay, last_delay,
                constant_delay, lane_delay, per_lane_delay, group_delay, reciprocal_read, accumulators, sums, residuals, writer;
        }
        inner_reset_n = reset_n & !clear;
        wire! {
            {control, feeder, reading_parameters, channels, data_delay, constant_delay, writer}.reset_n
                <- inner_reset_n;
        }

        comment!("Start and retirement of instructions.");
        wire! {
            control.{start, instruction, halt};
            control.{feeding: busy, finish, beyond} <- feeder.*;
            control.retire <- writer.retire;
            {ready, fault, fault_code, idle} <- control.*;
        }
        retire = writer.retire;
        fields.word = control.current;

        comment!("Reads of data and constants.");
        wire! { feeder.{begins, instruction: current, period, is_join, is_layernorm} <- control.*; }
        feeder.is_late = control.is_normalize | (control.is_softmax & late.any());
        feeder.enable = !control.stopped;
        c_low.value = signed_cast(feeder.source);
        c_address = unsigned_cast(c_low.truncated);
        y_low.value = signed_cast(feeder.source);
        y_address = unsigned_cast(y_low.truncated);
        r_low.value = signed_cast(feeder.residual);
        r_read_address = unsigned_cast(r_low.truncated);
        r_read = feeder.data & control.is_join;
        wire! {
            channels.{put: control.begins_layernorm, instruction: control.current, ready: lane[0].norm_bias_ready};
        }
        k_wide = feeder.constants;
        if control.is_layernorm {
            k_wide = channels.address;
        }
        if control.read_parameters {
            k_wide = bit_cast::<17, 16>(fields.parameters);
        }
        k_low.value = signed_cast(k_wide);
        k_address = unsigned_cast(k_low.truncated);
        reading_parameters.d = control.read_parameters;
        wire! {
            parameters.{enable: reading_parameters.q, word: k_data};
            constants.{word: k_data, is_layernorm: control.is_layernorm, is_normalize: control.is_normalize};
        }

        comment!("The memories return the words one cycle after the address; a register takes the group of the lanes.");
        group_delay.d = feeder.group;
        wire! {
            c_group.{word: c_data, index: group_delay.q};
            accumulators.d <- c_group.group;
            y_group.{word: y_data, index: group_delay.q};
            sums.d <- y_group.group;
            r_group.{word: r_data, index: group_delay.q};
        }
        residuals.d = r_group.group;
        reciprocal_read.d = feeder.residual.get_bits::<7>(0);
        wire! { {data, last, constant, lane}_delay.d <- feeder.*; }
        per_lane_delay.d = fields.constants_per_lane;

        comment!("Lanes.");
        for i in 0..L {
            wire! {
                clock => lane[i];
                lane[i].reset_n <- inner_reset_n;
                lane[i].{is_gelu, is_join, is_softmax, is_layernorm, is_normalize} <- control.*;
            }
            lane[i].keep_constants = constant_delay.q & lane_delay.q.get_bit(i);
            wire! { lane[i].{constants_per_lane: per_lane_delay.q, valid: data_delay.q, last: last_delay.q}; }
            lane[i].accumulator = signed_cast(accumulators.q.get_bits::<32>(i * 32));
            lane[i].sum = signed_cast(sums.q.get_bits::<22>(i * 22));
            lane[i].residual = signed_cast(residuals.q.get_bits::<16>(i * 16));
            wire! {
                lane[i].{bias, m, e, keep, b, c, shift, late_m, late_e, late_m2, late_e2, norm_bias} <- constants.*;
                lane[i].{chain_m: m, chain_e: e, gelu_n, zero_point, norm_shift: shift, residual_is_operand,
                    parameter_word} <- parameters.*;
            }
            lane[i].norm_bias_valid = channels.valid;
            for k in 0..LATE {
                wire! { lane[i].reciprocal_write[k] <- writer.reciprocal; }
                wire! { lane[i].reciprocal_read[k] <- reciprocal_read.q; }
            }
            operands.lane[i] = lane[i].out_operand;
            result_residuals.lane[i] = lane[i].out_residual;
            result_sums.lane[i] = lane[i].out_sum;
        }
        overrun = lane[0].overrun;
        for i in 0..L {
            lane[i].saturated_before = false;
        }
        for i in 1..L {
            lane[i - 1].saturated_before = lane[i].variance_saturated;
        }
        variance_saturated = lane[0].variance_saturated;

        comment!("Writes: the results of each lane, presented to every group of the word.");
        wire! { writer.{put: begins, instruction: current, is_join, is_layernorm} <- control.*; }
        writer.is_late = control.is_softmax & late.any();
        writer.stored = lane[0].stored & !control.stopped;
        writer.valid = lane[0].out_valid & !control.stopped;
        wire! { {a_write, b_write, r_write, y_write} <- writer.*; }
        a_low.value = signed_cast(writer.destination);
        a_address = unsigned_cast(a_low.truncated);
        b_low.value = signed_cast(writer.destination);
        b_address = unsigned_cast(b_low.truncated);
        y_write_low.value = signed_cast(writer.destination);
        y_write_address = unsigned_cast(y_write_low.truncated);
        r_write_low.value = signed_cast(writer.residual);
        r_write_address = unsigned_cast(r_write_low.truncated);
        operand_word.group = operands.word;
        residual_word.group = result_residuals.word;
        sum_word.group = result_sums.word;
        wire! { {a_data, b_data} <- operand_word.word; }
        r_write_data = residual_word.word;
        y_write_data = sum_word.word;
    }
}
