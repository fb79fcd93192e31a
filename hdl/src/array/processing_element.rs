//! [`ProcessingElement`]: one multiply-accumulate of the systolic array.

use crate::cells::{Accumulator, Delay, Multiplier};
use rust_hdl::core::prelude::*;

/// Multiplies the operand from the left by the operand from above, accumulates the product and passes both operands on.
///
/// The accumulator stays in place (output-stationary). No reset: operands are passed on unconditionally, and the first
/// product of a tile replaces the accumulator, so that no cycle is lost between two tiles.
///
/// | cycle | event |
/// |---|---|
/// | t | `a`, `b` sampled |
/// | t + 1 | operands on `a_next`, `b_next` |
/// | t + 2 | product accumulated; `first` sampled for it |
/// | t + 3 | `sum` includes the product |
///
/// The product (17 bits) has its own register, which DSP blocks contain anyway. The accumulator has 32 bits and wraps
/// (two's complement); K = 768 requires 25 bits (docs/numerics.md, "Widths").
#[circuit(clock)]
pub struct ProcessingElement {
    /// A operand from the left: int8 sign-extended, or uint8 zero-extended, to 9 bits.
    pub a: Signal<In, Signed<9>>,
    /// B operand from above: int8.
    pub b: Signal<In, Signed<8>>,
    /// First flag: the product of the operands of two cycles ago starts a new sum.
    pub first: Signal<In, Bit>,
    /// A operand for the element on the right, one cycle later.
    pub a_next: Signal<Out, Signed<9>>,
    /// B operand for the element below, one cycle later.
    pub b_next: Signal<Out, Signed<8>>,
    /// Accumulator, 32 bits signed.
    pub sum: Signal<Out, Signed<32>>,
    a_register: Delay<Signed<9>, 1>,
    b_register: Delay<Signed<8>, 1>,
    multiplier: Multiplier<9, 8, 17>,
    product: Delay<Signed<17>, 1>,
    accumulator: Accumulator<17, 32>,
}

#[circuit]
impl Logic for ProcessingElement {
    fn update(&mut self) {
        comment! { "processing_element: one output-stationary multiply-accumulate. Operands are passed on after one \
        cycle; sum includes their product three cycles after they were sampled. No reset: first starts a \
        new sum." }
        wire! { clock => a_register, b_register, product, accumulator; }
        a_register.d = a;
        b_register.d = b;
        a_next = a_register.q;
        b_next = b_register.q;

        wire! {
            multiplier.{a: a_register.q, b: b_register.q};
            product.d <- multiplier.product;
            accumulator.{first, addend: product.q};
        }
        sum = accumulator.sum;
    }
}
