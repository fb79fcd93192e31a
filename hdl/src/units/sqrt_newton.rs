//! [`SqrtNewton`]: integer square root by Newton's iteration, as in the paper.

use super::Divider;
use crate::cells::{Delay, NewtonStart, Register};
use rust_hdl::core::prelude::*;

/// State of [`SqrtNewton`].
#[derive(Copy, Clone, PartialEq, Debug, LogicState)]
enum Newton {
    /// Waits for a radicand.
    Idle,
    /// Computes the first iterate.
    Start,
    /// Starts the divider with radicand and iterate.
    Divide,
    /// Waits for the quotient.
    Update,
    /// Holds the root until it is taken.
    Done,
}

/// `root = floor(sqrt(radicand))` for every 32-bit radicand by i-sqrt (paper Alg. 4; docs/numerics.md, "i-sqrt"), and
/// the number of updates.
///
/// `x = 2^ceil(bits/2)`, then `y = (x + radicand div x) >> 1` until `y` ≥ `x`; 0 for 0. One sequential [`Divider`] does
/// up to **six** divisions: the paper's bound of four iterations does not hold, because 148 722 radicands accept five
/// updates before the sixth `y` stops. `y` ≥ `x` if and only if the quotient is at least `x`, so the comparison does
/// not wait for the sum.
///
/// **Latency 2 + 33 · divisions**, which depends on the data: `updates` + 1 divisions, 35 to 200 cycles; 2 for a
/// radicand of 0. The next radicand is accepted in the cycle after the root is taken. The radicand is sampled in the
/// cycle with `valid` and `ready`; the outputs hold while `out_valid` waits for `out_ready`. No path from `out_ready`
/// to `ready`. Reset discards the root in progress. [`SqrtDigit`](super::SqrtDigit) gives the same roots with a fixed
/// latency of 16 cycles.
///
/// | register | width | holds |
/// |---|---|---|
/// | radicand | 32 | |
/// | iterate | 17 | at most 2^16, the first iterate; a smaller quotient has 17 bits too |
/// | updates | 3 | 0 to 5 |
///
/// Clock: the divider's; or its quotient, a 32-bit comparison, a multiplexer.
#[circuit(clock, reset_n)]
pub struct SqrtNewton {
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
    /// Updates: iterates accepted after the first, 0 to 5. Arbitrary without `out_valid`.
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
        docs/numerics.md, i-sqrt." }
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

        comment!("(x + y) >> 1 without a carry out: the common bits, plus half of the differing bits.");
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
