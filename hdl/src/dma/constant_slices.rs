//! [`ConstantSlices`]: which slices of a constant word a beat holds.

use rust_hdl::core::prelude::*;

/// Decodes which of the five 32-bit slices of a word of K are in beat number `piece` of its 32 bytes, on a bus of `W8`
/// bits; none for a beat of the 12 unused bytes. Combinational.
#[circuit]
pub struct ConstantSlices<W8> {
    /// Number of the beat within its word.
    pub piece: Signal<In, Bits<3>>,
    /// Slices in the beat: bit `i` for slice `i`.
    pub slices: Signal<Out, Bits<5>>,
}

/// Whether slice `i` is part of the beat with this number.
const fn beat_of_slice<const W8: usize>(slice: usize) -> usize {
    32 * slice / W8
}

#[circuit]
impl Logic for ConstantSlices<W8> {
    fn update(&mut self) {
        let piece = self.piece.val().index();
        let slices = (0..5).filter(|slice| beat_of_slice::<W8>(*slice) == piece);
        self.slices.next = slices.fold(0_u64, |mask, slice| mask | 1 << slice).to_bits();
    }

    fn hdl(&self) -> Verilog {
        let slice = |i: usize| format!("assign slices[{i}] = piece == 3'd{};", beat_of_slice::<W8>(i));
        let slices: Vec<String> = (0..5).map(slice).collect();
        Verilog::Custom(format!(
            "// constant_slices_{W8}: which 32-bit slices of a constant word a beat holds.\n{}",
            slices.join("\n")
        ))
    }
}
