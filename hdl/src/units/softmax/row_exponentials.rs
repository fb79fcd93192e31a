//! [`RowExponentials`]: the second pass over a row, its exponentials and their sum.

use super::super::Exp;
use crate::cells::{Delay, EnableDelay, Register, ShiftRegister, SignExtend, ValidDelay};
use rust_hdl::core::prelude::*;

/// `exp16` of each score of a row, 0 for a masked column, and the sum of the row (docs/numerics.md, "i-softmax").
///
/// `issue` and `last` belong to an element whose score leaves the memory one cycle later. Its exponential follows 24
/// cycles after `issue`, one element per cycle; the sum is valid with the last element of the row. The maximum and the
/// constants of a row must hold from the cycle of `take` to that of `used`, three cycles later; the first element can
/// be issued in the cycle after `take`. Reset clears the valid flags.
///
/// | stage | |
/// |---|---|
/// | 1 | memory |
/// | 2 | register after the memory |
/// | 3 | minus the row's maximum |
/// | 4 to 24 | [`Exp`] |
#[circuit(clock, reset_n)]
pub struct RowExponentials {
    /// A row is taken; its elements follow.
    pub take: Signal<In, Bit>,
    /// The next row may be taken.
    pub settled: Signal<Out, Bit>,
    /// Maximum and constants of the row have been sampled.
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
    /// Mantissa of the 16-bit requantization.
    pub m16: Signal<In, Signed<33>>,
    /// Exponent of the 16-bit requantization.
    pub e16: Signal<In, Bits<7>>,
    /// Exponential valid.
    pub out_valid: Signal<Out, Bit>,
    /// 16-bit exponential of the element.
    pub exp16: Signal<Out, Bits<15>>,
    /// Element is the last of its row; `sum` is valid.
    pub ends: Signal<Out, Bit>,
    /// Sum of the exponentials of the row.
    pub sum: Signal<Out, Bits<32>>,
    take_delay: ShiftRegister<3>,
    word_register: Delay<Bits<33>, 1>,
    row_max: EnableDelay<Signed<32>, 1>,
    row_x0: EnableDelay<Signed<15>, 1>,
    row_b: EnableDelay<Signed<17>, 1>,
    row_c: EnableDelay<Signed<32>, 1>,
    row_n: EnableDelay<Bits<5>, 1>,
    row_m16: EnableDelay<Signed<33>, 1>,
    row_e16: EnableDelay<Bits<7>, 1>,
    score: SignExtend<32, 33>,
    max_extended: SignExtend<32, 33>,
    difference: Delay<Signed<33>, 1>,
    issue_delay: ValidDelay<3>,
    exp: Exp,
    last_delay: ValidDelay<24>,
    keep_delay: Delay<Bit, 22>,
    in_row: Register<Bit>,
    running_sum: Delay<Bits<32>, 1>,
    kept: Signal<Local, Bits<15>>,
    sum_before: Signal<Local, Bits<32>>,
    total: Signal<Local, Bits<32>>,
}

#[circuit]
impl Logic for RowExponentials {
    fn update(&mut self) {
        comment! { "row_exponentials: 16-bit exponentials of a row's scores minus its maximum, and their sum. 24 \
        cycles after issue, one element per cycle." }
        wire! {
            clock, reset_n => take_delay, issue_delay, exp, last_delay, in_row;
            clock => word_register, row_max, row_x0, row_b, row_c, row_n, row_m16, row_e16, difference, keep_delay,
                running_sum;
        }

        comment!("Maximum and constants arrive at their stages with the first element of the row.");
        take_delay.d = take;
        settled = !take_delay.taps.any();
        row_max.enable = take_delay.taps.get_bit(1);
        row_max.d = max;
        used = take_delay.taps.get_bit(2);
        wire! {
            row_{x0, b, c, n, m16, e16}.enable <- used;
            row_{x0, b, c, n, m16, e16}.d;
        }

        comment!("Stages 2 and 3: score minus maximum.");
        word_register.d = word;
        score.value = signed_cast(word_register.q.get_bits::<32>(0));
        max_extended.value = row_max.q;
        difference.d = score.extended - max_extended.extended;

        comment!("Stages 4 to 24: exponential.");
        issue_delay.d = issue;
        wire! {
            exp.{valid: issue_delay.q, x: difference.q, x0: row_x0.q, b: row_b.q, c: row_c.q, n: row_n.q,
                m16: row_m16.q, e16: row_e16.q};
        }
        out_valid = exp.out_valid;

        comment!("A masked column has an exponential of 0.");
        keep_delay.d = word_register.q.get_bit(32);
        kept = bits::<15>(0);
        if keep_delay.q {
            kept = exp.exp16;
        }
        exp16 = kept;

        comment!("The first element of a row starts the sum.");
        sum_before = bits::<32>(0);
        if in_row.q {
            sum_before = running_sum.q;
        }
        total = sum_before;
        if exp.out_valid {
            total = sum_before + bit_cast::<32, 15>(kept);
        }
        running_sum.d = total;
        last_delay.d = last;
        in_row.d = (exp.out_valid | in_row.q) & !last_delay.q;
        ends = last_delay.q;
        sum = total;
    }
}
