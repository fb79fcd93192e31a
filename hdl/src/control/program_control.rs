//! [`Control`]: the whole control.

use super::{
    ControlRegisters, EngineCounters, EngineQueue, EventCounter, Fetcher, FirstError, InFlight, Issue, ProgramPhase,
    Semaphores, Sequencer, Watchdog,
};
use crate::isa::Configuration;
use rust_hdl::core::prelude::*;

/// Runs programs: registers for the host, fetcher, sequencer, queues, semaphores, issue, errors, watchdog, counters. Arrays of ports are in the
/// order load, store, matrix, vector. `W8` is the width of the memory bus, 8·N.
///
/// **Engines.** `start` is high for one cycle with `instruction`, only after a cycle in which the engine was `ready`; it must stay ready until
/// then. `retire` is high for one cycle for each instruction, in order, at the earliest in the cycle after its start. `fault` belongs to the oldest
/// instruction that has not retired, and comes no later than its retirement; after it the program ends. While `halt` is high an engine begins
/// nothing; it shows `idle` once nothing is under way; then `clear` is high for one cycle, the reset of a program's state. `idle` must be
/// low from the cycle after a start on.
///
/// **Memory.** The fetcher's read port, see [`Fetcher`]. `bus_activity` is high in each cycle in which anything moves on the memory bus.
///
/// **Trace.** `start` with `trace_start_index`, and `retire` with `trace_retire_index`: which instruction starts and retires in this cycle.
#[derive(LogicBlock)]
pub struct Control<const W8: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// AXI4-Lite: write address valid.
    pub awvalid: Signal<In, Bit>,
    /// Write address ready.
    pub awready: Signal<Out, Bit>,
    /// Write address.
    pub awaddr: Signal<In, Bits<12>>,
    /// Write data valid.
    pub wvalid: Signal<In, Bit>,
    /// Write data ready.
    pub wready: Signal<Out, Bit>,
    /// Write data.
    pub wdata: Signal<In, Bits<32>>,
    /// Write strobes.
    pub wstrb: Signal<In, Bits<4>>,
    /// Write response valid.
    pub bvalid: Signal<Out, Bit>,
    /// Write response ready.
    pub bready: Signal<In, Bit>,
    /// Write response.
    pub bresp: Signal<Out, Bits<2>>,
    /// Read address valid.
    pub arvalid: Signal<In, Bit>,
    /// Read address ready.
    pub arready: Signal<Out, Bit>,
    /// Read address.
    pub araddr: Signal<In, Bits<12>>,
    /// Read data valid.
    pub rvalid: Signal<Out, Bit>,
    /// Read data ready.
    pub rready: Signal<In, Bit>,
    /// Read data.
    pub rdata: Signal<Out, Bits<32>>,
    /// Read response.
    pub rresp: Signal<Out, Bits<2>>,
    /// Interrupt, active high, level.
    pub irq: Signal<Out, Bit>,
    /// A burst of the program is requested.
    pub request: Signal<Out, Bit>,
    /// It is accepted if it is requested.
    pub request_ready: Signal<In, Bit>,
    /// Its byte address.
    pub request_address: Signal<Out, Bits<32>>,
    /// Its beats.
    pub request_beats: Signal<Out, Bits<8>>,
    /// A beat of the program has come; it is taken.
    pub beat_valid: Signal<In, Bit>,
    /// The beat.
    pub beat: Signal<In, Bits<W8>>,
    /// AXI's response to it.
    pub beat_response: Signal<In, Bits<2>>,
    /// Anything moves on the memory bus.
    pub bus_activity: Signal<In, Bit>,
    /// A LayerNorm variance saturates.
    pub variance_saturated: Signal<In, Bit>,
    /// The engine can take an instruction.
    pub ready: [Signal<In, Bit>; 4],
    /// It starts one.
    pub start: [Signal<Out, Bit>; 4],
    /// The instruction, for all engines.
    pub instruction: Signal<Out, Bits<256>>,
    /// The engine's oldest instruction retires.
    pub retire: [Signal<In, Bit>; 4],
    /// The engine's oldest instruction has failed.
    pub fault: [Signal<In, Bit>; 4],
    /// How, a code of [`Stop`](crate::isa::Stop).
    pub fault_code: [Signal<In, Bits<4>>; 4],
    /// Nothing is under way in the engine.
    pub idle: [Signal<In, Bit>; 4],
    /// No engine shall begin anything.
    pub halt: Signal<Out, Bit>,
    /// All engines return to their reset state.
    pub clear: Signal<Out, Bit>,
    /// Index of the instruction that starts in this cycle.
    pub trace_start_index: Signal<Out, Bits<32>>,
    /// Index of the instruction that would retire in this cycle.
    pub trace_retire_index: [Signal<Out, Bits<32>>; 4],
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

impl<const W8: usize> Control<W8> {
    /// The control of an accelerator with this configuration.
    ///
    /// # Panics
    /// If `W8` is not 8·N.
    pub fn new(configuration: &Configuration) -> Self {
        assert_eq!(W8, 8 * configuration.side, "the memory bus has N bytes");
        Self {
            clock: Signal::default(),
            reset_n: Signal::default(),
            awvalid: Signal::default(),
            awready: Signal::default(),
            awaddr: Signal::default(),
            wvalid: Signal::default(),
            wready: Signal::default(),
            wdata: Signal::default(),
            wstrb: Signal::default(),
            bvalid: Signal::default(),
            bready: Signal::default(),
            bresp: Signal::default(),
            arvalid: Signal::default(),
            arready: Signal::default(),
            araddr: Signal::default(),
            rvalid: Signal::default(),
            rready: Signal::default(),
            rdata: Signal::default(),
            rresp: Signal::default(),
            irq: Signal::default(),
            request: Signal::default(),
            request_ready: Signal::default(),
            request_address: Signal::default(),
            request_beats: Signal::default(),
            beat_valid: Signal::default(),
            beat: Signal::default(),
            beat_response: Signal::default(),
            bus_activity: Signal::default(),
            variance_saturated: Signal::default(),
            ready: Default::default(),
            start: Default::default(),
            instruction: Signal::default(),
            retire: Default::default(),
            fault: Default::default(),
            fault_code: Default::default(),
            idle: Default::default(),
            halt: Signal::default(),
            clear: Signal::default(),
            trace_start_index: Signal::default(),
            trace_retire_index: Default::default(),
            registers: ControlRegisters::new(configuration),
            phase: ProgramPhase::default(),
            program_reset_n: Signal::default(),
            counters_reset_n: Signal::default(),
            fetcher: Fetcher::default(),
            sequencer: Sequencer::default(),
            queue: Default::default(),
            issue: Issue::default(),
            in_flight: Default::default(),
            semaphores: Semaphores::default(),
            first_error: FirstError::default(),
            watchdog: Watchdog::default(),
            nothing_left: Signal::default(),
            retiring: Signal::default(),
            starting: Signal::default(),
            cycles: EventCounter::default(),
            retired: EventCounter::default(),
            engine: Default::default(),
        }
    }
}

impl<const W8: usize> Logic for Control<W8> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "control_{beat}: runs programs: registers for the host, fetch, dispatch, semaphores, issue, errors, counters."
        );
        clock!(
            self,
            clock,
            registers,
            phase,
            fetcher,
            sequencer,
            issue,
            semaphores,
            first_error,
            watchdog,
            cycles,
            retired
        );

        comment!("The host.");
        self.registers.reset_n.next = self.reset_n.val();
        self.registers.awvalid.next = self.awvalid.val();
        self.awready.next = self.registers.awready.val();
        self.registers.awaddr.next = self.awaddr.val();
        self.registers.wvalid.next = self.wvalid.val();
        self.wready.next = self.registers.wready.val();
        self.registers.wdata.next = self.wdata.val();
        self.registers.wstrb.next = self.wstrb.val();
        self.bvalid.next = self.registers.bvalid.val();
        self.registers.bready.next = self.bready.val();
        self.bresp.next = self.registers.bresp.val();
        self.registers.arvalid.next = self.arvalid.val();
        self.arready.next = self.registers.arready.val();
        self.registers.araddr.next = self.araddr.val();
        self.rvalid.next = self.registers.rvalid.val();
        self.registers.rready.next = self.rready.val();
        self.rdata.next = self.registers.rdata.val();
        self.rresp.next = self.registers.rresp.val();
        self.irq.next = self.registers.irq.val();
        self.registers.launch.next = self.phase.launch.val();
        self.registers.busy.next = self.phase.busy.val();
        self.registers.ended.next = self.phase.clear.val();
        self.registers.error.next = self.first_error.error.val();
        self.registers.error_code.next = self.first_error.code.val();
        self.registers.error_index.next = self.first_error.index.val();
        self.registers.variance_saturated.next = self.variance_saturated.val();
        self.registers.cycles.next = self.cycles.count.val();
        self.registers.retired.next = self.retired.count.val();

        comment!("The life of a program.");
        self.phase.reset_n.next = self.reset_n.val();
        self.phase.start.next = self.registers.start.val();
        self.phase.stopped.next = self.first_error.raised.val();
        self.nothing_left.next = !(self.queue[0].valid.val()
            | self.queue[1].valid.val()
            | self.queue[2].valid.val()
            | self.queue[3].valid.val()
            | self.in_flight[0].valid.val()
            | self.in_flight[1].valid.val()
            | self.in_flight[2].valid.val()
            | self.in_flight[3].valid.val());
        self.phase.finished.next = self.sequencer.all_dispatched.val() & self.nothing_left.val();
        self.phase.quiescent.next =
            self.fetcher.idle.val() & self.idle[0].val() & self.idle[1].val() & self.idle[2].val() & self.idle[3].val();
        self.halt.next = self.phase.halt.val();
        self.clear.next = self.phase.clear.val();
        self.program_reset_n.next = self.reset_n.val() & !self.phase.clear.val();
        self.counters_reset_n.next = self.reset_n.val() & !self.phase.launch.val();

        comment!("From memory to the queues.");
        self.fetcher.reset_n.next = self.program_reset_n.val();
        self.fetcher.launch.next = self.phase.launch.val();
        self.fetcher.program_address.next = self.registers.program_address.val();
        self.fetcher.program_length.next = self.registers.program_length.val();
        self.fetcher.enable.next = self.phase.run.val();
        self.request.next = self.fetcher.request.val();
        self.fetcher.request_ready.next = self.request_ready.val();
        self.request_address.next = self.fetcher.request_address.val();
        self.request_beats.next = self.fetcher.request_beats.val();
        self.fetcher.beat_valid.next = self.beat_valid.val();
        self.fetcher.beat.next = self.beat.val();
        self.fetcher.beat_response.next = self.beat_response.val();
        self.fetcher.pop.next = self.sequencer.pop.val();
        self.sequencer.reset_n.next = self.program_reset_n.val();
        self.sequencer.launch.next = self.phase.launch.val();
        self.sequencer.program_length.next = self.registers.program_length.val();
        self.sequencer.enable.next = self.phase.run.val();
        self.sequencer.valid.next = self.fetcher.valid.val();
        self.sequencer.engine.next = self.fetcher.engine.val();
        self.sequencer.code.next = self.fetcher.code.val();
        self.sequencer.fault_index.next = self.fetcher.fault_index.val();

        comment!("From the queues to the engines and back.");
        self.issue.reset_n.next = self.program_reset_n.val();
        self.issue.enable.next = self.phase.run.val();
        self.issue.cancel.next = self.first_error.raised.val();
        self.issue.available.next = self.semaphores.available.val();
        self.instruction.next = self.issue.instruction.val();
        self.trace_start_index.next = self.issue.index.val();
        self.semaphores.reset_n.next = self.program_reset_n.val();
        self.semaphores.take_mask.next = self.issue.take_mask.val();
        for i in 0..4 {
            self.queue[i].clock.next = self.clock.val();
            self.queue[i].reset_n.next = self.program_reset_n.val();
            self.queue[i].push.next = self.sequencer.push[i].val();
            self.queue[i].instruction.next = self.fetcher.instruction.val();
            self.queue[i].index.next = self.sequencer.index.val();
            self.queue[i].pop.next = self.issue.grant[i].val();
            self.sequencer.full[i].next = self.queue[i].full.val();
            self.issue.valid[i].next = self.queue[i].valid.val();
            self.issue.head[i].next = self.queue[i].head.val();
            self.issue.head_index[i].next = self.queue[i].head_index.val();
            self.issue.wait_mask[i].next = self.queue[i].wait_mask.val();
            self.issue.ready[i].next = self.ready[i].val();
            self.issue.full[i].next = self.in_flight[i].full.val();
            self.start[i].next = self.issue.start[i].val();
            self.in_flight[i].clock.next = self.clock.val();
            self.in_flight[i].reset_n.next = self.program_reset_n.val();
            self.in_flight[i].push.next = self.issue.grant[i].val();
            self.in_flight[i].index.next = self.queue[i].head_index.val();
            self.in_flight[i].post_mask.next = self.queue[i].post_mask.val();
            self.in_flight[i].retire.next = self.retire[i].val();
            self.trace_retire_index[i].next = self.in_flight[i].oldest_index.val();
            self.semaphores.post[i].next = self.retire[i].val();
            self.semaphores.post_mask[i].next = self.in_flight[i].oldest_post_mask.val();
        }

        comment!("Errors.");
        self.first_error.reset_n.next = self.counters_reset_n.val();
        self.first_error.run.next = self.phase.run.val();
        self.first_error.halt.next = self.phase.halt.val();
        self.first_error.empty.next = self.sequencer.empty.val();
        self.first_error.unaligned.next = self.fetcher.unaligned.val();
        self.first_error.sequencer_error.next = self.sequencer.error.val();
        self.first_error.sequencer_code.next = self.fetcher.code.val();
        self.first_error.sequencer_index.next = self.sequencer.error_index.val();
        self.first_error.deadlock.next = self.watchdog.deadlock.val();
        self.first_error.abort.next = self.registers.abort.val();
        self.first_error.oldest.next = self.watchdog.oldest.val();
        self.starting.next = self.issue.start[0].val()
            | self.issue.start[1].val()
            | self.issue.start[2].val()
            | self.issue.start[3].val();
        self.retiring.next = self.retire[0].val() | self.retire[1].val() | self.retire[2].val() | self.retire[3].val();
        self.watchdog.reset_n.next = self.program_reset_n.val();
        self.watchdog.enable.next = self.phase.run.val();
        self.watchdog.progress.next = self.starting.val() | self.retiring.val() | self.bus_activity.val();
        self.watchdog.limit.next = self.registers.watchdog_limit.val();
        self.watchdog.next_index.next = self.sequencer.index.val();
        self.watchdog.all_dispatched.next = self.sequencer.all_dispatched.val();
        for i in 0..4 {
            self.first_error.fault[i].next = self.fault[i].val();
            self.first_error.fault_code[i].next = self.fault_code[i].val();
            self.first_error.fault_index[i].next = self.in_flight[i].oldest_index.val();
            self.first_error.overflow[i].next = self.semaphores.overflow[i].val();
            self.watchdog.queued[i].next = self.queue[i].valid.val();
            self.watchdog.queued_index[i].next = self.queue[i].head_index.val();
            self.watchdog.under_way[i].next = self.in_flight[i].valid.val();
            self.watchdog.under_way_index[i].next = self.in_flight[i].oldest_index.val();
        }

        comment!("Counters.");
        self.cycles.reset_n.next = self.counters_reset_n.val();
        self.cycles.events.next = bit_cast::<4, 1>(self.phase.run.val().into());
        self.retired.reset_n.next = self.counters_reset_n.val();
        self.retired.events.next = bit_cast::<4, 1>(self.retire[0].val().into())
            + bit_cast::<4, 1>(self.retire[1].val().into())
            + bit_cast::<4, 1>(self.retire[2].val().into())
            + bit_cast::<4, 1>(self.retire[3].val().into());
        for i in 0..4 {
            self.engine[i].clock.next = self.clock.val();
            self.engine[i].reset_n.next = self.counters_reset_n.val();
            self.engine[i].enable.next = self.phase.run.val();
            self.engine[i].under_way.next = self.in_flight[i].valid.val();
            self.engine[i].queued.next = self.queue[i].valid.val();
            self.registers.engine_busy[i].next = self.engine[i].busy.val();
            self.registers.engine_waiting[i].next = self.engine[i].waiting.val();
            self.registers.engine_empty[i].next = self.engine[i].empty.val();
        }
    }
}
