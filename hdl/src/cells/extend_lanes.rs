//! [`ExtendLanes`]: extends the bytes of a word to 9-bit operands.

use rust_hdl::core::prelude::*;

/// Extends each of the `LANES` bytes of a word to 9 bits: sign extension, or zero extension with `zero_extend`.
///
/// Lane 0 lowest. Combinational.
///
/// `NARROW` = 8·`LANES`, `WIDE` = 9·`LANES`.
#[circuit(assert(NARROW == 8 * LANES && WIDE == 9 * LANES, "the words hold the lanes exactly"))]
pub struct ExtendLanes<LANES, NARROW, WIDE> {
    /// Bytes, lane 0 lowest.
    pub word: Signal<In, Bits<NARROW>>,
    /// Zero extension: the bytes are unsigned.
    pub zero_extend: Signal<In, Bit>,
    /// Operands of 9 bits, signed, lane 0 lowest.
    pub extended: Signal<Out, Bits<WIDE>>,
}

#[circuit]
impl Logic for ExtendLanes<LANES, NARROW, WIDE> {
    fn update(&mut self) {
        self.extended.next = (0..LANES).fold(Bits::default(), |extended, lane| {
            let byte = self.word.val().get_bits::<8>(8 * lane);
            let sign = Bits::<1>::from(byte.get_bit(7) & !self.zero_extend.val());
            let operand = bit_cast::<9, 8>(byte) | bit_cast::<9, 1>(sign) << 8;
            extended | bit_cast::<WIDE, 9>(operand) << (9 * lane) as u64
        });
    }

    fn hdl(&self) -> Verilog {
        let lanes: Vec<String> = (0..LANES)
            .rev()
            .map(|lane| {
                let (low, high) = (8 * lane, 8 * lane + 7);
                format!("    word[{high}] & ~zero_extend, word[{high}:{low}]")
            })
            .collect();
        Verilog::Custom(format!(
            "// extend_lanes_{LANES}: extends bytes to 9-bit operands, with their sign or with zero; combinational.
assign extended = {{
{}
}};",
            lanes.join(",\n")
        ))
    }
}
