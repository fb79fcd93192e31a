//! [`SqrtDigit`]: integer square root, one result bit a cycle.

use super::IterationControl;
use crate::cells::{Delay, RootStep};
use rust_hdl::core::prelude::*;

/// `root = floor(sqrt(radicand))` for every 32-bit radicand (`isqrt` of NUMERICS §1, "i-sqrt").
///
/// Digit by digit, as by hand: two radicand bits come down, and the root takes a one if `4·root + 1` fits into what is left. One
/// subtraction of 19 bits, no multiplier and no divider: the square root for a machine whose cycles must be known in advance. The same
/// results as Newton's iteration ([`SqrtNewton`](super::SqrtNewton)) in a sixth of its time or less.
///
/// **Latency 16**, whatever the data: a radicand accepted in cycle t gives a root in cycle t + 16. One root every 17 cycles at
/// best. The radicand is sampled in the cycle with `valid` and `ready`; the root holds while `out_valid` waits for `out_ready`. No path from
/// `out_ready` to `ready`. Reset drops the root under way.
///
/// | register | width | holds |
/// |---|---|---|
/// | radicand | 32 | bits to come, from the top |
/// | rest | 16 | what is left: at most 2·root, so that 16 bits do until the last step, whose rest nobody reads |
/// | root | 16 | bits so far |
///
/// Clock: register, multiplexer, subtraction of 19 bits, multiplexer, register.
#[circuit(clock, reset_n)]
pub struct SqrtDigit {
    /// A radicand is offered.
    pub valid: Signal<In, Bit>,
    /// The radicand is accepted if it is offered.
    pub ready: Signal<Out, Bit>,
    /// Radicand, unsigned.
    pub radicand: Signal<In, Bits<32>>,
    /// The root is offered.
    pub out_valid: Signal<Out, Bit>,
    /// The root is taken if it is offered.
    pub out_ready: Signal<In, Bit>,
    /// `floor(sqrt(radicand))`. Arbitrary without `out_valid`.
    pub root: Signal<Out, Bits<16>>,
    control: IterationControl,
    radicand_register: Delay<Bits<32>, 1>,
    rest_register: Delay<Bits<16>, 1>,
    root_register: Delay<Bits<16>, 1>,
    step: RootStep,
}

#[circuit]
impl Logic for SqrtDigit {
    fn update(&mut self) {
        comment! { "sqrt_digit: floor(sqrt(radicand)), one result bit a cycle. Latency 16 whatever the data, one root \
        every 17 cycles. NUMERICS 1, i-sqrt." }
        wire! {
            clock, reset_n => control;
            clock => radicand_register, rest_register, root_register;
        }
        control.later_steps = bits::<6>(15);
        wire! {
            control.{valid, out_ready};
            {ready, out_valid} <- control.*;
        }

        comment!("The first step works on the radicand, the others on the registers.");
        if control.ready {
            step.bits = radicand;
            step.rest = bits::<16>(0);
            step.root = bits::<16>(0);
        } else {
            wire! { step.{bits: radicand_register.q, rest: rest_register.q, root: root_register.q}; }
        }
        if control.step {
            radicand_register.d = step.next_bits;
            rest_register.d = step.next_rest;
            root_register.d = step.next_root;
        } else {
            wire! { {radicand_register, rest_register, root_register}.d <- *.q; }
        }
        root = root_register.q;
    }
}
