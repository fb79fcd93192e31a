//! [`Repeat`] and [`Spread`]: wider words that repeat the bits of a value.

use rust_hdl::core::prelude::*;

/// Repeats a value of `A` bits until `B` bits are filled; the last copy may be truncated. Wires only.
///
/// Bit `j` of the result is bit `j mod A` of the value.
#[circuit]
pub struct Repeat<A, B> {
    /// Value of `A` bits.
    pub value: Signal<In, Bits<A>>,
    /// Copies of the value, the first one lowest.
    pub repeated: Signal<Out, Bits<B>>,
}

#[circuit]
impl Logic for Repeat<A, B> {
    fn update(&mut self) {
        let value = self.value.val();
        self.repeated.next = (0..B).fold(Bits::default(), |word: Bits<B>, j| word.replace_bit(j, value.get_bit(j % A)));
    }

    fn hdl(&self) -> Verilog {
        let title = format!("// repeat_{A}to{B}: a value repeated to fill the word; wires only.");
        let (times, rest) = (B / A, B % A);
        let whole = format!("{{{times}{{value}}}}");
        let text = match (times, rest) {
            (0, _) => {
                format!("wire unused_high = &{{1'b0, value[{}:{B}]}};\n\nassign repeated = value[{}:0];", A - 1, B - 1)
            }
            (_, 0) => format!("assign repeated = {whole};"),
            _ => format!("assign repeated = {{value[{}:0], {whole}}};", rest - 1),
        };
        Verilog::Custom(format!("{title}\n{text}"))
    }
}

/// Repeats each of the `A` bits of a value `B / A` times in a row. Wires only.
///
/// Bit `j` of the result is bit `j / (B / A)` of the value.
#[circuit(assert(B.is_multiple_of(A), "each bit stands as often as any other"))]
pub struct Spread<A, B> {
    /// Value of `A` bits.
    pub value: Signal<In, Bits<A>>,
    /// Value with each bit repeated.
    pub spread: Signal<Out, Bits<B>>,
}

#[circuit]
impl Logic for Spread<A, B> {
    fn update(&mut self) {
        let value = self.value.val();
        self.spread.next =
            (0..B).fold(Bits::default(), |word: Bits<B>, j| word.replace_bit(j, value.get_bit(j / (B / A))));
    }

    fn hdl(&self) -> Verilog {
        let times = B / A;
        let bit = |i: usize| if A == 1 { "value".to_string() } else { format!("value[{i}]") };
        let bits: Vec<String> = (0..A).rev().map(|i| format!("{{{times}{{{}}}}}", bit(i))).collect();
        Verilog::Custom(format!(
            "// spread_{A}to{B}: each bit {times} times in a row; wires only.\nassign spread = {{{}}};",
            bits.join(", ")
        ))
    }
}
