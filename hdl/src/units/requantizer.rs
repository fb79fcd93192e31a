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
#[derive(LogicBlock, Default)]
pub struct Requantizer {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
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
    pub const LATENCY: usize = 9;
}

impl Logic for Requantizer {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "requantizer: clamp(RNE(q*m/2^e) + RNE(q2*m2/2^e2) + zero_point) to the given number of bits, RNE = round half to even. Exact for every input. Latency 9, one result a cycle, no back-pressure. NUMERICS 1, Requant."
        );
        clock!(self, clock, term, term2, zero_point_delay, sum, bits_delay, limit, result, valid_delay);

        comment!("Stages 1 to 7: both terms, each rounded by itself.");
        self.term.q.next = self.q.val();
        self.term.m.next = self.m.val();
        self.term.e.next = self.e.val();
        self.term2.q.next = self.q2.val();
        self.term2.m.next = self.m2.val();
        self.term2.e.next = self.e2.val();

        comment!("Stage 8: sum; beside it the largest result.");
        self.term2_extended.value.next = self.term2.scaled.val();
        self.zero_point_delay.d.next = self.zero_point.val();
        self.zero_point_extended.value.next = self.zero_point_delay.q.val();
        self.sum.d.next =
            self.term.scaled.val() + self.term2_extended.extended.val() + self.zero_point_extended.extended.val();

        self.bits_delay.d.next = self.bits.val();
        self.low_mask.amount.next = self.bits_delay.q.val() - 1;
        self.limit.d.next = self.low_mask.mask.val();

        comment!("Stage 9: clamp.");
        self.saturate.value.next = self.sum.q.val();
        self.saturate.limit.next = self.limit.q.val();
        self.result.d.next = self.saturate.clamped.val();
        self.out.next = self.result.q.val();

        self.valid_delay.reset_n.next = self.reset_n.val();
        self.valid_delay.d.next = self.valid.val();
        self.out_valid.next = self.valid_delay.q.val();
    }
}
