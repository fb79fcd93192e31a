//! [`Requantizer`]: from a wide integer at one scale to a narrow integer at another.

use super::DyadicScaler;
use crate::cells::{Delay, LowMask, Saturate, SignExtend, ValidDelay};
use rust_hdl::core::prelude::*;

/// `y = clamp(RNE(q·m / 2^e) + RNE(q2·m2 / 2^e2) + zero_point)` to `bits` bits (NUMERICS §1, "Requant").
///
/// Each term is rounded half to even by itself, exactly; then they are added, then the sum is clamped: equal to the specification for every
/// input that the ports can carry, |m| up to 2^31 **inclusive** and negative ones too.
///
/// Latency 9, one result a cycle, no back-pressure. All operands and constants are sampled together with `valid`, so constants may differ from
/// element to element (per channel) or stay (per tensor). `out` belongs to `out_valid`; reset clears only the valid flags, so that nothing
/// sampled before comes out.
///
/// | port | width | use |
/// |---|---|---|
/// | `q`, `m`, `e` | 40, 33, 6 | a linear accumulator (32 bits), an i-GELU output (up to 40 bits after saturation, NUMERICS §3) |
/// | `q2`, `m2`, `e2` | 24, 33, 6 | residual, 8 or 16 bits in use; tie `m2` to 0 for none |
/// | `zero_point` | 8 | tie to 0 for none |
/// | `bits` | 5 | width of the result: 8, 16 or 22 in use; any of 1..=22 works |
///
/// An exponent of 0 is a plain multiplication; left shifts (e < 0) do not exist here: exporters refuse them.
#[circuit(clock, reset_n)]
pub struct Requantizer {
    /// The operands count.
    pub valid: Signal<In, Bit>,
    /// Operand.
    pub q: Signal<In, Signed<40>>,
    /// Its mantissa.
    pub m: Signal<In, Signed<33>>,
    /// Its exponent.
    pub e: Signal<In, Bits<6>>,
    /// Second operand.
    pub q2: Signal<In, Signed<24>>,
    /// Its mantissa; 0 for no second term.
    pub m2: Signal<In, Signed<33>>,
    /// Its exponent.
    pub e2: Signal<In, Bits<6>>,
    /// Added after rounding, before clamping.
    pub zero_point: Signal<In, Signed<8>>,
    /// Width of the result, 1..=22.
    pub bits: Signal<In, Bits<5>>,
    /// `out` counts.
    pub out_valid: Signal<Out, Bit>,
    /// The result, sign-extended to 22 bits.
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
        round half to even. Exact for every input. Latency 9, one result a cycle, no back-pressure. \
        NUMERICS 1, Requant." }
        wire! {
            clock, reset_n => valid_delay;
            clock => term, term2, zero_point_delay, sum, bits_delay, limit, result;
        }

        comment!("Stages 1 to 7: both terms, each rounded by itself.");
        wire! {
            term.{q, m, e};
            term2.{q: q2, m: m2, e: e2};
        }

        comment!("Stage 8: sum; beside it the largest result.");
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
