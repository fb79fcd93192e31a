//! [`GeluRequantizer`]: from an FFN1 accumulator to the int8 operand of FFN2.

use super::{Gelu, Requantizer};
use crate::cells::{Delay, Truncate};
use rust_hdl::core::prelude::*;

/// `clamp(RNE(i-GELU(q)·m / 2^e) + zero_point)` to int8 (docs/numerics.md, "i-GELU", "Requant" and `zero_point`).
///
/// Latency 23: 14 of [`Gelu`] and 9 of [`Requantizer`]; one element per cycle, no backpressure. Accumulator and
/// constants (which belong to the channel) are sampled together with `valid`; `out` belongs to `out_valid`. Reset
/// clears only the valid flags.
///
/// | port | width | legal |
/// |---|---|---|
/// | `q`, `b`, `c`, `shift`, `n` | 32, 18, 36, 36, 6 | as for [`Gelu`] |
/// | `m` | 33 | 0, or a magnitude of 2^30..=2^31 |
/// | `e` | 6 | 0..=62; 0..=61 with a zero point |
/// | `zero_point` | 8 | all; 0 in I-BERT |
/// | `out` | 8 | |
///
/// Equal to the specification for all legal operands: where i-GELU saturates, at 2^39, int8 is already clamped.
#[circuit(clock, reset_n)]
pub struct GeluRequantizer {
    /// Operands valid.
    pub valid: Signal<In, Bit>,
    /// Accumulator.
    pub q: Signal<In, Signed<32>>,
    /// i-GELU's `b`.
    pub b: Signal<In, Signed<18>>,
    /// i-GELU's `c`.
    pub c: Signal<In, Signed<36>>,
    /// i-GELU's `shift`.
    pub shift: Signal<In, Signed<36>>,
    /// i-GELU's `n`.
    pub n: Signal<In, Bits<6>>,
    /// Mantissa; negative, because the scale of i-GELU's result is negative.
    pub m: Signal<In, Signed<33>>,
    /// Exponent.
    pub e: Signal<In, Bits<6>>,
    /// Zero point: the integer of the real value 0.
    pub zero_point: Signal<In, Signed<8>>,
    /// Result valid.
    pub out_valid: Signal<Out, Bit>,
    /// Requantized result.
    pub out: Signal<Out, Signed<8>>,
    gelu: Gelu,
    m_delay: Delay<Signed<33>, 14>,
    e_delay: Delay<Bits<6>, 14>,
    zero_point_delay: Delay<Signed<8>, 14>,
    requantizer: Requantizer,
    narrow: Truncate<22, 8>,
}

#[circuit]
impl Logic for GeluRequantizer {
    fn update(&mut self) {
        comment! { "gelu_requantizer: i-GELU of a 32-bit accumulator, requantized to int8 with m / 2^e and a zero \
        point. Latency 23, one element per cycle, no backpressure. docs/numerics.md, i-GELU and Requant." }
        wire! {
            clock, reset_n => gelu, requantizer;
            clock => m_delay, e_delay, zero_point_delay;
        }

        comment!("Stages 1 to 14: i-GELU.");
        wire! { gelu.{valid, q, b, c, shift, n}; }
        wire! { {m, e, zero_point}_delay.d; }

        comment!("Stages 15 to 23: requantization, without a residual term.");
        wire! { requantizer.{valid: gelu.out_valid, q: gelu.out, m: m_delay.q, e: e_delay.q}; }
        requantizer.q2 = signed_cast(bits::<24>(0));
        requantizer.m2 = signed_cast(bits::<33>(0));
        requantizer.e2 = bits::<6>(0);
        requantizer.zero_point = zero_point_delay.q;
        requantizer.bits = bits::<5>(8);
        narrow.value = requantizer.out;
        out = narrow.truncated;
        out_valid = requantizer.out_valid;
    }
}
