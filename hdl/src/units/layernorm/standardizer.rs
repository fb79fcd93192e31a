//! [`Standardizer`]: the last pass over a row, its normalized elements.

use crate::cells::{EnableDelay, EnableRegister, Multiplier, ShiftRight, SignExtend, Truncate, ZeroExtend};
use crate::comment;
use rust_hdl::core::prelude::*;

/// `out = ((y·factor) >> 1) + bias` (NUMERICS §1, "i-LayerNorm") of the elements of a row.
///
/// Stages move on while `enable` is high. `issue`, `first`, `last`, `factor` and `bias` belong to an element whose `y` comes out of the
/// memory one enabled cycle later; its result comes five enabled cycles later. One element a cycle. Reset clears the valid flags.
///
/// | stage | |
/// |---|---|
/// | 1 | memory |
/// | 2 | register behind the memory |
/// | 3, 4 | product (two registers, for DSP blocks') |
/// | 5 | half of it, plus bias |
///
/// `out` has 43 bits and is exact. If the variance is 0, so is each `y >> shift`: no `y` is negative, their sum is at most half of their number,
/// and so |`y·factor`| ≤ 2^11·2^31. Else |`y`| is at most about `std`, or the variance saturated and |`y·factor`| ≤ 2^22·2^15. Hence |`out`| ≤ 2^41 + 2^39.
#[derive(LogicBlock, Default)]
pub struct Standardizer {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// Synchronous reset, active low.
    pub reset_n: Signal<In, Bit>,
    /// Whether the stages move on.
    pub enable: Signal<In, Bit>,
    /// An element is being read.
    pub issue: Signal<In, Bit>,
    /// It is the first of its row.
    pub first: Signal<In, Bit>,
    /// It is the last of its row.
    pub last: Signal<In, Bit>,
    /// `2^31 div std` of its row.
    pub factor: Signal<In, Bits<32>>,
    /// Bias of its channel.
    pub bias: Signal<In, Signed<40>>,
    /// What was read at the last enabled edge.
    pub y: Signal<In, Signed<23>>,
    /// The result counts.
    pub out_valid: Signal<Out, Bit>,
    /// The next result will be the first of a row, if the stages move on.
    pub first_is_next: Signal<Out, Bit>,
    /// The result is the last of its row.
    pub out_last: Signal<Out, Bit>,
    /// The normalized element.
    pub out: Signal<Out, Signed<43>>,
    valid_stage: [EnableRegister<Bit>; 5],
    first_delay: EnableDelay<Bit, 4>,
    last_delay: EnableDelay<Bit, 5>,
    y_register: EnableDelay<Signed<23>, 1>,
    factor_delay: EnableDelay<Bits<32>, 2>,
    factor_extended: ZeroExtend<32, 33>,
    multiplier: Multiplier<23, 33, 56>,
    product: EnableDelay<Signed<56>, 2>,
    half: ShiftRight<56, 1>,
    half_low: Truncate<56, 43>,
    bias_delay: EnableDelay<Signed<40>, 4>,
    bias_extended: SignExtend<40, 43>,
    result: EnableDelay<Signed<43>, 1>,
}

impl Logic for Standardizer {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("standardizer: ((y * factor) >> 1) + bias. Five stages that can be stalled, one element a cycle.");
        clock!(self, clock, first_delay, last_delay, y_register, factor_delay, product, bias_delay, result);
        for i in 0..5 {
            self.valid_stage[i].clock.next = self.clock.val();
            self.valid_stage[i].reset_n.next = self.reset_n.val();
            self.valid_stage[i].enable.next = self.enable.val();
        }
        self.first_delay.enable.next = self.enable.val();
        self.last_delay.enable.next = self.enable.val();
        self.y_register.enable.next = self.enable.val();
        self.factor_delay.enable.next = self.enable.val();
        self.product.enable.next = self.enable.val();
        self.bias_delay.enable.next = self.enable.val();
        self.result.enable.next = self.enable.val();

        self.valid_stage[0].d.next = self.issue.val();
        for i in 1..5 {
            self.valid_stage[i].d.next = self.valid_stage[i - 1].q.val();
        }
        self.first_delay.d.next = self.first.val();
        self.last_delay.d.next = self.last.val();

        comment!("Stage 2: register behind the memory.");
        self.y_register.d.next = self.y.val();
        self.factor_delay.d.next = self.factor.val();

        comment!("Stages 3 and 4: product.");
        self.factor_extended.value.next = self.factor_delay.q.val();
        self.multiplier.a.next = self.y_register.q.val();
        self.multiplier.b.next = self.factor_extended.extended.val();
        self.product.d.next = self.multiplier.product.val();

        comment!("Stage 5: half of the product, plus bias.");
        self.half.value.next = self.product.q.val();
        self.half.amount.next = bits::<1>(1);
        self.half_low.value.next = self.half.shifted.val();
        self.bias_delay.d.next = self.bias.val();
        self.bias_extended.value.next = self.bias_delay.q.val();
        self.result.d.next = self.half_low.truncated.val() + self.bias_extended.extended.val();

        self.out_valid.next = self.valid_stage[4].q.val();
        self.first_is_next.next = self.valid_stage[3].q.val() & self.first_delay.q.val();
        self.out_last.next = self.last_delay.q.val();
        self.out.next = self.result.q.val();
    }
}
