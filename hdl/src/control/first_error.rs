//! [`FirstError`]: the error that stops a program.

use crate::cells::{Delay, EnableRegister, Register};
use ibert_isa::Stop;
use rust_hdl::core::prelude::*;

/// Registers code and index of the first error of a program. Among errors of one cycle the priority is: an empty or
/// unaligned program; a fault of load, store, matrix, vector; an overflow of their posts; the instruction to be
/// dispatched; the deadlock; the abort.
///
/// An error in cycle t is visible in `raised` in cycle t, and in the registers from cycle t + 1 on.
#[circuit(clock, reset_n = "no error")]
pub struct FirstError {
    /// The program is running.
    pub run: Signal<In, Bit>,
    /// The program is halting; retiring instructions can still fail.
    pub halt: Signal<In, Bit>,
    /// The program has no instructions.
    pub empty: Signal<In, Bit>,
    /// The address of the program is not a multiple of 32.
    pub unaligned: Signal<In, Bit>,
    /// Fault of the engine's oldest instruction.
    pub fault: [Signal<In, Bit>; 4],
    /// Fault code, valid with `fault`.
    pub fault_code: [Signal<In, Bits<4>>; 4],
    /// Index of the engine's oldest instruction.
    pub fault_index: [Signal<In, Bits<32>>; 4],
    /// The posts of the instruction that the engine retired one cycle ago have overflowed.
    pub overflow: [Signal<In, Bit>; 4],
    /// The instruction to be dispatched is illegal or could not be read.
    pub sequencer_error: Signal<In, Bit>,
    /// Stop code, valid with `sequencer_error`.
    pub sequencer_code: Signal<In, Bits<4>>,
    /// Index to report, valid with `sequencer_error`.
    pub sequencer_index: Signal<In, Bits<32>>,
    /// The watchdog has expired.
    pub deadlock: Signal<In, Bit>,
    /// Abort strobe from the host.
    pub abort: Signal<In, Bit>,
    /// Index of the oldest instruction that has not started.
    pub oldest: Signal<In, Bits<32>>,
    /// The first error occurs in this cycle.
    pub raised: Signal<Out, Bit>,
    /// An error has occurred.
    pub error: Signal<Out, Bit>,
    /// Code of the first error.
    pub code: Signal<Out, Bits<4>>,
    /// Index of the instruction with the first error.
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

        comment!("Engines: the last assignment has priority, that of the load engine.");
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

        comment!("All errors: while the program halts, only retiring instructions can fail.");
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
