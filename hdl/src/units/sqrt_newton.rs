//! [`SqrtNewton`]: integer square root by Newton's iteration, as in the paper.

use super::Divider;
use crate::cells::{Delay, NewtonStart, Register};
use rust_hdl::core::prelude::*;

/// What [`SqrtNewton`] does in a cycle.
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
enum Newton {
    /// Waits for a radicand.
    Idle,
    /// Takes the first iterate.
    Start,
    /// Hands radicand and iterate to the divider.
    Divide,
    /// Waits for the quotient.
    Update,
    /// Offers the root.
    Done,
}

/// `root = floor(sqrt(radicand))` for every 32-bit radicand by i-sqrt (Alg. 4 of the paper, NUMERICS §1, "i-sqrt"), and how many updates it took.
///
/// `x = 2^ceil(bits/2)`, then `y = (x + radicand div x) >> 1` until `y` ≥ `x`; 0 for 0. One sequential [`Divider`] does the divisions, up to
/// **six** of them: the paper's bound of four iterations is false, 148 722 radicands accept five updates before the sixth `y` stops.
/// `y` ≥ `x` if and only if the quotient is at least `x`, so the comparison does not wait for the sum.
///
/// **Latency 2 + 33 · divisions**, which depends on the data: `updates` + 1 divisions, 35 to 200 cycles; 2 for a radicand of 0. The next
/// radicand is accepted in the cycle after the root is taken. The radicand is sampled in the cycle with `valid` and `ready`; the outputs hold while `out_valid`
/// waits for `out_ready`. No path from `out_ready` to `ready`. Reset drops the root under way. Where a fixed latency is needed,
/// [`SqrtDigit`](super::SqrtDigit) gives the same roots in 16 cycles.
///
/// | register | width | holds |
/// |---|---|---|
/// | radicand | 32 | |
/// | iterate | 17 | 2^16 at first, at most; a quotient below it has 17 bits too |
/// | updates | 3 | 0 to 5 |
///
/// Clock: the divider's; or its quotient, a 32-bit comparison, a multiplexer.
#[circuit(clock, reset_n)]
pub struct SqrtNewton {
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
    /// Iterates accepted after the first, 0 to 5. Arbitrary without `out_valid`.
    pub updates: Signal<Out, Bits<3>>,
    state: Register<Newton>,
    radicand_register: Delay<Bits<32>, 1>,
    iterate: Delay<Bits<17>, 1>,
    count: Delay<Bits<3>, 1>,
    first_iterate: NewtonStart,
    divider: Divider<32, 17>,
    quotient: Signal<Local, Bits<17>>,
    average: Signal<Local, Bits<17>>,
}

#[circuit]
impl Logic for SqrtNewton {
    fn update(&mut self) {
        comment! { "sqrt_newton: floor(sqrt(radicand)) by Newton's iteration with an early stop, and the number of \
        accepted updates. Latency 2 + 33 for each of updates + 1 divisions, 2 for a radicand of 0. \
        NUMERICS 1, i-sqrt." }
        wire! {
            clock, reset_n => state, divider;
            clock => radicand_register, iterate, count;
        }

        ready = state.q == Newton::Idle;
        out_valid = state.q == Newton::Done;
        root = bit_cast::<16, 17>(iterate.q);
        updates = count.q;

        first_iterate.radicand = radicand_register.q;
        divider.valid = state.q == Newton::Divide;
        wire! { divider.{dividend: radicand_register.q, divisor: iterate.q}; }
        divider.out_ready = true;

        comment!("(x + y) >> 1 without a carry out: what both have, and half of what one has.");
        quotient = divider.quotient.get_bits::<17>(0);
        average = (iterate.q & quotient) + ((iterate.q ^ quotient) >> 1);

        wire! { {state, radicand_register, iterate, count}.d <- *.q; }
        match state.q {
            Newton::Idle => {
                if valid {
                    radicand_register.d = radicand;
                    state.d = Newton::Start;
                }
            }
            Newton::Start => {
                iterate.d = first_iterate.start;
                count.d = bits::<3>(0);
                if first_iterate.start.any() {
                    state.d = Newton::Divide;
                } else {
                    state.d = Newton::Done;
                }
            }
            Newton::Divide => {
                if divider.ready {
                    state.d = Newton::Update;
                }
            }
            Newton::Update => {
                if divider.out_valid {
                    if divider.quotient >= bit_cast::<32, 17>(iterate.q) {
                        state.d = Newton::Done;
                    } else {
                        iterate.d = average;
                        count.d = count.q + 1;
                        state.d = Newton::Divide;
                    }
                }
            }
            _ => {
                if out_ready {
                    state.d = Newton::Idle;
                }
            }
        }
    }
}
