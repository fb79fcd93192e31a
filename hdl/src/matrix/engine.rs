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
/// instruction retires in cycle `s + P·tiles + 2·N + 4`, and the next one can start from cycle `s + P·tiles` on: `ready` is one cycle ahead, since
/// control takes a cycle from `ready` to `start`.
///
/// **Memories** answer in the cycle after the address. C takes a word in every cycle with `c_write`.
///
/// **Faults**: an operand that is 0, or an address beyond a memory, stops the engine before the access; `fault` is high for one cycle when everything before has been
/// written and has retired. After it, or after `halt`, nothing is issued any more; `idle` says that what was under way has been written; `clear` returns to the state after reset.
///
/// `A` = 9·`N`, `B` = 8·`N`, `D` = 32·`N`, `SKEW` = `N` + 2, `DELAY` = `N` + 4; the memories have `2^AD`, `2^BD`, `2^CD` words.
#[derive(LogicBlock, Default)]
pub struct MatrixEngine<
    const N: usize,
    const A: usize,
    const B: usize,
    const D: usize,
    const SKEW: usize,
    const DELAY: usize,
    const AD: usize,
    const BD: usize,
    const CD: usize,
> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// Back to the state after reset.
    pub clear: Signal<In, Bit>,
    /// An instruction is given; legal in the cycle after one with `ready`.
    pub start: Signal<In, Bit>,
    /// The instruction.
    pub instruction: Signal<In, Bits<256>>,
    /// An instruction may be given from the next cycle on.
    pub ready: Signal<Out, Bit>,
    /// An instruction has written its last word.
    pub retire: Signal<Out, Bit>,
    /// Something is wrong with the oldest instruction; one cycle.
    pub fault: Signal<Out, Bit>,
    /// What, a code of [`Stop`](crate::isa::Stop).
    pub fault_code: Signal<Out, Bits<4>>,
    /// Nothing more is issued.
    pub halt: Signal<In, Bit>,
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

impl<
    const N: usize,
    const A: usize,
    const B: usize,
    const D: usize,
    const SKEW: usize,
    const DELAY: usize,
    const AD: usize,
    const BD: usize,
    const CD: usize,
> Logic for MatrixEngine<N, A, B, D, SKEW, DELAY, AD, BD, CD>
{
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "matrix_engine: tiles of products of memories A and B into memory C, tile after tile without a bubble. Retires 2 N + 4 cycles after the last operands were addressed."
        );
        clock!(self, clock, feeder, array, drain, broken, reported, code, valid, first, last, swap, unsigned_left);
        self.run.next = self.reset_n.val() & !self.clear.val();
        self.feeder.reset_n.next = self.run.val();
        self.array.reset_n.next = self.run.val();
        self.drain.reset_n.next = self.run.val();
        self.valid.reset_n.next = self.run.val();

        self.feeder.start.next = self.start.val();
        self.feeder.instruction.next = self.instruction.val();
        self.feeder.halt.next = self.halt.val();
        self.ready.next = self.feeder.ready.val();
        self.read.next = self.feeder.issue.val();
        self.a_address.next = self.feeder.a_address.val();
        self.b_address.next = self.feeder.b_address.val();

        comment!("One cycle later the memories answer.");
        self.valid.d.next = self.feeder.issue.val();
        self.first.d.next = self.feeder.first.val();
        self.last.d.next = self.feeder.last.val();
        self.swap.d.next = self.feeder.swap.val();
        self.unsigned_left.d.next = self.feeder.unsigned_left.val();
        self.extend.word.next = self.a_word.val();
        self.array.b.next = self.b_word.val();
        if self.swap.q.val() {
            self.extend.word.next = self.b_word.val();
            self.array.b.next = self.a_word.val();
        }
        self.extend.zero_extend.next = self.unsigned_left.q.val();
        self.array.a.next = self.extend.extended.val();
        self.array.valid.next = self.valid.q.val();
        self.array.first.next = self.first.q.val();
        self.array.last.next = self.last.q.val();

        self.drain.last.next = self.feeder.issue.val() & self.feeder.last.val();
        self.drain.tile_address.next = self.feeder.c_address.val();
        self.drain.last_of_all.next = self.feeder.last_of_all.val();
        self.drain.drain_valid.next = self.array.drain_valid.val();
        self.c_write.next = self.array.drain_valid.val();
        self.c_address.next = self.drain.address.val();
        self.c_word.next = self.array.drain.val();
        self.retire.next = self.drain.retire.val();

        comment!("A fault waits for what was issued before.");
        self.draining.next = self.valid.q.val() | self.drain.busy.val();
        self.broken.reset_n.next = self.run.val();
        self.broken.d.next = self.broken.q.val() | self.feeder.fault.val();
        self.code.enable.next = self.feeder.fault.val();
        self.code.d.next = self.feeder.fault_code.val();
        self.fault.next = self.broken.q.val() & !self.reported.q.val() & !self.draining.val();
        self.fault_code.next = self.code.q.val();
        self.reported.reset_n.next = self.run.val();
        self.reported.d.next = self.reported.q.val() | self.fault.val();
        self.idle.next =
            !self.feeder.busy.val() & !self.draining.val() & (!self.broken.q.val() | self.reported.q.val());
    }
}
