//! [`RowExponentials`]: the second pass over a row, its exponentials and their sum.

use super::super::Exp;
use crate::cells::{Delay, EnableDelay, Register, ShiftRegister, SignExtend, ValidDelay};
use rust_hdl::core::prelude::*;

/// `exp16` of each score of a row, 0 where it is not to be kept, and the row's sum (NUMERICS §1, "i-softmax").
///
/// `issue` and `last` belong to an element whose score comes out of the memory one cycle later. Its exponential comes 24 cycles after
/// `issue`, one element a cycle; the sum with the last one of the row. The maximum and the constants of a row stay from the
/// cycle of `take` to that of `used`, three cycles later; the first element can be issued in the cycle after `take`. Reset clears
/// the valid flags.
///
/// | stage | |
/// |---|---|
/// | 1 | memory |
/// | 2 | register behind the memory |
/// | 3 | minus the row's maximum |
/// | 4 to 24 | [`Exp`] |
#[derive(LogicBlock, Default)]
pub struct RowExponentials {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// A row is taken, whose elements follow.
    pub take: Signal<In, Bit>,
    /// The next row may be taken.
    pub settled: Signal<Out, Bit>,
    /// Maximum and constants of the row taken last have been used.
    pub used: Signal<Out, Bit>,
    /// An element is being read.
    pub issue: Signal<In, Bit>,
    /// It is the last of its row.
    pub last: Signal<In, Bit>,
    /// What was read in the cycle before: the score, and above it whether it is to be kept.
    pub word: Signal<In, Bits<33>>,
    /// The row's maximum.
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
    /// Its exponent.
    pub e16: Signal<In, Bits<7>>,
    /// An exponential counts.
    pub out_valid: Signal<Out, Bit>,
    /// The exponential.
    pub exp16: Signal<Out, Bits<15>>,
    /// It is the last of its row, and `sum` counts.
    pub ends: Signal<Out, Bit>,
    /// Sum of the row.
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

impl Logic for RowExponentials {
    #[hdl_gen]
    fn update(&mut self) {
        comment!(
            "row_exponentials: 16-bit exponentials of a row's scores below its maximum, and their sum. 24 cycles behind issue, one element a cycle."
        );
        clock!(
            self,
            clock,
            take_delay,
            word_register,
            row_max,
            row_x0,
            row_b,
            row_c,
            row_n,
            row_m16,
            row_e16,
            difference,
            issue_delay,
            exp,
            last_delay,
            keep_delay,
            in_row,
            running_sum
        );
        self.take_delay.reset_n.next = self.reset_n.val();
        self.issue_delay.reset_n.next = self.reset_n.val();
        self.exp.reset_n.next = self.reset_n.val();
        self.last_delay.reset_n.next = self.reset_n.val();
        self.in_row.reset_n.next = self.reset_n.val();

        comment!("Maximum and constants arrive at their stages with the first element of the row.");
        self.take_delay.d.next = self.take.val();
        self.settled.next = !self.take_delay.taps.val().any();
        self.row_max.enable.next = self.take_delay.taps.val().get_bit(1);
        self.row_max.d.next = self.max.val();
        self.used.next = self.take_delay.taps.val().get_bit(2);
        self.row_x0.enable.next = self.used.val();
        self.row_x0.d.next = self.x0.val();
        self.row_b.enable.next = self.used.val();
        self.row_b.d.next = self.b.val();
        self.row_c.enable.next = self.used.val();
        self.row_c.d.next = self.c.val();
        self.row_n.enable.next = self.used.val();
        self.row_n.d.next = self.n.val();
        self.row_m16.enable.next = self.used.val();
        self.row_m16.d.next = self.m16.val();
        self.row_e16.enable.next = self.used.val();
        self.row_e16.d.next = self.e16.val();

        comment!("Stages 2 and 3: score minus maximum.");
        self.word_register.d.next = self.word.val();
        self.score.value.next = signed_cast(self.word_register.q.val().get_bits::<32>(0));
        self.max_extended.value.next = self.row_max.q.val();
        self.difference.d.next = self.score.extended.val() - self.max_extended.extended.val();

        comment!("Stages 4 to 24: exponential.");
        self.issue_delay.d.next = self.issue.val();
        self.exp.valid.next = self.issue_delay.q.val();
        self.exp.x.next = self.difference.q.val();
        self.exp.x0.next = self.row_x0.q.val();
        self.exp.b.next = self.row_b.q.val();
        self.exp.c.next = self.row_c.q.val();
        self.exp.n.next = self.row_n.q.val();
        self.exp.m16.next = self.row_m16.q.val();
        self.exp.e16.next = self.row_e16.q.val();
        self.out_valid.next = self.exp.out_valid.val();

        comment!("What is not kept counts nothing.");
        self.keep_delay.d.next = self.word_register.q.val().get_bit(32);
        self.kept.next = bits::<15>(0);
        if self.keep_delay.q.val() {
            self.kept.next = self.exp.exp16.val();
        }
        self.exp16.next = self.kept.val();

        comment!("The first element of a row starts the sum.");
        self.sum_before.next = bits::<32>(0);
        if self.in_row.q.val() {
            self.sum_before.next = self.running_sum.q.val();
        }
        self.total.next = self.sum_before.val();
        if self.exp.out_valid.val() {
            self.total.next = self.sum_before.val() + bit_cast::<32, 15>(self.kept.val());
        }
        self.running_sum.d.next = self.total.val();
        self.last_delay.d.next = self.last.val();
        self.in_row.d.next = (self.exp.out_valid.val() | self.in_row.q.val()) & !self.last_delay.q.val();
        self.ends.next = self.last_delay.q.val();
        self.sum.next = self.total.val();
    }
}
