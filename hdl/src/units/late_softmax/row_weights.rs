//! [`RowWeights`]: the second pass over a row, its weights and their sum.

use super::super::ExpPolynomial;
use super::WeightScaler;
use crate::cells::{Delay, EnableDelay, Register, ShiftRegister, SignExtend, ValidDelay};
use rust_hdl::core::prelude::*;

/// Weight of each score of a row, 0 for a masked column, and the sum of the row (docs/numerics.md, "Late i-softmax").
///
/// `issue` and `last` belong to an element whose score leaves the memory one cycle later. Its weight follows 20 cycles
/// after `issue`, one element per cycle; the sum is valid with the last element of the row. `max` must hold from the
/// cycle of `take` to that of `used`, two cycles later; the first element can be issued in the cycle after `take`. The
/// constants must hold while any element is in flight. Reset clears the valid flags.
///
/// | stage | |
/// |---|---|
/// | 1 | memory |
/// | 2 | register after the memory |
/// | 3 | minus the row's maximum |
/// | 4 to 15 | [`ExpPolynomial`] |
/// | 16 to 20 | [`WeightScaler`] |
#[circuit(clock, reset_n)]
pub struct RowWeights {
    /// A row is taken; its elements follow.
    pub take: Signal<In, Bit>,
    /// The next row may be taken.
    pub settled: Signal<Out, Bit>,
    /// Maximum of the row has been sampled.
    pub used: Signal<Out, Bit>,
    /// An element is read.
    pub issue: Signal<In, Bit>,
    /// Element is the last of its row.
    pub last: Signal<In, Bit>,
    /// Word of the memory, read one cycle ago: the score, and above it the keep bit.
    pub word: Signal<In, Bits<33>>,
    /// Maximum of the row.
    pub max: Signal<In, Signed<32>>,
    /// i-exp's `x0`.
    pub x0: Signal<In, Signed<15>>,
    /// i-exp's `b`.
    pub b: Signal<In, Signed<17>>,
    /// i-exp's `c`.
    pub c: Signal<In, Signed<32>>,
    /// i-exp's `n`.
    pub n: Signal<In, Bits<5>>,
    /// Right shift of the polynomial.
    pub shift: Signal<In, Bits<5>>,
    /// Mantissa of the weights' scale.
    pub m: Signal<In, Bits<16>>,
    /// Exponent of the weights' scale.
    pub e: Signal<In, Bits<5>>,
    /// Weight valid.
    pub out_valid: Signal<Out, Bit>,
    /// Weight of the element.
    pub weight: Signal<Out, Bits<8>>,
    /// Element is the last of its row; `sum` is valid.
    pub ends: Signal<Out, Bit>,
    /// Sum of the weights of the row.
    pub sum: Signal<Out, Bits<18>>,
    take_delay: ShiftRegister<2>,
    word_register: Delay<Bits<33>, 1>,
    row_max: EnableDelay<Signed<32>, 1>,
    score: SignExtend<32, 33>,
    max_extended: SignExtend<32, 33>,
    difference: Delay<Signed<33>, 1>,
    polynomial: ExpPolynomial,
    scaler: WeightScaler,
    valid_delay: ValidDelay<20>,
    last_delay: ValidDelay<20>,
    keep_delay: Delay<Bit, 18>,
    in_row: Register<Bit>,
    running_sum: Delay<Bits<18>, 1>,
    kept: Signal<Local, Bits<8>>,
    sum_before: Signal<Local, Bits<18>>,
    total: Signal<Local, Bits<18>>,
}

#[circuit]
impl Logic for RowWeights {
    fn update(&mut self) {
        comment! { "row_weights: 8-bit weights of a row's scores relative to its maximum's, and their sum. 20 cycles \
        after issue, one element per cycle." }
        wire! {
            clock, reset_n => take_delay, valid_delay, last_delay, in_row;
            clock => word_register, row_max, difference, polynomial, scaler, keep_delay, running_sum;
        }

        comment!("The maximum arrives at its stage with the first element of the row.");
        take_delay.d = take;
        settled = !take_delay.taps.any();
        used = take_delay.taps.get_bit(1);
        wire! { row_max.{enable: used, d: max}; }

        comment!("Stages 2 and 3: score minus maximum.");
        word_register.d = word;
        score.value = signed_cast(word_register.q.get_bits::<32>(0));
        max_extended.value = row_max.q;
        difference.d = score.extended - max_extended.extended;

        comment!("Stages 4 to 20: weight; 0 for a masked column.");
        wire! {
            polynomial.{x: difference.q, x0, b, c, n};
            scaler.{z, t} <- polynomial.*;
            scaler.{shift, m, e};
        }
        keep_delay.d = word_register.q.get_bit(32);
        kept = bits::<8>(0);
        if keep_delay.q {
            kept = scaler.weight;
        }
        weight = kept;
        valid_delay.d = issue;
        out_valid = valid_delay.q;

        comment!("The first element of a row starts the sum.");
        sum_before = bits::<18>(0);
        if in_row.q {
            sum_before = running_sum.q;
        }
        total = sum_before;
        if valid_delay.q {
            total = sum_before + bit_cast::<18, 8>(kept);
        }
        running_sum.d = total;
        last_delay.d = last;
        in_row.d = (valid_delay.q | in_row.q) & !last_delay.q;
        ends = last_delay.q;
        sum = total;
    }
}
