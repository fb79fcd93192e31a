//! [`VectorControl`]: decides when an instruction begins and whether it is legal.

use super::row_units::LaneNorm;
use crate::cells::{EnableDelay, Register};
use crate::fields::VectorFields;
use ibert_isa::timing::units::RowTiming;
use ibert_isa::timing::vector as timing;
use ibert_isa::{Stop, VectorOperation};
use rust_hdl::core::prelude::*;

/// Accepts instructions, refuses illegal ones, separates instructions that must not overlap, and stops on a fault or
/// `halt`.
///
/// An instruction started in cycle t is examined from t + 1 on. It begins when nothing is in flight, or at once if the
/// previous instruction has the same operation and parameter word (and, in row operations, the same number of steps),
/// so that operation and parameters need not travel with the data. `begins` marks its first cycle, in which the
/// parameter word is read (`read_parameters`), unless it follows an instruction with the same one. At most
/// [`UNDER_WAY`](ibert_isa::timing::vector::UNDER_WAY) instructions are in flight.
///
/// A fault is raised (`fault`) when all older instructions have retired, so it belongs to the oldest instruction. From
/// the cycle after a fault or `halt` on, `stopped` is set until reset, and the engine is idle.
#[circuit(clock, reset_n)]
pub struct VectorControl<L, G, KA, LATE> {
    /// Start strobe, one cycle; legal in the cycle after one with `ready` and without `start`.
    pub start: Signal<In, Bit>,
    /// Instruction, sampled with `start`.
    pub instruction: Signal<In, Bits<256>>,
    /// An instruction can be started from the next cycle on; stays high until the start.
    pub ready: Signal<Out, Bit>,
    /// Stops the engine.
    pub halt: Signal<In, Bit>,
    /// Fault of the oldest instruction.
    pub fault: Signal<Out, Bit>,
    /// Fault code, a code of [`Stop`](ibert_isa::Stop), valid with `fault`.
    pub fault_code: Signal<Out, Bits<4>>,
    /// Idle: no instruction in flight.
    pub idle: Signal<Out, Bit>,
    /// A fault or `halt` has stopped the engine.
    pub stopped: Signal<Out, Bit>,
    /// Instruction that waits to begin or began last.
    pub current: Signal<Out, Bits<256>>,
    /// `current` begins.
    pub begins: Signal<Out, Bit>,
    /// `current` begins and is a `layernorm`.
    pub begins_layernorm: Signal<Out, Bit>,
    /// The parameter word of `current` is read.
    pub read_parameters: Signal<Out, Bit>,
    /// Slots per row of the instruction that began last.
    pub period: Signal<Out, Bits<17>>,
    /// Operation of the instructions in flight is `gelu`.
    pub is_gelu: Signal<Out, Bit>,
    /// Operation of the instructions in flight is `join`.
    pub is_join: Signal<Out, Bit>,
    /// Operation of the instructions in flight is `softmax` or `late_softmax`.
    pub is_softmax: Signal<Out, Bit>,
    /// Operation of the instructions in flight is `layernorm`.
    pub is_layernorm: Signal<Out, Bit>,
    /// Operation of the instructions in flight is `normalize`.
    pub is_normalize: Signal<Out, Bit>,
    /// The feeder issues the reads of the instruction.
    pub feeding: Signal<In, Bit>,
    /// The feeder is at the last slot of the instruction.
    pub finish: Signal<In, Bit>,
    /// The feeder is at an address that is out of range.
    pub beyond: Signal<In, Bit>,
    /// The oldest instruction writes its last word.
    pub retire: Signal<In, Bit>,
    lanes: constant!(Bits<17> = L),
    groups: constant!(Bits<8> = G),
    row_limit: constant!(Bits<16> = timing::ROW_LIMIT),
    softmax_period: constant!(Bits<17> = lane_softmax(LATE).shortest_period),
    softmax_room: constant!(Bits<17> = lane_softmax(LATE).room),
    layernorm_period: constant!(Bits<17> = LaneNorm::SHORTEST_PERIOD),
    layernorm_room: constant!(Bits<17> = LaneNorm::ROOM),
    k_depth: constant!(Bits<17> = 1 << KA),
    capacity: constant!(Bits<3> = timing::UNDER_WAY),
    gelu_code: constant!(Bits<3> = VectorOperation::Gelu as u64),
    join_code: constant!(Bits<3> = VectorOperation::Join as u64),
    softmax_code: constant!(Bits<3> = softmax_operation(LATE)),
    layernorm_code: constant!(Bits<3> = VectorOperation::Layernorm as u64),
    normalize_code: constant!(Bits<3> = VectorOperation::Normalize as u64),
    late: constant!(Bits<1> = LATE),
    illegal_operand: constant!(Bits<4> = Stop::IllegalOperand),
    address_range: constant!(Bits<4> = Stop::AddressRange),
    instruction_register: EnableDelay<Bits<256>, 1>,
    fields: VectorFields,
    waiting: Register<Bit>,
    under_way: Register<Bits<3>>,
    stopped_register: Register<Bit>,
    operation_register: EnableDelay<Bits<3>, 1>,
    steps_register: EnableDelay<Bits<16>, 1>,
    parameters_register: EnableDelay<Bits<16>, 1>,
    period_register: EnableDelay<Bits<17>, 1>,
    none_under_way: Signal<Local, Bit>,
    one_under_way: Signal<Local, Bit>,
    next_is_softmax: Signal<Local, Bit>,
    next_is_layernorm: Signal<Local, Bit>,
    next_is_normalize: Signal<Local, Bit>,
    legal: Signal<Local, Bit>,
    follows: Signal<Local, Bit>,
    parameters_beyond: Signal<Local, Bit>,
    steps: Signal<Local, Bits<17>>,
    shortest: Signal<Local, Bits<17>>,
    room: Signal<Local, Bits<17>>,
    illegal: Signal<Local, Bit>,
    out_of_range: Signal<Local, Bit>,
}

/// The operation of the softmax unit in the lanes.
const fn softmax_operation(late: usize) -> u64 {
    match late {
        0 => VectorOperation::Softmax as u64,
        _ => VectorOperation::LateSoftmax as u64,
    }
}

/// Timing of the softmax unit in the lanes.
const fn lane_softmax(late: usize) -> RowTiming {
    match late {
        0 => timing::LANE_SOFTMAX,
        _ => timing::LANE_LATE_SOFTMAX,
    }
}

#[circuit]
impl Logic for VectorControl<L, G, KA, LATE> {
    fn update(&mut self) {
        comment! { "vector_control: accepts instructions, refuses illegal ones, separates those that must not overlap, \
        stops on a fault or halt." }
        wire! {
            clock, reset_n => waiting, under_way, stopped_register;
            clock => instruction_register, steps_register, parameters_register, period_register, operation_register;
        }

        comment!("The instruction that waits to begin, or that began last.");
        wire! { instruction_register.{enable: start, d: instruction}; }
        current = instruction_register.q;
        fields.word = instruction_register.q;
        waiting.d = start | (waiting.q & !begins);
        next_is_softmax = fields.operation == softmax_code;
        next_is_layernorm = fields.operation == layernorm_code;
        next_is_normalize = (fields.operation == normalize_code) & late.any();
        legal = ((fields.operation <= join_code) | next_is_softmax | next_is_layernorm | next_is_normalize)
            & fields.steps.any()
            & fields.tiles.any()
            & fields.groups.any()
            & (fields.groups <= groups);
        if fields.operation.any() & (fields.to_b | fields.constants_per_lane) {
            legal = false;
        }
        if (next_is_softmax | next_is_layernorm) & (fields.steps > row_limit) {
            legal = false;
        }

        comment!("Conditions to begin.");
        none_under_way = !under_way.q.any();
        one_under_way = under_way.q == bits::<3>(1);
        follows = (fields.operation == operation_register.q)
            & (fields.parameters == parameters_register.q)
            & ((fields.steps == steps_register.q) | (!next_is_softmax & !next_is_layernorm));
        parameters_beyond = bit_cast::<17, 16>(fields.parameters) >= k_depth;
        begins = waiting.q
            & !stopped_register.q
            & legal
            & ((none_under_way & !parameters_beyond) | (!none_under_way & follows));
        begins_layernorm = begins & next_is_layernorm;
        read_parameters = waiting.q & none_under_way;
        ready = !stopped_register.q & !waiting.q & (under_way.q != capacity) & (!feeding | finish);
        under_way.d = under_way.q;
        if begins & !retire {
            under_way.d = under_way.q + 1;
        }
        if retire & !begins {
            under_way.d = under_way.q - 1;
        }

        comment!("Operation of all instructions in flight.");
        wire! {
            {operation, parameters, steps}_register.enable <- begins;
            {operation, parameters, steps}_register.d <- fields.*;
        }
        is_gelu = operation_register.q == gelu_code;
        is_join = operation_register.q == join_code;
        is_softmax = operation_register.q == softmax_code;
        is_layernorm = operation_register.q == layernorm_code;
        is_normalize = (operation_register.q == normalize_code) & late.any();

        comment!("Rows are as far apart as their unit requires, so the unit is always ready.");
        steps = bit_cast::<17, 16>(fields.steps);
        shortest = bits::<17>(0);
        room = bits::<17>(0x1_0000u64);
        if next_is_softmax {
            shortest = softmax_period;
            room = softmax_room;
        }
        if next_is_layernorm {
            shortest = layernorm_period;
            room = layernorm_room;
        }
        wire! { period_register.{enable: begins, d: steps}; }
        if steps < shortest {
            period_register.d = shortest;
        }
        if steps > room {
            period_register.d = (steps << 1) - room;
        }
        if fields.constants_per_lane {
            period_register.d = steps + lanes;
        }
        period = period_register.q;

        comment!("Faults and halt. A fault belongs to the oldest instruction.");
        illegal = waiting.q & !legal & none_under_way;
        out_of_range = (waiting.q & legal & none_under_way & parameters_beyond) | (beyond & one_under_way);
        fault = !stopped_register.q & (illegal | out_of_range);
        fault_code = address_range;
        if illegal {
            fault_code = illegal_operand;
        }
        stopped_register.d = stopped_register.q | halt | fault;
        stopped = stopped_register.q;
        idle = stopped_register.q | (!waiting.q & none_under_way);
    }
}
