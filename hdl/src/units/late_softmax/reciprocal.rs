//! [`Reciprocal`]: the reciprocal of a row's sum of weights, as a floating-point number.

use super::super::IterationControl;
use crate::cells::{Delay, DivideStep, EnableDelay, ValidDelay};
use ibert_isa::timing::units::RECIPROCAL_LATENCY;
use rust_hdl::core::prelude::*;

/// `length`, the number of bits of `sum`, and `mantissa = 2^(length + 15) div sum`, in 2^15..=2^16 (docs/numerics.md,
/// "Late i-softmax").
///
/// The sum is normalized to 18 bits; then the mantissa is `2^33 div sum`, one quotient bit per cycle.
///
/// **Latency 19**, whatever the data: an operand accepted in cycle t gives a result in cycle t + 19. At best one
/// reciprocal every 20 cycles. The operand is sampled in the cycle with `valid` and `ready`; the result holds while
/// `out_valid` waits for `out_ready`. No path from `out_ready` to `ready`. A sum of 0 has no reciprocal: its mantissa is
/// 2^17 - 1, its length 19. Reset discards the division in progress.
///
/// | cycle | |
/// |---|---|
/// | 1 | normalized by 16 and by 8 bits |
/// | 2 | normalized by 4, 2 and 1 bits |
/// | 3 to 19 | quotient bits |
#[circuit(clock, reset_n)]
pub struct Reciprocal {
    /// Operand valid.
    pub valid: Signal<In, Bit>,
    /// Operand is accepted in a cycle with `valid` and `ready`.
    pub ready: Signal<Out, Bit>,
    /// Sum of the weights of a row.
    pub sum: Signal<In, Bits<18>>,
    /// Result valid.
    pub out_valid: Signal<Out, Bit>,
    /// Result is taken in a cycle with `out_valid` and `out_ready`.
    pub out_ready: Signal<In, Bit>,
    /// `2^(length + 15) div sum`. Arbitrary without `out_valid`.
    pub mantissa: Signal<Out, Bits<17>>,
    /// Number of bits of the sum, 1..=18. Arbitrary without `out_valid`.
    pub length: Signal<Out, Bits<5>>,
    later_steps: constant!(Bits<6> = Reciprocal::LATENCY - 1),
    control: IterationControl,
    by_16: Signal<Local, Bits<18>>,
    length_by_16: Signal<Local, Bits<5>>,
    coarse: Delay<Bits<18>, 1>,
    coarse_length: Delay<Bits<5>, 1>,
    by_4: Signal<Local, Bits<18>>,
    length_by_4: Signal<Local, Bits<5>>,
    by_2: Signal<Local, Bits<18>>,
    length_by_2: Signal<Local, Bits<5>>,
    normalized: Delay<Bits<18>, 1>,
    normalized_length: Delay<Bits<5>, 1>,
    divides: ValidDelay<2>,
    step: DivideStep<17, 18>,
    quotient: EnableDelay<Bits<17>, 1>,
    rest: EnableDelay<Bits<18>, 1>,
    divisor: EnableDelay<Bits<18>, 1>,
    length_register: EnableDelay<Bits<5>, 1>,
}

impl Reciprocal {
    /// Cycles from a sum to its reciprocal.
    pub const LATENCY: usize = RECIPROCAL_LATENCY;
}

#[circuit]
impl Logic for Reciprocal {
    fn update(&mut self) {
        comment! { "reciprocal: 2^(length + 15) / sum, rounded down, where length is the number of bits of the sum. \
        Latency 19 whatever the data, one reciprocal every 20 cycles. docs/numerics.md, Late i-softmax." }
        wire! {
            clock, reset_n => control, divides;
            clock => coarse, coarse_length, normalized, normalized_length, quotient, rest, divisor, length_register;
            control.{later_steps, valid, out_ready};
            {ready, out_valid} <- control.*;
        }

        comment!("Cycle 1: normalize by 16 and by 8 bits.");
        by_16 = sum;
        length_by_16 = bits::<5>(18);
        if !sum.get_bits::<16>(2).any() {
            by_16 = sum << 16;
            length_by_16 = bits::<5>(2);
        }
        coarse.d = by_16;
        coarse_length.d = length_by_16;
        if !by_16.get_bits::<8>(10).any() {
            coarse.d = by_16 << 8;
            coarse_length.d = length_by_16 - 8;
        }

        comment!("Cycle 2: normalize by 4, 2 and 1 bits.");
        by_4 = coarse.q;
        length_by_4 = coarse_length.q;
        if !coarse.q.get_bits::<4>(14).any() {
            by_4 = coarse.q << 4;
            length_by_4 = coarse_length.q - 4;
        }
        by_2 = by_4;
        length_by_2 = length_by_4;
        if !by_4.get_bits::<2>(16).any() {
            by_2 = by_4 << 2;
            length_by_2 = length_by_4 - 2;
        }
        normalized.d = by_2;
        normalized_length.d = length_by_2;
        if !by_2.get_bit(17) {
            normalized.d = by_2 << 1;
            normalized_length.d = length_by_2 - 1;
        }

        comment! { "Cycles 3 to 19: 2^33 / sum. The upper part of 2^33, 2^16, is less than the normalized sum, so the \
        quotient has 17 bits." }
        divides.d = control.step & control.ready;
        step.bits = bits::<17>(0);
        step.rest = bits::<18>(0x1_0000);
        step.divisor = normalized.q;
        if !divides.q {
            wire! { step.{bits: quotient.q, rest: rest.q, divisor: divisor.q}; }
        }
        wire! {
            {quotient, rest, divisor}.enable <- control.step;
            length_register.{enable: divides.q, d: normalized_length.q};
        }

        quotient.d = step.next_bits;
        rest.d = step.next_rest;
        divisor.d = step.divisor;

        mantissa = quotient.q;
        length = length_register.q;
    }
}
