//! [`FirstError`]: what stops a program.

use crate::cells::{Delay, EnableRegister, Register};
use ibert_isa::Stop;
use rust_hdl::core::prelude::*;

/// Keeps the code and the index of the first error of a program. Of several in one cycle it is the first of: an empty or unaligned program; a
/// fault of load, store, matrix, vector; an overflow of their posts; the instruction to be dispatched; the deadlock; the abort.
///
/// An error in cycle t shows in `raised` in cycle t, in the registers from cycle t + 1 on.
#[circuit(clock, reset_n = "no error")]
pub struct FirstError {
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
    empty_program: constant!(Bits<4> = Stop::EmptyProgram),
    unaligned_address: constant!(Bits<4> = Stop::UnalignedAddress),
    semaphore_overflow: constant!(Bits<4> = Stop::SemaphoreOverflow),
    deadlocked: constant!(Bits<4> = Stop::Deadlock),
    aborted: constant!(Bits<4> = Stop::Aborted),
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

#[circuit]
impl Logic for FirstError {
    fn update(&mut self) {
        comment!("first_error: code and index of the first error of a program.");
        wire! { clock, reset_n => error_register, code_register, index_register; }

        comment!("Of the engines: the last assignment wins, that of the load.");
        any_fault = any!(fault[i] for i in 0..4);
        first_code = fault_code[3];
        first_index = fault_index[3];
        any_overflow = any!(overflow[i] for i in 0..4);
        overflow_index = retired_index[3].q;
        for i in 0..4 {
            wire! { clock => retired_index[i]; }
            retired_index[i].d = fault_index[i];
            if fault[3 - i] {
                first_code = fault_code[3 - i];
                first_index = fault_index[3 - i];
            }
            if overflow[3 - i] {
                overflow_index = retired_index[3 - i].q;
            }
        }

        comment!("Of all: while the program is halted, only what retires can fail.");
        while_running = empty | unaligned | sequencer_error | deadlock | abort;
        raised = !error_register.q & ((run & while_running) | ((run | halt) & (any_fault | any_overflow)));
        next_index = oldest;
        next_code = aborted;
        if run & (empty | unaligned) {
            next_index = bits::<32>(0);
            next_code = unaligned_address;
            if empty {
                next_code = empty_program;
            }
        } else if any_fault {
            next_index = first_index;
            next_code = first_code;
        } else if any_overflow {
            next_index = overflow_index;
            next_code = semaphore_overflow;
        } else if sequencer_error {
            next_index = sequencer_index;
            next_code = sequencer_code;
        } else if deadlock {
            next_code = deadlocked;
        }
        error_register.d = error_register.q | raised;
        wire! {
            code_register.{enable: raised, d: next_code};
            index_register.{enable: raised, d: next_index};
        }
        wire! { {error, code, index} <- *_register.q; }
    }
}
