//! [`ShiftRight`] and [`RoundHalfEven`]: division by a power of two.

use super::integer::{signed_vector, value_of};
use rust_hdl::core::prelude::*;

/// Arithmetic right shift by a variable amount: `floor(value / 2^amount)`. An amount of `W` or more gives 0 or -1.
///
/// Combinational barrel shifter of `S` levels.
#[derive(LogicBlock, Default)]
pub struct ShiftRight<const W: usize, const S: usize> {
    /// Value to shift.
    pub value: Signal<In, Signed<W>>,
    /// Number of places.
    pub amount: Signal<In, Bits<S>>,
    /// `floor(value / 2^amount)`.
    pub shifted: Signal<Out, Signed<W>>,
}

impl<const W: usize, const S: usize> Logic for ShiftRight<W, S> {
    fn update(&mut self) {
        let amount = self.amount.val().to_u64().min(127);
        self.shifted.next = signed_vector(value_of(self.value.val()) >> amount);
    }

    fn connect(&mut self) {
        self.shifted.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// shift_right_{W}by{S}: arithmetic right shift, floor(value / 2^amount); combinational.
assign shifted = $signed(value) >>> amount;"
        ))
    }
}

/// What to add to `value` so that a right shift by `amount` rounds half to even: `2^(amount-1) - 1 + bit`, where `bit` is the lowest
/// one that survives; 0 if `amount` is 0.
///
/// Below half, the sum does not reach the next multiple of `2^amount`; above half it does; at half exactly it does if and only
/// if the quotient is odd. Exact for every value as long as the sum fits: `|value| ≤ 2^(W-2)` and `W` ≥ `2^S`. Combinational.
#[derive(LogicBlock, Default)]
pub struct RoundHalfEven<const W: usize, const S: usize> {
    /// Value that will be shifted.
    pub value: Signal<In, Signed<W>>,
    /// Number of places by which it will be shifted.
    pub amount: Signal<In, Bits<S>>,
    /// What to add to `value` before the shift; never negative.
    pub increment: Signal<Out, Signed<W>>,
}

impl<const W: usize, const S: usize> Logic for RoundHalfEven<W, S> {
    fn update(&mut self) {
        let amount = self.amount.val().to_u64();
        let increment = if amount == 0 {
            0
        } else {
            let lowest_kept = value_of(self.value.val()) >> amount & 1;
            (1 << (amount - 1)) - 1 + lowest_kept
        };
        self.increment.next = signed_vector(increment);
    }

    fn connect(&mut self) {
        self.increment.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// round_half_even_{W}by{S}: what to add before a right shift so that it rounds half to even; combinational.
wire [{high}:0] below = ({W}'d1 << amount) - {W}'d1; // the bits that the shift drops
wire lowest_kept = |(value & ~below & {{below[{next}:0], 1'b1}});

assign increment = (below >> 1) + {{{high}'d0, lowest_kept & (|amount)}};",
            high = W - 1,
            next = W - 2,
        ))
    }
}
