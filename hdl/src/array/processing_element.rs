//! [`ProcessingElement`]: one multiply-accumulate of the systolic array.

use crate::cells::{Accumulator, Delay, Multiplier};
use rust_hdl::core::prelude::*;

/// Multiplies what arrives from the left by what arrives from above, adds the product to a running sum and passes both operands on.
///
/// The sum stays where it is (output-stationary). No reset: operands are passed on unconditionally, and the first product of a
/// tile replaces whatever the sum was, so that no cycle goes between two tiles.
///
/// | cycle | |
/// |---|---|
/// | t | `a`, `b` sampled |
/// | t + 1 | `a_next`, `b_next` hold them |
/// | t + 2 | the product is added; `first` is sampled here |
/// | t + 3 | `sum` includes it |
///
/// The product (17 bits) has a register of its own, which DSP blocks contain anyway. The sum wraps at 32 bits, two's complement;
/// it needs 25 bits for K = 768 (NUMERICS §3).
#[circuit(clock)]
pub struct ProcessingElement {
    /// A operand from the left: int8, or uint8 zero-extended.
    pub a: Signal<In, Signed<9>>,
    /// B operand from above: int8.
    pub b: Signal<In, Signed<8>>,
    /// Whether the product of the operands of two cycles ago starts a new sum.
    pub first: Signal<In, Bit>,
    /// A operand for the neighbour on the right, one cycle later.
    pub a_next: Signal<Out, Signed<9>>,
    /// B operand for the neighbour below, one cycle later.
    pub b_next: Signal<Out, Signed<8>>,
    /// The running sum.
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
