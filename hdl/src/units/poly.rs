//! [`Poly`]: the second-order polynomial under i-GELU and i-exp.

use crate::cells::{Delay, Multiplier, SignExtend, ValidDelay};
use rust_hdl::core::prelude::*;

/// `(q + b)² + c`, or `(q + b)·q + c` (NUMERICS §1, "i-poly" and "i-exp"; paper Alg. 1 and 3): one datapath for both functions.
///
/// Latency 4, one result a cycle, no back-pressure. `q`, `b`, `c` and `square` are sampled together with `valid`; `out` belongs to
/// `out_valid`. Reset clears only the valid flags, so that nothing sampled before comes out.
///
/// | stage | |
/// |---|---|
/// | 1 | `q + b`, and the other factor |
/// | 2, 3 | product (two registers, for a DSP block's) |
/// | 4 | plus `c` |
///
/// | port | width | use |
/// |---|---|---|
/// | `q`, `b` | `X` | operand and offset; `q + b` must fit `X` bits too, or it wraps |
/// | `c` | `C` | constant |
/// | `square` | 1 | 1 for i-GELU, 0 for i-exp |
/// | `out` | `P` | exact: nothing saturates |
///
/// `M` = 2·`X` is the product's width, `P` > `M`, `P` > `C`. With `X` = 18 the product is one 18×18 multiplier of an FPGA: i-GELU
/// takes `Poly<18, 36, 36, 37>` (`q + b` lies between `b` and 0, NUMERICS §3), i-exp `Poly<18, 36, 32, 37>`.
#[derive(LogicBlock, Default)]
pub struct Poly<const X: usize, const M: usize, const C: usize, const P: usize> {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// The operands count.
    pub valid: Signal<In, Bit>,
    /// Operand.
    pub q: Signal<In, Signed<X>>,
    /// Offset.
    pub b: Signal<In, Signed<X>>,
    /// Constant.
    pub c: Signal<In, Signed<C>>,
    /// Whether `q + b` is squared; else it is multiplied by `q`.
    pub square: Signal<In, Bit>,
    /// `out` counts.
    pub out_valid: Signal<Out, Bit>,
    /// The polynomial.
    pub out: Signal<Out, Signed<P>>,
    shifted: Signal<Local, Signed<X>>,
    sum: Delay<Signed<X>, 1>,
    factor: Delay<Signed<X>, 1>,
    multiplier: Multiplier<X, X, M>,
    product: Delay<Signed<M>, 2>,
    product_extended: SignExtend<M, P>,
    c_delay: Delay<Signed<C>, 3>,
    c_extended: SignExtend<C, P>,
    result: Delay<Signed<P>, 1>,
    valid_delay: ValidDelay<4>,
}

impl<const X: usize, const M: usize, const C: usize, const P: usize> Logic for Poly<X, M, C, P> {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "poly_{q}_{c}to{out}: (q + b) * (square ? q + b : q) + c, exact while q + b fits its width. Latency 4, one result a cycle, no back-pressure. NUMERICS 1, i-poly and i-exp."
        );
        clock!(self, clock, sum, factor, product, c_delay, result, valid_delay);

        comment!("Stage 1: the factors.");
        self.shifted.next = self.q.val() + self.b.val();
        self.sum.d.next = self.shifted.val();
        self.factor.d.next = self.q.val();
        if self.square.val() {
            self.factor.d.next = self.shifted.val();
        }

        comment!("Stages 2 and 3: product.");
        self.multiplier.a.next = self.sum.q.val();
        self.multiplier.b.next = self.factor.q.val();
        self.product.d.next = self.multiplier.product.val();

        comment!("Stage 4: plus c.");
        self.product_extended.value.next = self.product.q.val();
        self.c_delay.d.next = self.c.val();
        self.c_extended.value.next = self.c_delay.q.val();
        self.result.d.next = self.product_extended.extended.val() + self.c_extended.extended.val();
        self.out.next = self.result.q.val();

        self.valid_delay.reset_n.next = self.reset_n.val();
        self.valid_delay.d.next = self.valid.val();
        self.out_valid.next = self.valid_delay.q.val();
    }
}
