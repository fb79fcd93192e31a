//! [`ExpPolynomial`]: the first half of i-exp, octaves and polynomial.

use super::{Poly, QuotientStage};
use crate::cells::{Delay, SignExtend, Truncate};
use rust_hdl::core::prelude::*;

/// The exponential of a non-positive number as octaves and a polynomial (docs/numerics.md, "i-exp"; paper Alg. 3): `z =
/// min(-x div -x0, n)`, `r = x - x0·z` (0 where `x` ≤ `n·x0`), `t = (r + b)·r + c`.
///
/// Latency 12, one element per cycle, no reset. The division has no multiplier or table: `z` comes from five
/// compare-and-subtract stages. Operand and constants are sampled together.
///
/// | stage | |
/// |---|---|
/// | 1 | magnitudes of `x` and `x0` |
/// | 2 | does `-x` reach 32 octaves? |
/// | 3 to 7 | quotient and remainder: 16, 8, 4, 2, 1 times `-x0` |
/// | 8 | `z` and `r`, limited to `n` octaves |
/// | 9 to 12 | `t`, in [`Poly`] |
#[circuit(clock)]
pub struct ExpPolynomial {
    /// Operand, not positive.
    pub x: Signal<In, Signed<33>>,
    /// One octave, `-ln 2` at the scale of `x`, negative.
    pub x0: Signal<In, Signed<15>>,
    /// Offset of the polynomial.
    pub b: Signal<In, Signed<17>>,
    /// Constant of the polynomial.
    pub c: Signal<In, Signed<32>>,
    /// Number of octaves at which the exponential is limited.
    pub n: Signal<In, Bits<5>>,
    /// Whole octaves.
    pub z: Signal<Out, Bits<5>>,
    /// Polynomial; 33 bits hold it for all operands.
    pub t: Signal<Out, Signed<33>>,
    magnitude: Delay<Bits<33>, 1>,
    octave: Delay<Bits<15>, 1>,
    dividend: Delay<Bits<19>, 1>,
    divisor: Delay<Bits<19>, 1>,
    beyond: Delay<Bit, 1>,
    beyond_delay: Delay<Bit, 5>,
    stage: [QuotientStage<19, 5>; 5],
    n_delay: Delay<Bits<5>, 7>,
    limited: Signal<Local, Bit>,
    negated_low: Truncate<19, 18>,
    octaves: Delay<Bits<5>, 1>,
    rest: Delay<Signed<18>, 1>,
    b_extended: SignExtend<17, 18>,
    b_delay: Delay<Signed<18>, 8>,
    c_delay: Delay<Signed<32>, 8>,
    poly: Poly<18, 36, 32, 37>,
    polynomial: Truncate<37, 33>,
    octaves_delay: Delay<Bits<5>, 4>,
}

#[circuit]
impl Logic for ExpPolynomial {
    fn update(&mut self) {
        comment! { "exp_polynomial: octaves z and polynomial t of i-exp, for x <= 0 with constants x0, b, c, n. Latency \
        12, one element per cycle, no reset. docs/numerics.md, i-exp." }
        wire! {
            clock => magnitude, octave, dividend, divisor, beyond, beyond_delay, n_delay, octaves, rest, b_delay,
                c_delay, poly, octaves_delay, stage[0];
        }

        comment!("Stage 1: magnitudes.");
        magnitude.d = bits::<33>(0) - unsigned_cast(x);
        octave.d = bits::<15>(0) - unsigned_cast(x0);

        comment!("Stage 2: 32 octaves or more? Otherwise 19 bits hold the magnitude.");
        beyond.d = magnitude.q >= (bit_cast::<33, 15>(octave.q) << 5);
        dividend.d = magnitude.q.get_bits::<19>(0);
        divisor.d = bit_cast::<19, 15>(octave.q) << 4;

        comment!("Stages 3 to 7: quotient and remainder.");
        wire! { stage[0].{remainder: dividend.q, divisor: divisor.q}; }
        stage[0].quotient = bits::<5>(0);
        for i in 1..5 {
            wire! {
                clock => stage[i];
                stage[i].{remainder: remainder_next, divisor: divisor_next, quotient: quotient_next} <- stage[i - 1].*;
            }
        }
        beyond_delay.d = beyond.q;

        comment!("Stage 8: more than n octaves count as exactly n.");
        n_delay.d = n;
        negated_low.value = signed_cast(bits::<19>(0) - stage[4].remainder_next);
        limited = beyond_delay.q | (stage[4].quotient_next >= n_delay.q);
        if limited {
            octaves.d = n_delay.q;
            rest.d = signed_cast(bits::<18>(0));
        } else {
            octaves.d = stage[4].quotient_next;
            rest.d = negated_low.truncated;
        }

        comment!("Stages 9 to 12: polynomial. 33 bits hold it for all r, b and c.");
        b_extended.value = b;
        b_delay.d = b_extended.extended;
        c_delay.d = c;
        poly.reset_n = true;
        poly.valid = true;
        poly.square = false;
        wire! { poly.{q: rest.q, b: b_delay.q, c: c_delay.q}; }
        polynomial.value = poly.out;
        octaves_delay.d = octaves.q;
        z = octaves_delay.q;
        t = polynomial.truncated;
    }
}
