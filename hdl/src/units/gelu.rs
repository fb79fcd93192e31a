//! [`Gelu`]: the activation function, by a polynomial.

use super::Poly;
use crate::cells::{Clamp, Delay, PipelinedMultiplier, ShiftRight, SignExtend, ValidDelay};
use rust_hdl::core::prelude::*;

/// i-GELU of a linear accumulator (NUMERICS §1, "i-GELU"; paper Alg. 2): `a = min(|q|, -b)`, `y = sgn(q)·((a + b)² + c)`,
/// `out = q·((y >> n) + shift)`, saturated to 40 bits.
///
/// Latency 14, one element a cycle, no back-pressure. Operand and constants (which belong to the channel) are sampled together with
/// `valid`; the outputs belong to `out_valid`. Reset clears only the valid flags.
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
/// Exact for all legal operands but for the saturation, which no requantization to int8 with an exponent up to 62 (61 with a zero
/// point) can show: 2^39 is past its clamp already. The widths carry every scale from 2e-5 on with any `n`, one bit more than
/// NUMERICS §3 asks for where it makes `(a + b)²` one 18×18 multiplier. `sgn(0)` counts as 1 here: the product with `q` is 0 anyway.
#[derive(LogicBlock, Default)]
pub struct Gelu {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// The operands count.
    pub valid: Signal<In, Bit>,
    /// Accumulator.
    pub q: Signal<In, Signed<32>>,
    /// Offset of the polynomial; its magnitude is where the function saturates.
    pub b: Signal<In, Signed<18>>,
    /// Constant of the polynomial.
    pub c: Signal<In, Signed<36>>,
    /// What stands for 1 beside the shifted polynomial.
    pub shift: Signal<In, Signed<36>>,
    /// Right shift of the polynomial.
    pub n: Signal<In, Bits<6>>,
    /// The outputs count.
    pub out_valid: Signal<Out, Bit>,
    /// The result, saturated.
    pub out: Signal<Out, Signed<40>>,
    /// The result.
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
    pub const LATENCY: usize = 14;
}

impl Logic for Gelu {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "gelu: i-GELU of a 32-bit accumulator with constants b, c, shift, n of its channel; exact, then saturated to 40 bits. Latency 14, one element a cycle, no back-pressure. NUMERICS 1, i-GELU."
        );
        clock!(
            self,
            clock,
            magnitude,
            limit,
            operand,
            b_delay,
            c_delay,
            poly,
            negative,
            signed_poly,
            n_delay,
            shifted,
            shift_delay,
            factor,
            q_delay,
            multiplier,
            result,
            exact_tap,
            valid_delay
        );

        comment!("Stage 1: magnitudes.");
        self.magnitude.d.next = unsigned_cast(self.q.val());
        if self.q.val().get_bit(31) {
            self.magnitude.d.next = bits::<32>(0) - unsigned_cast(self.q.val());
        }
        self.limit.d.next = bits::<18>(0) - unsigned_cast(self.b.val());

        comment!("Stage 2: a is the smaller one.");
        self.operand.d.next = self.limit.q.val();
        if self.magnitude.q.val() < bit_cast::<32, 18>(self.limit.q.val()) {
            self.operand.d.next = self.magnitude.q.val().get_bits::<18>(0);
        }

        comment!("Stages 3 to 6: polynomial. a + b, between b and 0, fits though a = 2^17 looks negative.");
        self.b_delay.d.next = self.b.val();
        self.c_delay.d.next = self.c.val();
        self.poly.reset_n.next = true;
        self.poly.valid.next = true;
        self.poly.square.next = true;
        self.poly.q.next = signed_cast(self.operand.q.val());
        self.poly.b.next = self.b_delay.q.val();
        self.poly.c.next = self.c_delay.q.val();

        comment!("Stage 7: sign.");
        self.negative.d.next = self.q.val().get_bit(31);
        self.signed_poly.d.next = self.poly.out.val();
        if self.negative.q.val() {
            self.signed_poly.d.next = signed_cast(bits::<37>(0)) - self.poly.out.val();
        }

        comment!("Stage 8: shift.");
        self.n_delay.d.next = self.n.val();
        self.shifter.value.next = self.signed_poly.q.val();
        self.shifter.amount.next = self.n_delay.q.val();
        self.shifted.d.next = self.shifter.shifted.val();

        comment!("Stage 9: plus what stands for 1.");
        self.shift_delay.d.next = self.shift.val();
        self.shift_extended.value.next = self.shift_delay.q.val();
        self.shifted_extended.value.next = self.shifted.q.val();
        self.factor.d.next = self.shifted_extended.extended.val() + self.shift_extended.extended.val();

        comment!("Stages 10 to 13: product.");
        self.q_delay.d.next = self.q.val();
        self.multiplier.a.next = self.q_delay.q.val();
        self.multiplier.b.next = self.factor.q.val();

        comment!("Stage 14: saturate.");
        self.clamp.value.next = self.multiplier.product.val();
        self.result.d.next = self.clamp.clamped.val();
        self.out.next = self.result.q.val();
        self.exact_tap.d.next = self.multiplier.product.val();
        self.exact.next = self.exact_tap.q.val();

        self.valid_delay.reset_n.next = self.reset_n.val();
        self.valid_delay.d.next = self.valid.val();
        self.out_valid.next = self.valid_delay.q.val();
    }
}
