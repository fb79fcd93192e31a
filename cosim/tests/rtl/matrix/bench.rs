//! The matrix engine with its memories.

use ibert_hdl::cells::Ram;
use ibert_hdl::comment;
use ibert_hdl::matrix::MatrixEngine;
use rust_hdl::core::prelude::*;

/// Depths of A, B and C.
pub(crate) const DEPTHS: [usize; 3] = [8, 8, 7];

/// An engine of side `N` beside memories that the test writes and reads.
#[derive(LogicBlock, Default)]
pub(crate) struct MatrixBench<
    const N: usize,
    const A: usize,
    const B: usize,
    const D: usize,
    const SKEW: usize,
    const DELAY: usize,
> {
    pub(crate) clock: Signal<In, Clock>,
    pub(crate) reset_n: Signal<In, Bit>,
    pub(crate) clear: Signal<In, Bit>,
    pub(crate) start: Signal<In, Bit>,
    pub(crate) instruction: Signal<In, Bits<256>>,
    pub(crate) ready: Signal<Out, Bit>,
    pub(crate) retire: Signal<Out, Bit>,
    pub(crate) fault: Signal<Out, Bit>,
    pub(crate) fault_code: Signal<Out, Bits<4>>,
    pub(crate) halt: Signal<In, Bit>,
    pub(crate) idle: Signal<Out, Bit>,
    pub(crate) read: Signal<Out, Bit>,
    pub(crate) write_a: Signal<In, Bit>,
    pub(crate) write_b: Signal<In, Bit>,
    pub(crate) write_address: Signal<In, Bits<8>>,
    pub(crate) write_word: Signal<In, Bits<B>>,
    pub(crate) c_write: Signal<Out, Bit>,
    pub(crate) c_address: Signal<Out, Bits<7>>,
    pub(crate) c_word: Signal<Out, Bits<D>>,
    engine: MatrixEngine<N, A, B, D, SKEW, DELAY, 8, 8, 7>,
    a: Ram<Bits<B>, 8>,
    b: Ram<Bits<B>, 8>,
}

impl<const N: usize, const A: usize, const B: usize, const D: usize, const SKEW: usize, const DELAY: usize> Logic
    for MatrixBench<N, A, B, D, SKEW, DELAY>
{
    #[hdl_gen]
    fn update(&mut self) {
        comment!("matrix_bench: a matrix engine with memories A and B.");
        clock!(self, clock, engine, a, b);
        self.engine.reset_n.next = self.reset_n.val();
        self.engine.clear.next = self.clear.val();
        self.engine.start.next = self.start.val();
        self.engine.instruction.next = self.instruction.val();
        self.engine.halt.next = self.halt.val();
        self.ready.next = self.engine.ready.val();
        self.retire.next = self.engine.retire.val();
        self.fault.next = self.engine.fault.val();
        self.fault_code.next = self.engine.fault_code.val();
        self.idle.next = self.engine.idle.val();
        self.read.next = self.engine.read.val();
        self.a.write_enable.next = self.write_a.val();
        self.a.write_address.next = self.write_address.val();
        self.a.write_data.next = self.write_word.val();
        self.a.read_address.next = self.engine.a_address.val();
        self.engine.a_word.next = self.a.read_data.val();
        self.b.write_enable.next = self.write_b.val();
        self.b.write_address.next = self.write_address.val();
        self.b.write_data.next = self.write_word.val();
        self.b.read_address.next = self.engine.b_address.val();
        self.engine.b_word.next = self.b.read_data.val();
        self.c_write.next = self.engine.c_write.val();
        self.c_address.next = self.engine.c_address.val();
        self.c_word.next = self.engine.c_word.val();
    }
}
