//! [`Repeat`] and [`Spread`]: wider words of the same bits.

use rust_hdl::core::prelude::*;

/// A word of `B` bits made of a value of `A` bits over and over, the last time cut if need be: bit `j` is bit `j mod A` of the value. Wires only.
#[circuit]
pub struct Repeat<A, B> {
    /// The value.
    pub value: Signal<In, Bits<A>>,
    /// The value again and again.
    pub repeated: Signal<Out, Bits<B>>,
}

#[circuit]
impl Logic for Repeat<A, B> {
    fn update(&mut self) {
        let value = self.value.val();
        self.repeated.next = (0..B).fold(Bits::default(), |word: Bits<B>, j| word.replace_bit(j, value.get_bit(j % A)));
    }

    fn hdl(&self) -> Verilog {
        let title = format!("// repeat_{A}to{B}: a value over and over; wires only.");
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

/// A word of `B` bits in which each of `A` bits stands `B / A` times in a row: bit `j` is bit `j / (B / A)` of the value. Wires only.
#[circuit(assert(B.is_multiple_of(A), "each bit stands as often as any other"))]
pub struct Spread<A, B> {
    /// The bits.
    pub value: Signal<In, Bits<A>>,
    /// Each of them several times.
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
