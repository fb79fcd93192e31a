//! [`MatrixEngine`]: the array with what feeds and drains it.

use super::{TileDrain, TileFeeder};
use crate::array::SystolicArray;
use crate::cells::{Delay, EnableDelay, ExtendLanes, Register, ValidDelay};
use rust_hdl::core::prelude::*;

/// Runs `matmul` instructions (docs/machine.md): tiles of products of memories A and B, into memory C.
///
/// Several instructions may be under way; they follow each other, and tiles within one, without a bubble.
///
/// **Timing**, whatever the data: an instruction started in cycle `s` begins its first tile in `s + 1`; a tile takes `P = max(depth, N)` cycles; the
/// instruction retires in cycle `s + P·tiles + 2·N + 4`, and the next one can start from cycle `s + P·tiles` on, with
/// `ready` from the cycle before (docs/control.md, "Handshakes").
///
/// **Memories** answer in the cycle after the address. C takes a word in every cycle with `c_write`.
///
/// **Faults**: an operand that is 0, or an address beyond a memory, stops the engine before the access; `fault` is high for one cycle when everything before has been
/// written and has retired. After it, or after `halt`, nothing is issued any more; `idle` says that what was under way has been written; `clear` returns to the state after reset.
///
/// `A` = 9·`N`, `B` = 8·`N`, `D` = 32·`N`, `SKEW` = `N` + 2, `DELAY` = `N` + 4; the memories have `2^AD`, `2^BD`, `2^CD` words.
#[circuit(clock, reset_n)]
pub struct MatrixEngine<N, A, B, D, SKEW, DELAY, AD, BD, CD> {
    /// Back to the state after reset.
    pub clear: Signal<In, Bit>,
    #[ports]
    engine_ports: Engine,
    /// Nothing is under way.
    pub idle: Signal<Out, Bit>,
    /// A and B are read.
    pub read: Signal<Out, Bit>,
    /// Word of A.
    pub a_address: Signal<Out, Bits<AD>>,
    /// The word at the last `a_address`.
    pub a_word: Signal<In, Bits<B>>,
    /// Word of B.
    pub b_address: Signal<Out, Bits<BD>>,
    /// The word at the last `b_address`.
    pub b_word: Signal<In, Bits<B>>,
    /// C is written.
    pub c_write: Signal<Out, Bit>,
    /// Word of C.
    pub c_address: Signal<Out, Bits<CD>>,
    /// N sums of 32 bits.
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
        comment! { "matrix_engine: tiles of products of memories A and B into memory C, tile after tile without a \
        bubble. Retires 2 N + 4 cycles after the last operands were addressed." }
        wire! { clock => feeder, array, drain, broken, reported, code, valid, first, last, swap, unsigned_left; }
        run = reset_n & !clear;
        wire! { {feeder, array, drain, valid}.reset_n <- run; }

        wire! {
            feeder.{start, instruction, halt};
            {ready, read: issue, a_address, b_address} <- feeder.*;
        }

        comment!("One cycle later the memories answer.");
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

        comment!("A fault waits for what was issued before.");
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
