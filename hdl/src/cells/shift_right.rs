//! [`ShiftRight`], [`LowMask`] and [`LowestKept`]: division by a power of two, rounded.

use super::integer::{signed_vector, value_of, vector};
use rust_hdl::core::prelude::*;

/// Arithmetic right shift by a variable amount: `floor(value / 2^amount)`. An amount of `W` or more gives 0 or -1.
///
/// Combinational barrel shifter of `S` levels.
#[circuit]
pub struct ShiftRight<W, S> {
    /// Value to shift.
    pub value: Signal<In, Signed<W>>,
    /// Shift amount in bits, unsigned.
    pub amount: Signal<In, Bits<S>>,
    /// `floor(value / 2^amount)`.
    pub shifted: Signal<Out, Signed<W>>,
}

#[circuit]
impl Logic for ShiftRight<W, S> {
    fn update(&mut self) {
        let amount = self.amount.val().to_u64().min(127);
        self.shifted.next = signed_vector(value_of(self.value.val()) >> amount);
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// shift_right_{W}by{S}: arithmetic right shift, floor(value / 2^amount); combinational.
assign shifted = $signed(value) >>> amount;"
        ))
    }
}

/// Mask of the bits that a right shift by `amount` discards: `2^amount - 1`; all ones for an amount of `W` or more.
///
/// Combinational. A right shift rounds half to even if half of the mask, `2^(amount-1) - 1`, and the bit of
/// [`LowestKept`] are added to the value before. Below half, the sum does not reach the next multiple of `2^amount`;
/// above half it does; at exactly half it does if and only if the quotient is odd. Exact as long as the sum fits.
#[circuit]
pub struct LowMask<W, S> {
    /// Shift amount in bits, unsigned.
    pub amount: Signal<In, Bits<S>>,
    /// Mask of `amount` ones from the bottom, `2^amount - 1`.
    pub mask: Signal<Out, Bits<W>>,
}

#[circuit]
impl Logic for LowMask<W, S> {
    fn update(&mut self) {
        let amount = self.amount.val().to_u64().min(127);
        self.mask.next = vector((1 << amount) - 1);
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// low_mask_{W}by{S}: 2^amount - 1, the bits that a right shift discards; combinational.
assign mask = ~({{{W}{{1'b1}}}} << amount);"
        ))
    }
}

/// Lowest bit of `value` that a right shift keeps, where `mask` ([`LowMask`]) marks the bits that it discards; 0 for a
/// shift by 0.
///
/// Combinational.
#[circuit]
pub struct LowestKept<W> {
    /// Value to be shifted.
    pub value: Signal<In, Signed<W>>,
    /// Bits that the shift discards: ones from the bottom.
    pub mask: Signal<In, Bits<W>>,
    /// Set if the quotient is odd and the mask is not 0.
    pub odd: Signal<Out, Bits<1>>,
}

#[circuit]
impl Logic for LowestKept<W> {
    fn update(&mut self) {
        let mask = self.mask.val().to_u128();
        let lowest = mask << 1 & !mask;
        self.odd.next = vector(u128::from(unsigned_cast(self.value.val()).to_u128() & lowest != 0));
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// lowest_kept_{W}: the bit of value just above the ones of mask, 0 if there are none; combinational.
assign odd = |(value & ~mask & {{mask[{}:0], 1'b0}});",
            W - 2
        ))
    }
}
