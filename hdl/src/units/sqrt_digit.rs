//! [`SqrtDigit`]: integer square root, one result bit per cycle.

use super::IterationControl;
use crate::cells::{Delay, RootStep};
use rust_hdl::core::prelude::*;

/// `root = floor(sqrt(radicand))` for every 32-bit radicand (docs/numerics.md, "i-sqrt").
///
/// Digit recurrence: each step brings down two radicand bits and sets a root bit if `4·root + 1` fits into the
/// remainder. One subtraction of 19 bits, no multiplier and no divider; the latency is fixed, as a predictable machine
/// requires. The results are those of Newton's iteration ([`SqrtNewton`](super::SqrtNewton)), in at most half the time.
///
/// **Latency 16**, whatever the data: a radicand accepted in cycle t gives a root in cycle t + 16. At best one root
/// every 17 cycles. The radicand is sampled in the cycle with `valid` and `ready`; the root holds while `out_valid`
/// waits for `out_ready`. No path from `out_ready` to `ready`. Reset discards the root in progress.
///
/// | register | width | holds |
/// |---|---|---|
/// | radicand | 32 | remaining bits, most significant first |
/// | rest | 16 | remainder: at most 2·root, so 16 bits suffice up to the last step, whose remainder is unused |
/// | root | 16 | bits so far |
///
/// Clock: register, multiplexer, subtraction of 19 bits, multiplexer, register.
#[circuit(clock, reset_n)]
pub struct SqrtDigit {
    /// Radicand valid.
    pub valid: Signal<In, Bit>,
    /// Radicand is accepted in a cycle with `valid` and `ready`.
    pub ready: Signal<Out, Bit>,
    /// Radicand, unsigned.
    pub radicand: Signal<In, Bits<32>>,
    /// Root valid.
    pub out_valid: Signal<Out, Bit>,
    /// Root is taken in a cycle with `out_valid` and `out_ready`.
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
        comment! { "sqrt_digit: floor(sqrt(radicand)), one result bit per cycle. Latency 16 whatever the data, one \
        root every 17 cycles. docs/numerics.md, i-sqrt." }
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
