//! [`Exp`]: the exponential of a non-positive number, by shifts and a polynomial.

use super::{DyadicScaler, ExpPolynomial};
use crate::cells::{Clamp, Delay, Truncate, ValidDelay};
use rust_hdl::core::prelude::*;

/// i-exp fused with its 16-bit requantization (docs/numerics.md, "i-exp" and "i-softmax"; paper Alg. 3): `z = min(-x
/// div -x0, n)`, `r = x - x0·z` (0 where `x` ≤ `n·x0`), `t = (r + b)·r + c`, `exp16 = min(RNE(max(t, 0)·m16 / 2^(e16 +
/// z)), 32767)`.
///
/// Latency 21, one element per cycle, no backpressure. Operand and constants are sampled together with `valid`; the
/// outputs belong to `out_valid`. Reset clears only the valid flags.
///
/// | stage | |
/// |---|---|
/// | 1 to 12 | `z` and `t`, in [`ExpPolynomial`] |
/// | 13 | `max(t, 0)`; `e16 + z` |
/// | 14 to 20 | product with `m16`, rounded shift, in [`DyadicScaler`] |
/// | 21 | clamp to 16 bits |
///
/// | port | width | legal |
/// |---|---|---|
/// | `x` | 33 | ≤ 0: a difference of two 32-bit scores |
/// | `x0` | 15 | -16384..=-1 |
/// | `b`, `c` | 17, 32 | all |
/// | `n` | 5 | all; 30 in I-BERT |
/// | `m16`, `e16` | 33, 7 | 0..=2^31; all |
/// | `exp16` | 15 | |
/// | `z`, `t` | 5, 33 | for observation |
///
/// Exact for all legal operands. `max(t, 0) · m16` is below 2^63, so the result is 0 from `e16 + z` = 64 on, and the
/// shifter handles 0..=63 only. The exponential itself, `max(t, 0) << (n - z)`, has up to 62 bits and is not used in
/// hardware; an observer can compute it from `t` and `z`.
#[circuit(clock, reset_n)]
pub struct Exp {
    /// Operands valid.
    pub valid: Signal<In, Bit>,
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
    /// Mantissa of the 16-bit requantization.
    pub m16: Signal<In, Signed<33>>,
    /// Exponent of the 16-bit requantization.
    pub e16: Signal<In, Bits<7>>,
    /// Outputs valid.
    pub out_valid: Signal<Out, Bit>,
    /// 16-bit exponential, 0..=32767.
    pub exp16: Signal<Out, Bits<15>>,
    /// Whole octaves, `z`.
    pub z: Signal<Out, Bits<5>>,
    /// Polynomial, `t`.
    pub t: Signal<Out, Signed<33>>,
    polynomial: ExpPolynomial,
    e16_delay: Delay<Bits<7>, 12>,
    exponent: Signal<Local, Bits<8>>,
    operand: Delay<Signed<33>, 1>,
    operand_e: Delay<Bits<6>, 1>,
    m16_delay: Delay<Signed<33>, 13>,
    scaler: DyadicScaler<33, 66>,
    clamp: Clamp<66, 16>,
    result: Delay<Signed<16>, 1>,
    result_low: Truncate<16, 15>,
    z_tap: Delay<Bits<5>, 9>,
    t_tap: Delay<Signed<33>, 9>,
    valid_delay: ValidDelay<21>,
}

#[circuit]
impl Logic for Exp {
    fn update(&mut self) {
        comment! { "exp: i-exp of x <= 0 with constants x0, b, c, n, requantized to 16 bits with m16 / 2^e16. Exact. \
        Latency 21, one element per cycle, no backpressure. docs/numerics.md, i-exp and i-softmax." }
        wire! {
            clock, reset_n => valid_delay;
            clock => polynomial, e16_delay, operand, operand_e, m16_delay, scaler, result, z_tap, t_tap;
        }

        comment!("Stages 1 to 12: octaves and polynomial.");
        wire! { polynomial.{x, x0, b, c, n}; }

        comment!("Stage 13: operand and exponent of the requantization; the result is 0 from an exponent of 64 on.");
        e16_delay.d = e16;
        exponent = bit_cast::<8, 7>(e16_delay.q) + bit_cast::<8, 5>(polynomial.z);
        operand.d = polynomial.t;
        if polynomial.t.get_bit(32) | exponent.get_bits::<2>(6).any() {
            operand.d = signed_cast(bits::<33>(0));
        }
        operand_e.d = exponent.get_bits::<6>(0);

        comment!("Stages 14 to 20: rounded product.");
        m16_delay.d = m16;
        wire! { scaler.{q: operand.q, m: m16_delay.q, e: operand_e.q}; }

        comment!("Stage 21: clamp.");
        clamp.value = scaler.scaled;
        result.d = clamp.clamped;
        result_low.value = result.q;
        exp16 = unsigned_cast(result_low.truncated);

        z_tap.d = polynomial.z;
        z = z_tap.q;
        t_tap.d = polynomial.t;
        t = t_tap.q;

        valid_delay.d = valid;
        out_valid = valid_delay.q;
    }
}
