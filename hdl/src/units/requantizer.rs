//! [`Requantizer`]: from a wide integer at one scale to a narrow integer at another.

use super::DyadicScaler;
use crate::cells::{Delay, LowMask, Saturate, SignExtend, ValidDelay};
use rust_hdl::core::prelude::*;

/// `y = clamp(RNE(q·m / 2^e) + RNE(q2·m2 / 2^e2) + zero_point)` to `bits` bits (docs/numerics.md, "Requant").
///
/// Each term is rounded half to even separately and exactly, then the terms are added, then the sum is clamped. This
/// equals the specification for every input of the ports, including negative m and |m| = 2^31.
///
/// Latency 9, one result per cycle, no backpressure. All operands and constants are sampled together with `valid`, so
/// constants can change per element (per channel) or be constant (per tensor). `out` belongs to `out_valid`; reset
/// clears only the valid flags, which discards everything in flight.
///
/// | port | width | use |
/// |---|---|---|
/// | `q`, `m`, `e` | 40, 33, 6 | a linear accumulator (32 bits), an i-GELU output (up to 40 bits after saturation) |
/// | `q2`, `m2`, `e2` | 24, 33, 6 | residual, 8 or 16 bits in use; tie `m2` to 0 for none |
/// | `zero_point` | 8 | tie to 0 for none |
/// | `bits` | 5 | width of the result: 8, 16 or 22 in use; any of 1..=22 works |
///
/// An exponent of 0 is a plain multiplication. There are no left shifts (e < 0); a model that needs one is refused.
#[circuit(clock, reset_n)]
pub struct Requantizer {
    /// Operands valid.
    pub valid: Signal<In, Bit>,
    /// First operand.
    pub q: Signal<In, Signed<40>>,
    /// Mantissa of the first term.
    pub m: Signal<In, Signed<33>>,
    /// Exponent of the first term.
    pub e: Signal<In, Bits<6>>,
    /// Second operand.
    pub q2: Signal<In, Signed<24>>,
    /// Mantissa of the second term; 0 for none.
    pub m2: Signal<In, Signed<33>>,
    /// Exponent of the second term.
    pub e2: Signal<In, Bits<6>>,
    /// Zero point, added after rounding and before clamping.
    pub zero_point: Signal<In, Signed<8>>,
    /// Width of the result in bits, 1..=22.
    pub bits: Signal<In, Bits<5>>,
    /// Result valid.
    pub out_valid: Signal<Out, Bit>,
    /// Result, sign-extended to 22 bits.
    pub out: Signal<Out, Signed<22>>,
    term: DyadicScaler<40, 73>,
    term2: DyadicScaler<24, 64>,
    term2_extended: SignExtend<64, 73>,
    zero_point_delay: Delay<Signed<8>, 7>,
    zero_point_extended: SignExtend<8, 73>,
    sum: Delay<Signed<73>, 1>,
    bits_delay: Delay<Bits<5>, 7>,
    low_mask: LowMask<22, 5>,
    limit: Delay<Bits<22>, 1>,
    saturate: Saturate<73, 22>,
    result: Delay<Signed<22>, 1>,
    valid_delay: ValidDelay<9>,
}

impl Requantizer {
    /// Cycles from operand to result.
    pub const LATENCY: usize = ibert_isa::timing::units::REQUANTIZER_LATENCY;
}

#[circuit]
impl Logic for Requantizer {
    fn update(&mut self) {
        comment! { "requantizer: clamp(RNE(q*m/2^e) + RNE(q2*m2/2^e2) + zero_point) to the given number of bits, RNE = \
        round half to even. Exact for every input. Latency 9, one result per cycle, no backpressure. \
        docs/numerics.md, Requant." }
        wire! {
            clock, reset_n => valid_delay;
            clock => term, term2, zero_point_delay, sum, bits_delay, limit, result;
        }

        comment!("Stages 1 to 7: both terms, each rounded separately.");
        wire! {
            term.{q, m, e};
            term2.{q: q2, m: m2, e: e2};
        }

        comment!("Stage 8: sum, and the largest result.");
        term2_extended.value = term2.scaled;
        zero_point_delay.d = zero_point;
        zero_point_extended.value = zero_point_delay.q;
        sum.d = term.scaled + term2_extended.extended + zero_point_extended.extended;

        bits_delay.d = bits;
        low_mask.amount = bits_delay.q - 1;
        limit.d = low_mask.mask;

        comment!("Stage 9: clamp.");
        wire! { saturate.{value: sum.q, limit: limit.q}; }
        result.d = saturate.clamped;
        out = result.q;

        valid_delay.d = valid;
        out_valid = valid_delay.q;
    }
}
