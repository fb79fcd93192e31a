//! [`Gelu`]: the activation function, as a polynomial.

use super::Poly;
use crate::cells::{Clamp, Delay, PipelinedMultiplier, ShiftRight, SignExtend, ValidDelay};
use rust_hdl::core::prelude::*;

/// i-GELU of a linear accumulator (docs/numerics.md, "i-GELU"; paper Alg. 2): `a = min(|q|, -b)`, `y = sgn(q)·((a + b)²
/// + c)`, `out = q·((y >> n) + shift)`, saturated to 40 bits.
///
/// Latency 14, one element per cycle, no backpressure. Operand and constants (which belong to the channel) are sampled
/// together with `valid`; the outputs belong to `out_valid`. Reset clears only the valid flags.
///
/// | stage | |
/// |---|---|
/// | 1 | magnitudes of `q` and `b` |
/// | 2 | `a` |
/// | 3 to 6 | `(a + b)² + c`, in [`Poly`] |
/// | 7 | sign |
/// | 8 | shift by `n` |
/// | 9 | plus `shift` |
/// | 10 to 13 | times `q` |
/// | 14 | saturate |
///
/// | port | width | legal |
/// |---|---|---|
/// | `q` | 32 | all |
/// | `b` | 18 | -2^17..=0 |
/// | `c`, `shift` | 36 | all |
/// | `n` | 6 | all; 14 in I-BERT |
/// | `out` | 40 | |
/// | `exact` | 70 | `out` before saturation, for observation |
///
/// Exact for all legal operands except for the saturation, which is invisible after a requantization to int8 with an
/// exponent up to 62 (61 with a zero point): 2^39 is already clamped there. The widths hold every scale from 2e-5 on
/// with any `n`. The operand of the square has one bit more than docs/numerics.md ("Widths") requires, which still fits
/// one 18×18 multiplier. `sgn(0)` is 1 here, because the product with `q` is 0 anyway.
#[circuit(clock, reset_n)]
pub struct Gelu {
    /// Operands valid.
    pub valid: Signal<In, Bit>,
    /// Accumulator.
    pub q: Signal<In, Signed<32>>,
    /// Offset of the polynomial; the function saturates from its magnitude on.
    pub b: Signal<In, Signed<18>>,
    /// Constant of the polynomial.
    pub c: Signal<In, Signed<36>>,
    /// The value 1 at the scale of the shifted polynomial.
    pub shift: Signal<In, Signed<36>>,
    /// Right shift of the polynomial.
    pub n: Signal<In, Bits<6>>,
    /// Outputs valid.
    pub out_valid: Signal<Out, Bit>,
    /// Result, saturated to 40 bits.
    pub out: Signal<Out, Signed<40>>,
    /// Result before saturation.
    pub exact: Signal<Out, Signed<70>>,
    magnitude: Delay<Bits<32>, 1>,
    limit: Delay<Bits<18>, 1>,
    operand: Delay<Bits<18>, 1>,
    b_delay: Delay<Signed<18>, 2>,
    c_delay: Delay<Signed<36>, 2>,
    poly: Poly<18, 36, 36, 37>,
    negative: Delay<Bit, 6>,
    signed_poly: Delay<Signed<37>, 1>,
    n_delay: Delay<Bits<6>, 7>,
    shifter: ShiftRight<37, 6>,
    shifted: Delay<Signed<37>, 1>,
    shifted_extended: SignExtend<37, 38>,
    shift_delay: Delay<Signed<36>, 8>,
    shift_extended: SignExtend<36, 38>,
    factor: Delay<Signed<38>, 1>,
    q_delay: Delay<Signed<32>, 9>,
    multiplier: PipelinedMultiplier<32, 38, 70>,
    clamp: Clamp<70, 40>,
    result: Delay<Signed<40>, 1>,
    exact_tap: Delay<Signed<70>, 1>,
    valid_delay: ValidDelay<14>,
}

impl Gelu {
    /// Cycles from operand to result.
    pub const LATENCY: usize = ibert_isa::timing::units::GELU_LATENCY;
}

#[circuit]
impl Logic for Gelu {
    fn update(&mut self) {
        comment! { "gelu: i-GELU of a 32-bit accumulator with constants b, c, shift, n of its channel; exact, then \
        saturated to 40 bits. Latency 14, one element per cycle, no backpressure. docs/numerics.md, \
        i-GELU." }
        wire! {
            clock, reset_n => valid_delay;
            clock => magnitude, limit, operand, b_delay, c_delay, poly, negative, signed_poly, n_delay, shifted,
                shift_delay, factor, q_delay, multiplier, result, exact_tap;
        }

        comment!("Stage 1: magnitudes.");
        magnitude.d = unsigned_cast(q);
        if q.get_bit(31) {
            magnitude.d = bits::<32>(0) - unsigned_cast(q);
        }
        limit.d = bits::<18>(0) - unsigned_cast(b);

        comment!("Stage 2: a is the smaller one.");
        operand.d = limit.q;
        if magnitude.q < bit_cast::<32, 18>(limit.q) {
            operand.d = magnitude.q.get_bits::<18>(0);
        }

        comment!("Stages 3 to 6: polynomial. a + b, between b and 0, fits though a = 2^17 looks negative.");
        b_delay.d = b;
        c_delay.d = c;
        poly.reset_n = true;
        poly.valid = true;
        poly.square = true;
        poly.q = signed_cast(operand.q);
        wire! { poly.{b: b_delay.q, c: c_delay.q}; }

        comment!("Stage 7: sign.");
        negative.d = q.get_bit(31);
        signed_poly.d = poly.out;
        if negative.q {
            signed_poly.d = signed_cast(bits::<37>(0)) - poly.out;
        }

        comment!("Stage 8: shift.");
        n_delay.d = n;
        wire! { shifter.{value: signed_poly.q, amount: n_delay.q}; }
        shifted.d = shifter.shifted;

        comment!("Stage 9: plus the value 1.");
        shift_delay.d = shift;
        shift_extended.value = shift_delay.q;
        shifted_extended.value = shifted.q;
        factor.d = shifted_extended.extended + shift_extended.extended;

        comment!("Stages 10 to 13: product.");
        q_delay.d = q;
        wire! { multiplier.{a: q_delay.q, b: factor.q}; }

        comment!("Stage 14: saturate.");
        clamp.value = multiplier.product;
        result.d = clamp.clamped;
        out = result.q;
        exact_tap.d = multiplier.product;
        exact = exact_tap.q;

        valid_delay.d = valid;
        out_valid = valid_delay.q;
    }
}
