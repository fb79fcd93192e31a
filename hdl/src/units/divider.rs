//! [`Divider`]: unsigned division, one quotient bit per cycle.

use super::IterationControl;
use crate::cells::{Delay, DivideStep};
use rust_hdl::core::prelude::*;

/// `quotient = dividend div divisor` and `remainder = dividend mod divisor`, unsigned, exact (docs/numerics.md, `div`).
///
/// Restoring division: one quotient bit per cycle, most significant bit first, with a single subtraction of `D` + 1
/// bits. It serves the few divisions per row of i-softmax (`factor = 2^32 div sum`) and i-LayerNorm (`factor = 2^31 div
/// std`), for which a pipelined divider or a reciprocal with corrections would be idle most of the time.
///
/// **Latency `W`**, whatever the data: operands accepted in cycle t give a result in cycle t + `W`. At best one
/// division every `W` + 1 cycles. Operands are sampled in the cycle with `valid` and `ready`; the result holds while
/// `out_valid` waits for `out_ready`. No path from `out_ready` to `ready`. Reset discards the division in progress.
///
/// | port | width | use |
/// |---|---|---|
/// | `dividend`, `quotient` | `W` | 33 bits hold 2^32 |
/// | `divisor`, `remainder` | `D` | |
///
/// **Division by zero** takes as long as any other division and gives a quotient of all ones; the remainder is the
/// dividend (its low `D` bits if `W` > `D`). It does not occur in I-BERT: the sum of a row is positive, and std is at
/// least 1.
///
/// Clock: register, multiplexer, subtraction of `D` + 1 bits, multiplexer, register. 2 ≤ `W` ≤ 64.
#[circuit(clock, reset_n, assert(W >= 2 && W <= 64, "the step counter has six bits"))]
pub struct Divider<W, D> {
    /// Operands valid.
    pub valid: Signal<In, Bit>,
    /// Operands are accepted in a cycle with `valid` and `ready`.
    pub ready: Signal<Out, Bit>,
    /// Dividend.
    pub dividend: Signal<In, Bits<W>>,
    /// Divisor.
    pub divisor: Signal<In, Bits<D>>,
    /// Result valid.
    pub out_valid: Signal<Out, Bit>,
    /// Result is taken in a cycle with `out_valid` and `out_ready`.
    pub out_ready: Signal<In, Bit>,
    /// `dividend div divisor`. Arbitrary without `out_valid`.
    pub quotient: Signal<Out, Bits<W>>,
    /// `dividend mod divisor`. Arbitrary without `out_valid`.
    pub remainder: Signal<Out, Bits<D>>,
    control: IterationControl,
    later_steps: constant!(Bits<6> = W - 1),
    step: DivideStep<W, D>,
    bits_register: Delay<Bits<W>, 1>,
    rest_register: Delay<Bits<D>, 1>,
    divisor_register: Delay<Bits<D>, 1>,
}

#[circuit]
impl Logic for Divider<W, D> {
    fn update(&mut self) {
        comment! { "divider_{dividend}by{divisor}: unsigned quotient and remainder, exact, one quotient bit per cycle. \
        Latency {dividend} whatever the data, one division every {dividend} + 1 cycles. A divisor of 0 \
        gives all ones, and the low bits of the dividend as remainder. docs/numerics.md, i-softmax and \
        i-LayerNorm." }
        wire! {
            clock, reset_n => control;
            clock => bits_register, rest_register, divisor_register;
            control.{later_steps, valid, out_ready};
            {ready, out_valid} <- control.*;
        }

        comment!("The first step works on the operands, the others on the registers.");
        if control.ready {
            step.bits = dividend;
            step.rest = bits::<D>(0);
            step.divisor = divisor;
        } else {
            wire! { step.{bits, rest, divisor} <- *_register.q; }
        }
        if control.step {
            bits_register.d = step.next_bits;
            rest_register.d = step.next_rest;
        } else {
            bits_register.d = bits_register.q;
            rest_register.d = rest_register.q;
        }
        divisor_register.d = step.divisor;

        quotient = bits_register.q;
        remainder = rest_register.q;
    }
}
