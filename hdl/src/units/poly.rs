//! [`Poly`]: the second-order polynomial of i-GELU and i-exp.

use crate::cells::{Delay, Multiplier, SignExtend, ValidDelay};
use rust_hdl::core::prelude::*;

/// `(q + b)² + c`, or `(q + b)·q + c` (docs/numerics.md, "i-poly" and "i-exp"; paper Alg. 1 and 3): one datapath for
/// both functions.
///
/// Latency 4, one result per cycle, no backpressure. `q`, `b`, `c` and `square` are sampled together with `valid`;
/// `out` belongs to `out_valid`. Reset clears only the valid flags, which discards everything in flight.
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
/// `M` = 2·`X` is the width of the product, `P` > `M`, `P` > `C`. With `X` = 18 the product is one 18×18 multiplier of
/// an FPGA: i-GELU uses `Poly<18, 36, 36, 37>` (`q + b` lies between `b` and 0), i-exp `Poly<18, 36, 32, 37>`.
#[circuit(clock, reset_n)]
pub struct Poly<X, M, C, P> {
    /// Operands valid.
    pub valid: Signal<In, Bit>,
    /// Operand.
    pub q: Signal<In, Signed<X>>,
    /// Offset.
    pub b: Signal<In, Signed<X>>,
    /// Constant.
    pub c: Signal<In, Signed<C>>,
    /// Whether `q + b` is squared; otherwise it is multiplied by `q`.
    pub square: Signal<In, Bit>,
    /// Result valid.
    pub out_valid: Signal<Out, Bit>,
    /// Value of the polynomial.
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

#[circuit]
impl Logic for Poly<X, M, C, P> {
    fn update(&mut self) {
        comment! { "poly_{q}_{c}to{out}: (q + b) * (square ? q + b : q) + c, exact while q + b fits its width. Latency \
        4, one result per cycle, no backpressure. docs/numerics.md, i-poly and i-exp." }
        wire! {
            clock, reset_n => valid_delay;
            clock => sum, factor, product, c_delay, result;
        }

        comment!("Stage 1: the factors.");
        shifted = q + b;
        sum.d = shifted;
        factor.d = q;
        if square {
            factor.d = shifted;
        }

        comment!("Stages 2 and 3: product.");
        wire! { multiplier.{a: sum.q, b: factor.q}; }
        product.d = multiplier.product;

        comment!("Stage 4: plus c.");
        product_extended.value = product.q;
        c_delay.d = c;
        c_extended.value = c_delay.q;
        result.d = product_extended.extended + c_extended.extended;
        out = result.q;

        valid_delay.d = valid;
        out_valid = valid_delay.q;
    }
}
