//! [`VectorControl`]: when an instruction begins, and whether it may.

use super::timing::{self, LaneNorm, LaneSoftmax};
use crate::cells::{EnableDelay, EnableRegister, Register};
use crate::isa::{GELU, JOIN, LAYERNORM, SOFTMAX, Stop, VectorFields};
use rust_hdl::core::prelude::*;

/// Accepts instructions, refuses illegal ones, keeps instructions apart that may not follow each other at once, and ends on a fault or `halt`.
///
/// An instruction given with `start` in cycle t is looked at from t + 1 on. It begins when nothing is under way, or at once if the one before has the same
/// operation and parameter word (and, in row operations, the same number of steps); so that what is constant for an operation need not travel with
/// the data. `begins` is its first cycle, in which the parameter word is read (`read_parameters`), unless it follows one with the same. At most
/// [`UNDER_WAY`](super::timing::UNDER_WAY) instructions are under way.
///
/// A fault is told (`fault`) when all older instructions have retired, so that it is the oldest one's. From the cycle after a fault or `halt` on, `stopped`
/// is set until reset, and the engine is idle.
#[derive(LogicBlock)]
pub struct VectorControl<const L: usize, const G: usize, const KA: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// An instruction is given.
    pub start: Signal<In, Bit>,
    /// It.
    pub instruction: Signal<In, Bits<256>>,
    /// An instruction may be given.
    pub ready: Signal<Out, Bit>,
    /// Ends everything.
    pub halt: Signal<In, Bit>,
    /// The oldest instruction has a fault.
    pub fault: Signal<Out, Bit>,
    /// Its code, see [`Stop`](crate::isa::Stop).
    pub fault_code: Signal<Out, Bits<4>>,
    /// Nothing is under way.
    pub idle: Signal<Out, Bit>,
    /// A fault or `halt` has ended everything.
    pub stopped: Signal<Out, Bit>,
    /// The instruction to begin or begun last.
    pub current: Signal<Out, Bits<256>>,
    /// It begins.
    pub begins: Signal<Out, Bit>,
    /// It begins, and is a `layernorm`.
    pub begins_layernorm: Signal<Out, Bit>,
    /// Its parameter word is being read.
    pub read_parameters: Signal<Out, Bit>,
    /// Slots of a row of the instruction begun last.
    pub period: Signal<Out, Bits<17>>,
    /// Its operation is `gelu`.
    pub is_gelu: Signal<Out, Bit>,
    /// Its operation is `join`.
    pub is_join: Signal<Out, Bit>,
    /// Its operation is `softmax`.
    pub is_softmax: Signal<Out, Bit>,
    /// Its operation is `layernorm`.
    pub is_layernorm: Signal<Out, Bit>,
    /// The feeder feeds it.
    pub feeding: Signal<In, Bit>,
    /// The feeder has come to its last slot.
    pub finish: Signal<In, Bit>,
    /// The feeder has come to an address that there is not.
    pub beyond: Signal<In, Bit>,
    /// The oldest instruction has written its last word.
    pub retire: Signal<In, Bit>,
    lanes: Constant<Bits<17>>,
    groups: Constant<Bits<8>>,
    row_limit: Constant<Bits<16>>,
    softmax_period: Constant<Bits<17>>,
    softmax_room: Constant<Bits<17>>,
    layernorm_period: Constant<Bits<17>>,
    layernorm_room: Constant<Bits<17>>,
    k_depth: Constant<Bits<17>>,
    capacity: Constant<Bits<3>>,
    gelu_code: Constant<Bits<3>>,
    join_code: Constant<Bits<3>>,
    softmax_code: Constant<Bits<3>>,
    layernorm_code: Constant<Bits<3>>,
    illegal_operand: Constant<Bits<4>>,
    address_range: Constant<Bits<4>>,
    instruction_register: EnableDelay<Bits<256>, 1>,
    fields: VectorFields,
    waiting: Register<Bit>,
    under_way: Register<Bits<3>>,
    stopped_register: Register<Bit>,
    operation_register: EnableRegister<Bits<3>>,
    steps_register: EnableDelay<Bits<16>, 1>,
    parameters_register: EnableDelay<Bits<16>, 1>,
    period_register: EnableDelay<Bits<17>, 1>,
    none_under_way: Signal<Local, Bit>,
    one_under_way: Signal<Local, Bit>,
    next_is_softmax: Signal<Local, Bit>,
    next_is_layernorm: Signal<Local, Bit>,
    legal: Signal<Local, Bit>,
    follows: Signal<Local, Bit>,
    parameters_beyond: Signal<Local, Bit>,
    steps: Signal<Local, Bits<17>>,
    shortest: Signal<Local, Bits<17>>,
    room: Signal<Local, Bits<17>>,
    illegal: Signal<Local, Bit>,
    out_of_range: Signal<Local, Bit>,
}

impl<const L: usize, const G: usize, const KA: usize> Default for VectorControl<L, G, KA> {
    fn default() -> Self {
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            start: Signal::default(),
            instruction: Signal::default(),
            ready: Signal::default(),
            halt: Signal::default(),
            fault: Signal::default(),
            fault_code: Signal::default(),
            idle: Signal::default(),
            stopped: Signal::default(),
            current: Signal::default(),
            begins: Signal::default(),
            begins_layernorm: Signal::default(),
            read_parameters: Signal::default(),
            period: Signal::default(),
            is_gelu: Signal::default(),
            is_join: Signal::default(),
            is_softmax: Signal::default(),
            is_layernorm: Signal::default(),
            feeding: Signal::default(),
            finish: Signal::default(),
            beyond: Signal::default(),
            retire: Signal::default(),
            lanes: Constant::new(bits(L as u64)),
            groups: Constant::new(bits(G as u64)),
            row_limit: Constant::new(bits(timing::ROW_LIMIT as u64)),
            softmax_period: Constant::new(bits(LaneSoftmax::SHORTEST_PERIOD as u64)),
            softmax_room: Constant::new(bits(LaneSoftmax::ROOM as u64)),
            layernorm_period: Constant::new(bits(LaneNorm::SHORTEST_PERIOD as u64)),
            layernorm_room: Constant::new(bits(LaneNorm::ROOM as u64)),
            k_depth: Constant::new(bits(1 << KA)),
            capacity: Constant::new(bits(timing::UNDER_WAY as u64)),
            gelu_code: Constant::new(bits(GELU)),
            join_code: Constant::new(bits(JOIN)),
            softmax_code: Constant::new(bits(SOFTMAX)),
            layernorm_code: Constant::new(bits(LAYERNORM)),
            illegal_operand: Constant::new(bits(Stop::IllegalOperand as u64)),
            address_range: Constant::new(bits(Stop::AddressRange as u64)),
            instruction_register: EnableDelay::default(),
            fields: VectorFields::default(),
            waiting: Register::default(),
            under_way: Register::default(),
            stopped_register: Register::default(),
            operation_register: EnableRegister::default(),
            steps_register: EnableDelay::default(),
            parameters_register: EnableDelay::default(),
            period_register: EnableDelay::default(),
            none_under_way: Signal::default(),
            one_under_way: Signal::default(),
            next_is_softmax: Signal::default(),
            next_is_layernorm: Signal::default(),
            legal: Signal::default(),
            follows: Signal::default(),
            parameters_beyond: Signal::default(),
            steps: Signal::default(),
            shortest: Signal::default(),
            room: Signal::default(),
            illegal: Signal::default(),
            out_of_range: Signal::default(),
        }
    }
}

impl<const L: usize, const G: usize, const KA: usize> Logic for VectorControl<L, G, KA> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "vector_control: accepts instructions, refuses illegal ones, keeps apart those that may not follow each other at once, ends on a fault or halt."
        );
        clock!(
            self,
            clock,
            instruction_register,
            waiting,
            under_way,
            stopped_register,
            operation_register,
            steps_register,
            parameters_register,
            period_register
        );
        self.waiting.reset_n.next = self.reset_n.val();
        self.under_way.reset_n.next = self.reset_n.val();
        self.stopped_register.reset_n.next = self.reset_n.val();
        self.operation_register.reset_n.next = self.reset_n.val();

        comment!("The instruction that waits, or that has begun last.");
        self.instruction_register.enable.next = self.start.val();
        self.instruction_register.d.next = self.instruction.val();
        self.current.next = self.instruction_register.q.val();
        self.fields.word.next = self.instruction_register.q.val();
        self.waiting.d.next = self.start.val() | (self.waiting.q.val() & !self.begins.val());
        self.next_is_softmax.next = self.fields.operation.val() == self.softmax_code.val();
        self.next_is_layernorm.next = self.fields.operation.val() == self.layernorm_code.val();
        self.legal.next = (self.fields.operation.val() <= self.layernorm_code.val())
            & self.fields.steps.val().any()
            & self.fields.tiles.val().any()
            & self.fields.groups.val().any()
            & (self.fields.groups.val() <= self.groups.val());
        if self.fields.operation.val().any() & (self.fields.to_b.val() | self.fields.constants_per_lane.val()) {
            self.legal.next = false;
        }
        if (self.next_is_softmax.val() | self.next_is_layernorm.val())
            & (self.fields.steps.val() > self.row_limit.val())
        {
            self.legal.next = false;
        }

        comment!("When it may begin.");
        self.none_under_way.next = !self.under_way.q.val().any();
        self.one_under_way.next = self.under_way.q.val() == bits::<3>(1);
        self.follows.next = (self.fields.operation.val() == self.operation_register.q.val())
            & (self.fields.parameters.val() == self.parameters_register.q.val())
            & ((self.fields.steps.val() == self.steps_register.q.val())
                | (!self.next_is_softmax.val() & !self.next_is_layernorm.val()));
        self.parameters_beyond.next = bit_cast::<17, 16>(self.fields.parameters.val()) >= self.k_depth.val();
        self.begins.next = self.waiting.q.val()
            & !self.stopped_register.q.val()
            & self.legal.val()
            & ((self.none_under_way.val() & !self.parameters_beyond.val())
                | (!self.none_under_way.val() & self.follows.val()));
        self.begins_layernorm.next = self.begins.val() & self.next_is_layernorm.val();
        self.read_parameters.next = self.waiting.q.val() & self.none_under_way.val();
        self.ready.next = !self.stopped_register.q.val()
            & !self.waiting.q.val()
            & (self.under_way.q.val() != self.capacity.val())
            & (!self.feeding.val() | self.finish.val());
        self.under_way.d.next = self.under_way.q.val();
        if self.begins.val() & !self.retire.val() {
            self.under_way.d.next = self.under_way.q.val() + 1;
        }
        if self.retire.val() & !self.begins.val() {
            self.under_way.d.next = self.under_way.q.val() - 1;
        }

        comment!("What stays as it is for all that is under way.");
        self.operation_register.enable.next = self.begins.val();
        self.operation_register.d.next = self.fields.operation.val();
        self.parameters_register.enable.next = self.begins.val();
        self.parameters_register.d.next = self.fields.parameters.val();
        self.steps_register.enable.next = self.begins.val();
        self.steps_register.d.next = self.fields.steps.val();
        self.is_gelu.next = self.operation_register.q.val() == self.gelu_code.val();
        self.is_join.next = self.operation_register.q.val() == self.join_code.val();
        self.is_softmax.next = self.operation_register.q.val() == self.softmax_code.val();
        self.is_layernorm.next = self.operation_register.q.val() == self.layernorm_code.val();

        comment!("Rows that are as far apart as their unit wants them: it never has to say that it is not ready.");
        self.steps.next = bit_cast::<17, 16>(self.fields.steps.val());
        self.shortest.next = bits::<17>(0);
        self.room.next = bits::<17>(0x1_0000u64);
        if self.next_is_softmax.val() {
            self.shortest.next = self.softmax_period.val();
            self.room.next = self.softmax_room.val();
        }
        if self.next_is_layernorm.val() {
            self.shortest.next = self.layernorm_period.val();
            self.room.next = self.layernorm_room.val();
        }
        self.period_register.enable.next = self.begins.val();
        self.period_register.d.next = self.steps.val();
        if self.steps.val() < self.shortest.val() {
            self.period_register.d.next = self.shortest.val();
        }
        if self.steps.val() > self.room.val() {
            self.period_register.d.next = (self.steps.val() << 1) - self.room.val();
        }
        if self.fields.constants_per_lane.val() {
            self.period_register.d.next = self.steps.val() + self.lanes.val();
        }
        self.period.next = self.period_register.q.val();

        comment!("The end. A fault is the oldest instruction's.");
        self.illegal.next = self.waiting.q.val() & !self.legal.val() & self.none_under_way.val();
        self.out_of_range.next =
            (self.waiting.q.val() & self.legal.val() & self.none_under_way.val() & self.parameters_beyond.val())
                | (self.beyond.val() & self.one_under_way.val());
        self.fault.next = !self.stopped_register.q.val() & (self.illegal.val() | self.out_of_range.val());
        self.fault_code.next = self.address_range.val();
        if self.illegal.val() {
            self.fault_code.next = self.illegal_operand.val();
        }
        self.stopped_register.d.next = self.stopped_register.q.val() | self.halt.val() | self.fault.val();
        self.stopped.next = self.stopped_register.q.val();
        self.idle.next = self.stopped_register.q.val() | (!self.waiting.q.val() & self.none_under_way.val());
    }
}
