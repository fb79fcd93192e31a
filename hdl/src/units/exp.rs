//! [`Exp`]: the exponential of a non-positive number, by shifts and a polynomial.

use super::{DyadicScaler, Poly, QuotientStage};
use crate::cells::{Clamp, Delay, SignExtend, Truncate, ValidDelay};
use rust_hdl::core::prelude::*;

/// i-exp fused with its 16-bit requantization (NUMERICS §1, "i-exp" and "i-softmax"; paper Alg. 3):
/// `z = min(-x div -x0, n)`, `r = x - x0·z` (0 where `x` ≤ `n·x0`), `t = (r + b)·r + c`,
/// `exp16 = min(RNE(max(t, 0)·m16 / 2^(e16 + z)), 32767)`.
///
/// Latency 21, one element a cycle, no back-pressure, no multiplier or table for the division: `z` comes from five
/// compare-and-subtract stages. Operand and constants are sampled together with `valid`; the outputs belong to `out_valid`. Reset
/// clears only the valid flags.
///
/// | stage | |
/// |---|---|
/// | 1 | magnitudes of `x` and `x0` |
/// | 2 | is `-x` beyond 32 octaves? |
/// | 3 to 7 | quotient and remainder: 16, 8, 4, 2, 1 times `-x0` |
/// | 8 | `z` and `r`, limited to `n` octaves |
/// | 9 to 12 | `t`, in [`Poly`] |
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
/// Exact for all legal operands. `max(t, 0) · m16` is below 2^63, so from `e16 + z` = 64 on the result is 0, and the shifter needs
/// to know 0..=63 only. The exponential itself, `max(t, 0) << (n - z)`, has up to 62 bits and no user in hardware: an observer who
/// wants it shifts `t`.
#[derive(LogicBlock, Default)]
pub struct Exp {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// The operands count.
    pub valid: Signal<In, Bit>,
    /// Operand, not positive.
    pub x: Signal<In, Signed<33>>,
    /// One octave, negative.
    pub x0: Signal<In, Signed<15>>,
    /// Offset of the polynomial.
    pub b: Signal<In, Signed<17>>,
    /// Constant of the polynomial.
    pub c: Signal<In, Signed<32>>,
    /// Octaves after which the exponential stays what it is.
    pub n: Signal<In, Bits<5>>,
    /// Mantissa of the 16-bit requantization.
    pub m16: Signal<In, Signed<33>>,
    /// Its exponent.
    pub e16: Signal<In, Bits<7>>,
    /// The outputs count.
    pub out_valid: Signal<Out, Bit>,
    /// The exponential, 0..=32767.
    pub exp16: Signal<Out, Bits<15>>,
    /// Octaves.
    pub z: Signal<Out, Bits<5>>,
    /// The polynomial.
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

impl Logic for Exp {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "exp: i-exp of x <= 0 with constants x0, b, c, n, requantized to 16 bits with m16 / 2^e16. Exact. Latency 21, one element a cycle, no back-pressure. NUMERICS 1, i-exp and i-softmax."
        );
        clock!(
            self,
            clock,
            magnitude,
            octave,
            dividend,
            divisor,
            beyond,
            beyond_delay,
            n_delay,
            octaves,
            rest,
            b_delay,
            c_delay,
            poly,
            octaves_delay,
            e16_delay,
            operand,
            operand_e,
            m16_delay,
            scaler,
            result,
            z_tap,
            t_tap,
            valid_delay
        );

        comment!("Stage 1: magnitudes.");
        self.magnitude.d.next = bits::<33>(0) - unsigned_cast(self.x.val());
        self.octave.d.next = bits::<15>(0) - unsigned_cast(self.x0.val());

        comment!("Stage 2: 32 octaves or more? Else 19 bits hold the magnitude.");
        self.beyond.d.next = self.magnitude.q.val() >= (bit_cast::<33, 15>(self.octave.q.val()) << 5);
        self.dividend.d.next = self.magnitude.q.val().get_bits::<19>(0);
        self.divisor.d.next = bit_cast::<19, 15>(self.octave.q.val()) << 4;

        comment!("Stages 3 to 7: quotient and remainder.");
        self.stage[0].clock.next = self.clock.val();
        self.stage[0].remainder.next = self.dividend.q.val();
        self.stage[0].divisor.next = self.divisor.q.val();
        self.stage[0].quotient.next = bits::<5>(0);
        for i in 1..5 {
            self.stage[i].clock.next = self.clock.val();
            self.stage[i].remainder.next = self.stage[i - 1].remainder_next.val();
            self.stage[i].divisor.next = self.stage[i - 1].divisor_next.val();
            self.stage[i].quotient.next = self.stage[i - 1].quotient_next.val();
        }
        self.beyond_delay.d.next = self.beyond.q.val();

        comment!("Stage 8: from n octaves on, as at n octaves exactly.");
        self.n_delay.d.next = self.n.val();
        self.negated_low.value.next = signed_cast(bits::<19>(0) - self.stage[4].remainder_next.val());
        self.limited.next = self.beyond_delay.q.val() | (self.stage[4].quotient_next.val() >= self.n_delay.q.val());
        if self.limited.val() {
            self.octaves.d.next = self.n_delay.q.val();
            self.rest.d.next = signed_cast(bits::<18>(0));
        } else {
            self.octaves.d.next = self.stage[4].quotient_next.val();
            self.rest.d.next = self.negated_low.truncated.val();
        }

        comment!("Stages 9 to 12: polynomial. 33 bits hold it for all r, b and c.");
        self.b_extended.value.next = self.b.val();
        self.b_delay.d.next = self.b_extended.extended.val();
        self.c_delay.d.next = self.c.val();
        self.poly.reset_n.next = true;
        self.poly.valid.next = true;
        self.poly.square.next = false;
        self.poly.q.next = self.rest.q.val();
        self.poly.b.next = self.b_delay.q.val();
        self.poly.c.next = self.c_delay.q.val();
        self.polynomial.value.next = self.poly.out.val();
        self.octaves_delay.d.next = self.octaves.q.val();

        comment!("Stage 13: operand and exponent of the requantization; the result is 0 from an exponent of 64 on.");
        self.e16_delay.d.next = self.e16.val();
        self.exponent.next = bit_cast::<8, 7>(self.e16_delay.q.val()) + bit_cast::<8, 5>(self.octaves_delay.q.val());
        self.operand.d.next = self.polynomial.truncated.val();
        if self.polynomial.truncated.val().get_bit(32) | self.exponent.val().get_bits::<2>(6).any() {
            self.operand.d.next = signed_cast(bits::<33>(0));
        }
        self.operand_e.d.next = self.exponent.val().get_bits::<6>(0);

        comment!("Stages 14 to 20: rounded product.");
        self.m16_delay.d.next = self.m16.val();
        self.scaler.q.next = self.operand.q.val();
        self.scaler.m.next = self.m16_delay.q.val();
        self.scaler.e.next = self.operand_e.q.val();

        comment!("Stage 21: clamp.");
        self.clamp.value.next = self.scaler.scaled.val();
        self.result.d.next = self.clamp.clamped.val();
        self.result_low.value.next = self.result.q.val();
        self.exp16.next = unsigned_cast(self.result_low.truncated.val());

        self.z_tap.d.next = self.octaves_delay.q.val();
        self.z.next = self.z_tap.q.val();
        self.t_tap.d.next = self.polynomial.truncated.val();
        self.t.next = self.t_tap.q.val();

        self.valid_delay.reset_n.next = self.reset_n.val();
        self.valid_delay.d.next = self.valid.val();
        self.out_valid.next = self.valid_delay.q.val();
    }
}
