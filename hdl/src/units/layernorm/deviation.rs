//! [`Deviation`]: standard deviation of a row and its reciprocal, between the passes.

use super::super::{Divider, SqrtDigit};
use crate::cells::{EnableDelay, Register, ValidDelay};
use rust_hdl::core::prelude::*;

/// `std = max(isqrt(var) << shift, 1)` and `factor = 2^31 div std` (docs/numerics.md, "i-LayerNorm").
///
/// A [`SqrtDigit`] followed by a [`Divider`]. Latency 49, whatever the data: 16 for the root, 1 for the shift, 32 for
/// the quotient. At best one row every 50 cycles. Operands are sampled in the cycle with `valid` and `ready`; the
/// result holds while `out_valid` waits for `out_ready`. No path from `out_ready` to `ready`. Reset discards the row in
/// progress.
///
/// `std` has 29 bits: a variance of 32 bits gives at most `2^16 << shift`, and a variance of at most 4096 elements of
/// 23 bits gives at most `2^(28 - shift) << shift` (`shift` ≤ 22). `factor` reaches 2^31 (std = 1).
#[circuit(clock, reset_n)]
pub struct Deviation {
    /// Variance valid.
    pub valid: Signal<In, Bit>,
    /// Variance is accepted in a cycle with `valid` and `ready`.
    pub ready: Signal<Out, Bit>,
    /// Variance.
    pub variance: Signal<In, Bits<32>>,
    /// Left shift of the root, 0..=22.
    pub shift: Signal<In, Bits<5>>,
    /// Result valid.
    pub out_valid: Signal<Out, Bit>,
    /// Result is taken in a cycle with `out_valid` and `out_ready`.
    pub out_ready: Signal<In, Bit>,
    /// Standard deviation, at least 1. Arbitrary without `out_valid`.
    pub std_dev: Signal<Out, Bits<29>>,
    /// `2^31 div std`. Arbitrary without `out_valid`.
    pub factor: Signal<Out, Bits<32>>,
    busy: Register<Bit>,
    accept: Signal<Local, Bit>,
    shift_register: EnableDelay<Bits<5>, 1>,
    sqrt: SqrtDigit,
    scaled: EnableDelay<Bits<29>, 1>,
    scaled_valid: ValidDelay<1>,
    divider: Divider<32, 29>,
}

#[circuit]
impl Logic for Deviation {
    fn update(&mut self) {
        comment! { "deviation: std = max(isqrt(var) << shift, 1) and factor = 2^31 div std. Latency 49 whatever the \
        data, one row every 50 cycles." }
        wire! {
            clock, reset_n => busy, sqrt, scaled_valid, divider;
            clock => shift_register, scaled;
        }

        comment!("One row at a time, so root and divider are free when a row reaches them.");
        ready = !busy.q & sqrt.ready;
        accept = valid & ready;
        busy.d = accept | (busy.q & !(out_valid & out_ready));
        wire! { shift_register.{enable: accept, d: shift}; }

        wire! { sqrt.{valid: accept, radicand: variance}; }
        sqrt.out_ready = true;
        scaled.enable = sqrt.out_valid;
        scaled.d = bits::<29>(1);
        if sqrt.root.any() {
            scaled.d = bit_cast::<29, 16>(sqrt.root) << shift_register.q;
        }
        scaled_valid.d = sqrt.out_valid;

        divider.valid = scaled_valid.q;
        divider.dividend = bits::<32>(0x8000_0000u64);
        wire! { divider.{divisor: scaled.q, out_ready}; }
        out_valid = divider.out_valid;
        std_dev = scaled.q;
        factor = divider.quotient;
    }
}
