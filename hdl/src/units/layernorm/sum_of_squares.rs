//! [`SumOfSquares`]: the second pass over a row, its variance.

use crate::cells::{Clamp, Delay, EnableDelay, Multiplier, ShiftRight, SignExtend, ValidDelay};
use rust_hdl::core::prelude::*;

/// `y = x - mean` of each element of a row and `var = min(Σ (y >> shift)², 2^32 - 1)` of the row (NUMERICS §1, "i-LayerNorm").
///
/// `issue`, `first`, `last`, `mean` and `shift` belong to an element whose `x` comes out of the memory one cycle later. `y_valid` and `y`
/// follow `issue` after 3 cycles, `ends` with `variance` and `saturated` follow `last` after 9. One element a cycle. Reset clears the valid flags.
///
/// | stage | |
/// |---|---|
/// | 1 | memory |
/// | 2 | register behind the memory |
/// | 3 | minus the row's mean |
/// | 4 | shift |
/// | 5 | clamp to 18 bits |
/// | 6, 7 | square (two registers, for a DSP block's) |
/// | 8 | saturate to 32 bits, unsigned |
/// | 9 | saturating sum |
///
/// The clamp is invisible: what it changes has a square beyond 32 bits, which saturates before and after. So one 18×18 multiplier does for an
/// operand of 23 bits. `saturated` says that the sum left 32 bits.
#[derive(LogicBlock, Default)]
pub struct SumOfSquares {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// An element is being read.
    pub issue: Signal<In, Bit>,
    /// It is the first of its row.
    pub first: Signal<In, Bit>,
    /// It is the last of its row.
    pub last: Signal<In, Bit>,
    /// What was read in the cycle before.
    pub x: Signal<In, Signed<22>>,
    /// Mean of the row.
    pub mean: Signal<In, Signed<22>>,
    /// Right shift before the square, 0..=22.
    pub shift: Signal<In, Bits<5>>,
    /// `y` counts.
    pub y_valid: Signal<Out, Bit>,
    /// `x - mean`.
    pub y: Signal<Out, Signed<23>>,
    /// `variance` and `saturated` count.
    pub ends: Signal<Out, Bit>,
    /// Sum of the squares.
    pub variance: Signal<Out, Bits<32>>,
    /// The sum was saturated.
    pub saturated: Signal<Out, Bit>,
    issued: ValidDelay<3>,
    issued_square: ValidDelay<5>,
    first_delay: Delay<Bit, 8>,
    last_delay: ValidDelay<9>,
    x_register: Delay<Signed<22>, 1>,
    mean_delay: Delay<Signed<22>, 2>,
    shift_delay: Delay<Bits<5>, 3>,
    x_extended: SignExtend<22, 23>,
    mean_extended: SignExtend<22, 23>,
    centered: Delay<Signed<23>, 1>,
    shifter: ShiftRight<23, 5>,
    shifted: Delay<Signed<23>, 1>,
    clamp: Clamp<23, 18>,
    clamped: Delay<Signed<18>, 1>,
    multiplier: Multiplier<18, 18, 36>,
    product: Delay<Signed<36>, 2>,
    bits_of_product: Signal<Local, Bits<36>>,
    too_large: Signal<Local, Bit>,
    square: Delay<Bits<32>, 1>,
    square_saturated: Delay<Bit, 1>,
    sum_before: Signal<Local, Bits<32>>,
    saturated_before: Signal<Local, Bit>,
    sum: Signal<Local, Bits<33>>,
    running_sum: EnableDelay<Bits<32>, 1>,
    running_saturated: EnableDelay<Bit, 1>,
}

impl Logic for SumOfSquares {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "sum_of_squares: x - mean of each element, and the sum of ((x - mean) >> shift)^2 of the row, saturated to 32 bits, unsigned. Nine stages, one element a cycle."
        );
        clock!(
            self,
            clock,
            issued,
            issued_square,
            first_delay,
            last_delay,
            x_register,
            mean_delay,
            shift_delay,
            centered,
            shifted,
            clamped,
            product,
            square,
            square_saturated,
            running_sum,
            running_saturated
        );
        self.issued.reset_n.next = self.reset_n.val();
        self.issued_square.reset_n.next = self.reset_n.val();
        self.last_delay.reset_n.next = self.reset_n.val();
        self.issued.d.next = self.issue.val();
        self.issued_square.d.next = self.issued.q.val();
        self.first_delay.d.next = self.first.val();
        self.last_delay.d.next = self.last.val();

        comment!("Stages 2 and 3: register behind the memory, minus the mean.");
        self.x_register.d.next = self.x.val();
        self.mean_delay.d.next = self.mean.val();
        self.x_extended.value.next = self.x_register.q.val();
        self.mean_extended.value.next = self.mean_delay.q.val();
        self.centered.d.next = self.x_extended.extended.val() - self.mean_extended.extended.val();
        self.y_valid.next = self.issued.q.val();
        self.y.next = self.centered.q.val();

        comment!("Stages 4 and 5: shift, clamp.");
        self.shift_delay.d.next = self.shift.val();
        self.shifter.value.next = self.centered.q.val();
        self.shifter.amount.next = self.shift_delay.q.val();
        self.shifted.d.next = self.shifter.shifted.val();
        self.clamp.value.next = self.shifted.q.val();
        self.clamped.d.next = self.clamp.clamped.val();

        comment!("Stages 6 to 8: square, saturated.");
        self.multiplier.a.next = self.clamped.q.val();
        self.multiplier.b.next = self.clamped.q.val();
        self.product.d.next = self.multiplier.product.val();
        self.bits_of_product.next = unsigned_cast(self.product.q.val());
        self.too_large.next = self.bits_of_product.val().get_bits::<4>(32).any();
        self.square.d.next = self.bits_of_product.val().get_bits::<32>(0);
        if self.too_large.val() {
            self.square.d.next = bits::<32>(0xffff_ffffu64);
        }
        self.square_saturated.d.next = self.too_large.val();

        comment!("Stage 9: sum; the first element of a row replaces what was before.");
        self.sum_before.next = self.running_sum.q.val();
        self.saturated_before.next = self.running_saturated.q.val();
        if self.first_delay.q.val() {
            self.sum_before.next = bits::<32>(0);
            self.saturated_before.next = false;
        }
        self.sum.next = bit_cast::<33, 32>(self.sum_before.val()) + bit_cast::<33, 32>(self.square.q.val());
        self.running_sum.enable.next = self.issued_square.q.val();
        self.running_saturated.enable.next = self.issued_square.q.val();
        self.running_sum.d.next = self.sum.val().get_bits::<32>(0);
        if self.sum.val().get_bit(32) {
            self.running_sum.d.next = bits::<32>(0xffff_ffffu64);
        }
        self.running_saturated.d.next =
            self.saturated_before.val() | self.square_saturated.q.val() | self.sum.val().get_bit(32);

        self.ends.next = self.last_delay.q.val();
        self.variance.next = self.running_sum.q.val();
        self.saturated.next = self.running_saturated.q.val();
    }
}
