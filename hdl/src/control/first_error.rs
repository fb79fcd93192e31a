//! [`FirstError`]: what stops a program.

use crate::cells::{Delay, EnableRegister, Register};
use crate::isa::Stop;
use rust_hdl::core::prelude::*;

/// Keeps the code and the index of the first error of a program. Of several in one cycle it is the first of: an empty or unaligned program; a
/// fault of load, store, matrix, vector; an overflow of their posts; the instruction to be dispatched; the deadlock; the abort.
///
/// An error in cycle t shows in `raised` in cycle t, in the registers from cycle t + 1 on.
#[derive(LogicBlock)]
pub struct FirstError {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low: no error.
    pub reset_n: Signal<In, Bit>,
    /// The program is running.
    pub run: Signal<In, Bit>,
    /// The program is being halted: what still retires may fail.
    pub halt: Signal<In, Bit>,
    /// The program has no instructions.
    pub empty: Signal<In, Bit>,
    /// Its address is no multiple of 32.
    pub unaligned: Signal<In, Bit>,
    /// The engine's oldest instruction has failed.
    pub fault: [Signal<In, Bit>; 4],
    /// How.
    pub fault_code: [Signal<In, Bits<4>>; 4],
    /// Index of the engine's oldest instruction.
    pub fault_index: [Signal<In, Bits<32>>; 4],
    /// The posts of the instruction that the engine retired one cycle ago have overflowed.
    pub overflow: [Signal<In, Bit>; 4],
    /// The instruction to be dispatched is illegal, or was not read.
    pub sequencer_error: Signal<In, Bit>,
    /// How.
    pub sequencer_code: Signal<In, Bits<4>>,
    /// The index to report.
    pub sequencer_index: Signal<In, Bits<32>>,
    /// Nothing has moved for too long.
    pub deadlock: Signal<In, Bit>,
    /// The host wants the program to end.
    pub abort: Signal<In, Bit>,
    /// The oldest instruction that has not started.
    pub oldest: Signal<In, Bits<32>>,
    /// There is a first error in this cycle.
    pub raised: Signal<Out, Bit>,
    /// There has been an error.
    pub error: Signal<Out, Bit>,
    /// Its code.
    pub code: Signal<Out, Bits<4>>,
    /// The index of its instruction.
    pub index: Signal<Out, Bits<32>>,
    empty_program: Constant<Bits<4>>,
    unaligned_address: Constant<Bits<4>>,
    semaphore_overflow: Constant<Bits<4>>,
    deadlocked: Constant<Bits<4>>,
    aborted: Constant<Bits<4>>,
    retired_index: [Delay<Bits<32>, 1>; 4],
    any_fault: Signal<Local, Bit>,
    first_code: Signal<Local, Bits<4>>,
    first_index: Signal<Local, Bits<32>>,
    any_overflow: Signal<Local, Bit>,
    overflow_index: Signal<Local, Bits<32>>,
    while_running: Signal<Local, Bit>,
    next_code: Signal<Local, Bits<4>>,
    next_index: Signal<Local, Bits<32>>,
    error_register: Register<Bit>,
    code_register: EnableRegister<Bits<4>>,
    index_register: EnableRegister<Bits<32>>,
}

impl Default for FirstError {
    fn default() -> Self {
        let code = |stop: Stop| Constant::new((stop as u64).to_bits());
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            run: Signal::default(),
            halt: Signal::default(),
            empty: Signal::default(),
            unaligned: Signal::default(),
            fault: Default::default(),
            fault_code: Default::default(),
            fault_index: Default::default(),
            overflow: Default::default(),
            sequencer_error: Signal::default(),
            sequencer_code: Signal::default(),
            sequencer_index: Signal::default(),
            deadlock: Signal::default(),
            abort: Signal::default(),
            oldest: Signal::default(),
            raised: Signal::default(),
            error: Signal::default(),
            code: Signal::default(),
            index: Signal::default(),
            empty_program: code(Stop::EmptyProgram),
            unaligned_address: code(Stop::UnalignedAddress),
            semaphore_overflow: code(Stop::SemaphoreOverflow),
            deadlocked: code(Stop::Deadlock),
            aborted: code(Stop::Aborted),
            retired_index: Default::default(),
            any_fault: Signal::default(),
            first_code: Signal::default(),
            first_index: Signal::default(),
            any_overflow: Signal::default(),
            overflow_index: Signal::default(),
            while_running: Signal::default(),
            next_code: Signal::default(),
            next_index: Signal::default(),
            error_register: Register::default(),
            code_register: EnableRegister::default(),
            index_register: EnableRegister::default(),
        }
    }
}

impl Logic for FirstError {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("first_error: code and index of the first error of a program.");
        clock!(self, clock, error_register, code_register, index_register);
        self.error_register.reset_n.next = self.reset_n.val();
        self.code_register.reset_n.next = self.reset_n.val();
        self.index_register.reset_n.next = self.reset_n.val();

        comment!("Of the engines: the last assignment wins, that of the load.");
        self.any_fault.next = self.fault[0].val() | self.fault[1].val() | self.fault[2].val() | self.fault[3].val();
        self.first_code.next = self.fault_code[3].val();
        self.first_index.next = self.fault_index[3].val();
        self.any_overflow.next =
            self.overflow[0].val() | self.overflow[1].val() | self.overflow[2].val() | self.overflow[3].val();
        self.overflow_index.next = self.retired_index[3].q.val();
        for i in 0..4 {
            self.retired_index[i].clock.next = self.clock.val();
            self.retired_index[i].d.next = self.fault_index[i].val();
            if self.fault[3 - i].val() {
                self.first_code.next = self.fault_code[3 - i].val();
                self.first_index.next = self.fault_index[3 - i].val();
            }
            if self.overflow[3 - i].val() {
                self.overflow_index.next = self.retired_index[3 - i].q.val();
            }
        }

        comment!("Of all: while the program is halted, only what retires can fail.");
        self.while_running.next = self.empty.val()
            | self.unaligned.val()
            | self.sequencer_error.val()
            | self.deadlock.val()
            | self.abort.val();
        self.raised.next = !self.error_register.q.val()
            & ((self.run.val() & self.while_running.val())
                | ((self.run.val() | self.halt.val()) & (self.any_fault.val() | self.any_overflow.val())));
        self.next_index.next = self.oldest.val();
        self.next_code.next = self.aborted.val();
        if self.run.val() & (self.empty.val() | self.unaligned.val()) {
            self.next_index.next = bits::<32>(0);
            self.next_code.next = self.unaligned_address.val();
            if self.empty.val() {
                self.next_code.next = self.empty_program.val();
            }
        } else if self.any_fault.val() {
            self.next_index.next = self.first_index.val();
            self.next_code.next = self.first_code.val();
        } else if self.any_overflow.val() {
            self.next_index.next = self.overflow_index.val();
            self.next_code.next = self.semaphore_overflow.val();
        } else if self.sequencer_error.val() {
            self.next_index.next = self.sequencer_index.val();
            self.next_code.next = self.sequencer_code.val();
        } else if self.deadlock.val() {
            self.next_code.next = self.deadlocked.val();
        }
        self.error_register.d.next = self.error_register.q.val() | self.raised.val();
        self.code_register.enable.next = self.raised.val();
        self.code_register.d.next = self.next_code.val();
        self.index_register.enable.next = self.raised.val();
        self.index_register.d.next = self.next_index.val();
        self.error.next = self.error_register.q.val();
        self.code.next = self.code_register.q.val();
        self.index.next = self.index_register.q.val();
    }
}
