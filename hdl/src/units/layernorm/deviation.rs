//! [`Deviation`]: between the passes over a row, its standard deviation and the reciprocal of that.

use super::super::{Divider, SqrtDigit};
use crate::cells::{EnableDelay, Register, ValidDelay};
use rust_hdl::core::prelude::*;

/// `std = max(isqrt(var) << shift, 1)` and `factor = 2^31 div std` (NUMERICS §1, "i-LayerNorm").
///
/// A [`SqrtDigit`] and a [`Divider`] in turn. Latency 49, whatever the data: 16 for the root, 1 for the shift, 32 for the quotient. One
/// row every 50 cycles at best. Operands are sampled in the cycle with `valid` and `ready`; the result holds while `out_valid` waits for
/// `out_ready`. No path from `out_ready` to `ready`. Reset drops the row under way.
///
/// `std` has 29 bits: a variance of 32 bits gives at most `2^16 << shift`, and one of at most 4096 elements of 23 bits at most `2^(28 - shift) << shift`
/// (`shift` ≤ 22). `factor` reaches 2^31 (std = 1).
#[derive(LogicBlock, Default)]
pub struct Deviation {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// A variance is offered.
    pub valid: Signal<In, Bit>,
    /// It is accepted if it is offered.
    pub ready: Signal<Out, Bit>,
    /// Variance.
    pub variance: Signal<In, Bits<32>>,
    /// Left shift of its root, 0..=22.
    pub shift: Signal<In, Bits<5>>,
    /// The result is offered.
    pub out_valid: Signal<Out, Bit>,
    /// The result is taken if it is offered.
    pub out_ready: Signal<In, Bit>,
    /// Standard deviation, at least 1. Arbitrary without `out_valid`.
    pub std: Signal<Out, Bits<29>>,
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

impl Logic for Deviation {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "deviation: std = max(isqrt(var) << shift, 1) and factor = 2^31 div std. Latency 49 whatever the data, one row every 50 cycles."
        );
        clock!(self, clock, busy, shift_register, sqrt, scaled, scaled_valid, divider);
        self.busy.reset_n.next = self.reset_n.val();
        self.sqrt.reset_n.next = self.reset_n.val();
        self.scaled_valid.reset_n.next = self.reset_n.val();
        self.divider.reset_n.next = self.reset_n.val();

        comment!("One row at a time: root and divider are free when it comes to them.");
        self.ready.next = !self.busy.q.val() & self.sqrt.ready.val();
        self.accept.next = self.valid.val() & self.ready.val();
        self.busy.d.next = self.accept.val() | (self.busy.q.val() & !(self.out_valid.val() & self.out_ready.val()));
        self.shift_register.enable.next = self.accept.val();
        self.shift_register.d.next = self.shift.val();

        self.sqrt.valid.next = self.accept.val();
        self.sqrt.radicand.next = self.variance.val();
        self.sqrt.out_ready.next = true;
        self.scaled.enable.next = self.sqrt.out_valid.val();
        self.scaled.d.next = bits::<29>(1);
        if self.sqrt.root.val().any() {
            self.scaled.d.next = bit_cast::<29, 16>(self.sqrt.root.val()) << self.shift_register.q.val();
        }
        self.scaled_valid.d.next = self.sqrt.out_valid.val();

        self.divider.valid.next = self.scaled_valid.q.val();
        self.divider.dividend.next = bits::<32>(0x8000_0000u64);
        self.divider.divisor.next = self.scaled.q.val();
        self.divider.out_ready.next = self.out_ready.val();
        self.out_valid.next = self.divider.out_valid.val();
        self.std.next = self.scaled.q.val();
        self.factor.next = self.divider.quotient.val();
    }
}
