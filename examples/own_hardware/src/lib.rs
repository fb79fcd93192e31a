//! A block of one's own in rust-hdl, made of ibert's cells: the polynomial of i-GELU and nothing else.

use ibert_hdl::cells::{Delay, Multiplier, SignExtend};
use ibert_hdl::comment;
use rust_hdl::core::prelude::*;

/// `(q + b)² + c`, two cycles after its operands.
#[derive(LogicBlock, Default)]
pub struct MyPolynomial {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Operand.
    pub q: Signal<In, Signed<18>>,
    /// Offset; `q + b` must fit 18 bits.
    pub b: Signal<In, Signed<18>>,
    /// Constant.
    pub c: Signal<In, Signed<36>>,
    /// The polynomial, exact.
    pub out: Signal<Out, Signed<37>>,
    sum: Delay<Signed<18>, 1>,
    constant: Delay<Signed<36>, 1>,
    square: Multiplier<18, 18, 36>,
    wide_square: SignExtend<36, 37>,
    wide_constant: SignExtend<36, 37>,
    result: Delay<Signed<37>, 1>,
}

impl Logic for MyPolynomial {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("my_polynomial: (q + b)^2 + c. Latency 2, one result a cycle.");
        self.sum.clock.next = self.clock.val();
        self.constant.clock.next = self.clock.val();
        self.result.clock.next = self.clock.val();

        self.sum.d.next = self.q.val() + self.b.val();
        self.constant.d.next = self.c.val();

        self.square.a.next = self.sum.q.val();
        self.square.b.next = self.sum.q.val();
        self.wide_square.value.next = self.square.product.val();
        self.wide_constant.value.next = self.constant.q.val();
        self.result.d.next = self.wide_square.extended.val() + self.wide_constant.extended.val();
        self.out.next = self.result.q.val();
    }
}
