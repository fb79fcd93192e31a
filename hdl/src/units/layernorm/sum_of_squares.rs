//! [`SumOfSquares`]: the second pass over a row, its variance.

use crate::cells::{Clamp, Delay, EnableDelay, Multiplier, ShiftRight, SignExtend, ValidDelay};
use rust_hdl::core::prelude::*;

/// `y = x - mean` of each element of a row and `var = min(Σ (y >> shift)², 2^32 - 1)` of the row (docs/numerics.md,
/// "i-LayerNorm").
///
/// `issue`, `first`, `last`, `mean` and `shift` belong to an element whose `x` leaves the memory one cycle later.
/// `y_valid` and `y` follow `issue` after 3 cycles; `ends` with `variance` and `saturated` follow `last` after 9. One
/// element per cycle. Reset clears the valid flags.
///
/// | stage | |
/// |---|---|
/// | 1 | memory |
/// | 2 | register after the memory |
/// | 3 | minus the row's mean |
/// | 4 | shift |
/// | 5 | clamp to 18 bits |
/// | 6, 7 | square (two registers, for a DSP block's) |
/// | 8 | saturate to 32 bits, unsigned |
/// | 9 | saturating sum |
///
/// The clamp is invisible: a value that it changes has a square of more than 32 bits, which saturates with and without
/// the clamp. One 18×18 multiplier is therefore sufficient for an operand of 23 bits. `saturated` reports that the sum
/// exceeded 32 bits.
#[circuit(clock, reset_n)]
pub struct SumOfSquares {
    /// An element is read.
    pub issue: Signal<In, Bit>,
    /// Element is the first of its row.
    pub first: Signal<In, Bit>,
    /// Element is the last of its row.
    pub last: Signal<In, Bit>,
    /// Word of the memory, read one cycle ago.
    pub x: Signal<In, Signed<22>>,
    /// Mean of the row.
    pub mean: Signal<In, Signed<22>>,
    /// Right shift before the square, 0..=22.
    pub shift: Signal<In, Bits<5>>,
    /// `y` valid.
    pub y_valid: Signal<Out, Bit>,
    /// `x - mean`.
    pub y: Signal<Out, Signed<23>>,
    /// `variance` and `saturated` valid.
    pub ends: Signal<Out, Bit>,
    /// Sum of the squares of the row.
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

#[circuit]
impl Logic for SumOfSquares {
    fn update(&mut self) {
        comment! { "sum_of_squares: x - mean of each element, and the sum of ((x - mean) >> shift)^2 of the row, \
        saturated to 32 bits, unsigned. Nine stages, one element per cycle." }
        wire! {
            clock, reset_n => issued, issued_square, last_delay;
            clock => first_delay, x_register, mean_delay, shift_delay, centered, shifted, clamped, product, square,
                square_saturated, running_sum, running_saturated;
        }
        issued.d = issue;
        issued_square.d = issued.q;
        first_delay.d = first;
        last_delay.d = last;

        comment!("Stages 2 and 3: register after the memory, minus the mean.");
        x_register.d = x;
        mean_delay.d = mean;
        x_extended.value = x_register.q;
        mean_extended.value = mean_delay.q;
        centered.d = x_extended.extended - mean_extended.extended;
        y_valid = issued.q;
        y = centered.q;

        comment!("Stages 4 and 5: shift, clamp.");
        shift_delay.d = shift;
        wire! { shifter.{value: centered.q, amount: shift_delay.q}; }
        shifted.d = shifter.shifted;
        clamp.value = shifted.q;
        clamped.d = clamp.clamped;

        comment!("Stages 6 to 8: square, saturated.");
        wire! { multiplier.{a: q, b: q} <- clamped.*; }
        product.d = multiplier.product;
        bits_of_product = unsigned_cast(product.q);
        too_large = bits_of_product.get_bits::<4>(32).any();
        square.d = bits_of_product.get_bits::<32>(0);
        if too_large {
            square.d = bits::<32>(0xffff_ffffu64);
        }
        square_saturated.d = too_large;

        comment!("Stage 9: sum; the first element of a row replaces the previous sum.");
        sum_before = running_sum.q;
        saturated_before = running_saturated.q;
        if first_delay.q {
            sum_before = bits::<32>(0);
            saturated_before = false;
        }
        sum = bit_cast::<33, 32>(sum_before) + bit_cast::<33, 32>(square.q);
        wire! { {running_sum, running_saturated}.enable <- issued_square.q; }
        running_sum.d = sum.get_bits::<32>(0);
        if sum.get_bit(32) {
            running_sum.d = bits::<32>(0xffff_ffffu64);
        }
        running_saturated.d = saturated_before | square_saturated.q | sum.get_bit(32);

        ends = last_delay.q;
        variance = running_sum.q;
        saturated = running_saturated.q;
    }
}
