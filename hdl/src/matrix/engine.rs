//! [`MatrixEngine`]: the systolic array with its feeder and drain.

use super::{TileDrain, TileFeeder};
use crate::array::SystolicArray;
use crate::cells::{Delay, EnableDelay, ExtendLanes, Register, ValidDelay};
use rust_hdl::core::prelude::*;

/// Executes `matmul` instructions (docs/machine.md): multiplies tiles of memories A and B into memory C.
///
/// Several instructions may be in flight. Instructions follow each other without a bubble, and so do the tiles of one.
///
/// **Timing**, independent of the data: an instruction started in cycle `s` begins its first tile in `s + 1`, and a
/// tile takes `P = max(depth, N)` cycles. The instruction retires in cycle `s + P·tiles + 2·N + 4`. The next one can
/// start from cycle `s + P·tiles` on, with `ready` from the cycle before (docs/control.md, "Handshakes").
///
/// **Memories** A and B have a read latency of one cycle. C stores a word in every cycle with `c_write`.
///
/// **Faults**: a `depth` or `tiles` of 0, or an address out of range, stops the engine before the access. `fault` is
/// high for one cycle, once all earlier words have been written and all earlier instructions have retired. After a
/// fault or `halt` nothing more is issued, and `idle` rises when the words in flight have been written. `clear` returns
/// the engine to the state after reset.
///
/// `A` = 9·`N`, `B` = 8·`N`, `D` = 32·`N`, `SKEW` = `N` + 2, `DELAY` = `N` + 4; the memories have `2^AD`, `2^BD`,
/// `2^CD` words.
#[circuit(clock, reset_n)]
pub struct MatrixEngine<N, A, B, D, SKEW, DELAY, AD, BD, CD> {
    /// Clear strobe, one cycle: returns the engine to the state after reset.
    pub clear: Signal<In, Bit>,
    #[ports]
    engine_ports: Engine,
    /// Idle: no instruction in flight and no fault left to report.
    pub idle: Signal<Out, Bit>,
    /// Read strobe of memories A and B.
    pub read: Signal<Out, Bit>,
    /// Word address in A, valid with `read`.
    pub a_address: Signal<Out, Bits<AD>>,
    /// Word of A at the previous cycle's `a_address`: `N` bytes.
    pub a_word: Signal<In, Bits<B>>,
    /// Word address in B, valid with `read`.
    pub b_address: Signal<Out, Bits<BD>>,
    /// Word of B at the previous cycle's `b_address`: `N` bytes.
    pub b_word: Signal<In, Bits<B>>,
    /// Write enable of memory C.
    pub c_write: Signal<Out, Bit>,
    /// Word address in C, valid with `c_write`.
    pub c_address: Signal<Out, Bits<CD>>,
    /// Word for C, valid with `c_write`: `N` accumulators, 32 bits signed each.
    pub c_word: Signal<Out, Bits<D>>,
    feeder: TileFeeder<N, AD, BD, CD>,
    extend: ExtendLanes<N, B, A>,
    array: SystolicArray<N, A, B, D, SKEW>,
    drain: TileDrain<N, CD, DELAY>,
    run: Signal<Local, Bit>,
    draining: Signal<Local, Bit>,
    broken: Register<Bit>,
    reported: Register<Bit>,
    code: EnableDelay<Bits<4>, 1>,
    valid: ValidDelay<1>,
    first: Delay<Bit, 1>,
    last: Delay<Bit, 1>,
    swap: Delay<Bit, 1>,
    unsigned_left: Delay<Bit, 1>,
}

#[circuit]
impl Logic for MatrixEngine<N, A, B, D, SKEW, DELAY, AD, BD, CD> {
    fn update(&mut self) {
        comment! { "matrix_engine: multiplies tiles of memories A and B into memory C, tile after tile without a \
        bubble. Retires 2 N + 4 cycles after the last operands were addressed." }
        wire! { clock => feeder, array, drain, broken, reported, code, valid, first, last, swap, unsigned_left; }
        run = reset_n & !clear;
        wire! { {feeder, array, drain, valid}.reset_n <- run; }

        wire! {
            feeder.{start, instruction, halt};
            {ready, read: issue, a_address, b_address} <- feeder.*;
        }

        comment!("The memories respond one cycle later.");
        valid.d = feeder.issue;
        wire! { {first, last, swap, unsigned_left}.d <- feeder.*; }
        extend.word = a_word;
        array.b = b_word;
        if swap.q {
            extend.word = b_word;
            array.b = a_word;
        }
        extend.zero_extend = unsigned_left.q;
        wire! { array.{a: extend.extended, valid: valid.q, first: first.q, last: last.q}; }

        drain.last = feeder.issue & feeder.last;
        wire! {
            drain.{tile_address: feeder.c_address, last_of_all: feeder.last_of_all, drain_valid: array.drain_valid};
        }
        c_write = array.drain_valid;
        c_address = drain.address;
        c_word = array.drain;
        retire = drain.retire;

        comment!("A fault is reported after all operands issued before it have drained.");
        draining = valid.q | drain.busy;
        broken.reset_n = run;
        broken.d = broken.q | feeder.fault;
        wire! { code.{enable: fault, d: fault_code} <- feeder.*; }
        fault = broken.q & !reported.q & !draining;
        fault_code = code.q;
        reported.reset_n = run;
        reported.d = reported.q | fault;
        idle = !feeder.busy & !draining & (!broken.q | reported.q);
    }
}
