//! [`Control`]: the control as a whole.

use super::{
    ControlRegisters, EngineCounters, EngineQueue, EventCounter, Fetcher, FirstError, InFlight, Issue, ProgramPhase,
    Semaphores, Sequencer, Watchdog,
};
use ibert_isa::Configuration;
use rust_hdl::core::prelude::*;

/// Runs programs: registers for the host, fetcher, sequencer, queues, semaphores, issue, errors, watchdog, counters.
/// Arrays of ports have the order load, store, matrix, vector. `W8` is the width of the memory bus, 8·N.
///
/// **Engines.** `start`, `ready`, `retire`, `fault`, `halt`, `idle` and `clear` follow the rules in docs/control.md,
/// "Handshakes".
///
/// **Memory.** The fetcher's read port, see [`Fetcher`]. `bus_activity` is high in each cycle with a transfer on the
/// memory bus.
///
/// **Trace.** `start` with `trace_start_index` and `retire` with `trace_retire_index` give the instruction that starts
/// or retires in a cycle.
#[circuit(
    clock, reset_n,
    new(configuration: &Configuration),
    assert(W8 == 8 * configuration.side, "the memory bus has N bytes"),
)]
pub struct Control<W8> {
    #[ports]
    control_ports: AxiLite,
    /// Interrupt, level-sensitive, active high.
    pub irq: Signal<Out, Bit>,
    /// Read request for a burst of the program; held until accepted.
    pub request: Signal<Out, Bit>,
    /// Request is accepted in a cycle with `request` and `request_ready`.
    pub request_ready: Signal<In, Bit>,
    /// Byte address of the burst.
    pub request_address: Signal<Out, Bits<32>>,
    /// Beats of the burst.
    pub request_beats: Signal<Out, Bits<8>>,
    /// Beat of the program valid; taken at once.
    pub beat_valid: Signal<In, Bit>,
    /// Data of the beat.
    pub beat: Signal<In, Bits<W8>>,
    /// AXI response (RRESP) of the beat.
    pub beat_response: Signal<In, Bits<2>>,
    /// A transfer happens on the memory bus.
    pub bus_activity: Signal<In, Bit>,
    /// A LayerNorm variance saturates in this cycle.
    pub variance_saturated: Signal<In, Bit>,
    /// The engine can accept an instruction.
    pub ready: [Signal<In, Bit>; 4],
    /// Start strobe of the engine, with `instruction`.
    pub start: [Signal<Out, Bit>; 4],
    /// Instruction, shared by all engines.
    pub instruction: Signal<Out, Bits<256>>,
    /// The engine's oldest instruction retires.
    pub retire: [Signal<In, Bit>; 4],
    /// Fault of the engine's oldest instruction.
    pub fault: [Signal<In, Bit>; 4],
    /// Fault code, a code of [`Stop`](ibert_isa::Stop), valid with `fault`.
    pub fault_code: [Signal<In, Bits<4>>; 4],
    /// Idle: the engine has no instruction in flight.
    pub idle: [Signal<In, Bit>; 4],
    /// Halt: no engine may begin anything.
    pub halt: Signal<Out, Bit>,
    /// Clear: all engines return to their reset state.
    pub clear: Signal<Out, Bit>,
    /// Index of the instruction that starts in this cycle.
    pub trace_start_index: Signal<Out, Bits<32>>,
    /// Index of the instruction that retires if the engine retires in this cycle.
    pub trace_retire_index: [Signal<Out, Bits<32>>; 4],
    #[init(ControlRegisters::new(configuration))]
    registers: ControlRegisters,
    phase: ProgramPhase,
    program_reset_n: Signal<Local, Bit>,
    counters_reset_n: Signal<Local, Bit>,
    fetcher: Fetcher<W8>,
    sequencer: Sequencer,
    queue: [EngineQueue; 4],
    issue: Issue,
    in_flight: [InFlight; 4],
    semaphores: Semaphores,
    first_error: FirstError,
    watchdog: Watchdog,
    nothing_left: Signal<Local, Bit>,
    retiring: Signal<Local, Bit>,
    starting: Signal<Local, Bit>,
    cycles: EventCounter,
    retired: EventCounter,
    engine: [EngineCounters; 4],
}

#[circuit]
impl Logic for Control<W8> {
    fn update(&mut self) {
        comment! { "control_{beat}: runs programs: registers for the host, fetch, dispatch, semaphores, issue, errors, \
        counters." }
        wire! {
            clock, reset_n => registers, phase;
            clock => fetcher, sequencer, issue, semaphores, first_error, watchdog, cycles, retired;
        }

        comment!("Host interface.");
        wire! {
            registers.{awvalid, awaddr, wvalid, wdata, wstrb, bready, arvalid, araddr, rready, variance_saturated};
            registers.{launch, busy, ended: clear} <- phase.*;
            registers.{error, error_code: code, error_index: index} <- first_error.*;
            registers.{cycles: cycles.count, retired: retired.count};
            {awready, wready, bvalid, bresp, arready, rvalid, rdata, rresp, irq} <- registers.*;
        }

        comment!("Phases of a program.");
        wire! { phase.{start: registers.start, stopped: first_error.raised}; }
        nothing_left = !(any!(queue[i].valid for i in 0..4) | any!(in_flight[i].valid for i in 0..4));
        phase.finished = sequencer.all_dispatched & nothing_left;
        phase.quiescent = fetcher.idle & all!(idle[i] for i in 0..4);
        wire! { {halt, clear} <- phase.*; }
        program_reset_n = reset_n & !phase.clear;
        counters_reset_n = reset_n & !phase.launch;

        comment!("From memory to the queues.");
        wire! {
            {fetcher, sequencer}.reset_n <- program_reset_n;
            fetcher.{request_ready, beat_valid, beat, beat_response};
            fetcher.{launch: phase.launch, enable: phase.run, program_address: registers.program_address,
                program_length: registers.program_length, pop: sequencer.pop};
            {request, request_address, request_beats} <- fetcher.*;
            sequencer.{valid, engine, code, fault_index} <- fetcher.*;
            sequencer.{launch: phase.launch, enable: phase.run, program_length: registers.program_length};
        }

        comment!("From the queues to the engines and back.");
        wire! {
            {issue, semaphores}.reset_n <- program_reset_n;
            issue.{enable: phase.run, cancel: first_error.raised, available: semaphores.available};
            {instruction, trace_start_index: index} <- issue.*;
        }
        semaphores.take_mask = issue.take_mask;
        for i in 0..4 {
            wire! {
                clock => queue[i], in_flight[i];
                {queue[i], in_flight[i]}.reset_n <- program_reset_n;
                queue[i].{push: sequencer.push[i], instruction: fetcher.instruction, index: sequencer.index,
                    pop: issue.grant[i]};
                sequencer.full[i] <- queue[i].full;
                issue.{valid, head, head_index, wait_mask}[i] <- queue[i].*;
                issue.{ready: ready[i], full: in_flight[i].full}[i];
                start[i] <- issue.start[i];
                in_flight[i].{push: issue.grant[i], index: queue[i].head_index, post_mask: queue[i].post_mask,
                    retire: retire[i]};
                trace_retire_index[i] <- in_flight[i].oldest_index;
                semaphores.{post: retire[i], post_mask: in_flight[i].oldest_post_mask}[i];
            }
        }

        comment!("Errors.");
        first_error.reset_n = counters_reset_n;
        wire! {
            first_error.{empty, sequencer_error: error, sequencer_index: error_index} <- sequencer.*;
            first_error.{run: phase.run, halt: phase.halt, unaligned: fetcher.unaligned, sequencer_code: fetcher.code,
                deadlock: watchdog.deadlock, oldest: watchdog.oldest, abort: registers.abort};
        }
        starting = any!(issue.start[i] for i in 0..4);
        retiring = any!(retire[i] for i in 0..4);
        watchdog.reset_n = program_reset_n;
        watchdog.enable = phase.run;
        watchdog.progress = starting | retiring | bus_activity;
        wire! {
            watchdog.{limit: registers.watchdog_limit, next_index: sequencer.index,
                all_dispatched: sequencer.all_dispatched};
        }
        for i in 0..4 {
            wire! {
                first_error.{fault: fault[i], fault_code: fault_code[i], fault_index: in_flight[i].oldest_index,
                    overflow: semaphores.overflow[i]}[i];
                watchdog.{queued: queue[i].valid, queued_index: queue[i].head_index, under_way: in_flight[i].valid,
                    under_way_index: in_flight[i].oldest_index}[i];
            }
        }

        comment!("Counters.");
        cycles.reset_n = counters_reset_n;
        cycles.events = bit_cast::<4, 1>(phase.run.into());
        retired.reset_n = counters_reset_n;
        retired.events = sum!(bit_cast::<4, 1>(retire[i].into()) for i in 0..4);
        for i in 0..4 {
            wire! {
                clock => engine[i];
                engine[i].reset_n <- counters_reset_n;
                engine[i].{enable: phase.run, under_way: in_flight[i].valid, queued: queue[i].valid};
                registers.engine_{busy, waiting, empty}[i] <- engine[i].*;
            }
        }
    }
}
