//! [`PipelinedMultiplier`]: wide product from DSP-sized partial products.

use super::integer::{signed_vector, value_of};
use rust_hdl::core::prelude::*;

/// Signed × signed product, `P` ≥ `A` + `B` bits wide, therefore exact for all operands. One product per cycle, no
/// reset.
///
/// Latency 4. Operands are split into limbs of 17 bits (the top limb is signed and has up to 18 bits), so that each
/// partial product maps to one 18×18 multiplier. An adder tree with a register after each level sums the partial
/// products, at most eight. Drive the operands from registers for a high clock frequency: they enter the multiplier
/// blocks directly.
///
/// | stage | content |
/// |---|---|
/// | 1 | partial products |
/// | 2 to 4 | up to three levels of the adder tree; the remaining stages only delay the product |
#[circuit(
    clock,
    assert(A + B <= P, "the product must fit"),
    assert(limbs(A) * limbs(B) <= 8, "three levels of additions sum eight products"),
)]
pub struct PipelinedMultiplier<A, B, P> {
    /// Left operand, signed, `A` bits.
    pub a: Signal<In, Signed<A>>,
    /// Right operand, signed, `B` bits.
    pub b: Signal<In, Signed<B>>,
    /// `a · b` of four cycles ago, sign-extended to `P` bits.
    pub product: Signal<Out, Signed<P>>,
    #[init([0; LATENCY])]
    _line: [i128; LATENCY],
}

const LATENCY: usize = 4;

/// Width of every limb except the top one, in bits.
const LIMB: usize = 17;

/// Number of limbs of an operand of `width` bits.
const fn limbs(width: usize) -> usize {
    if width <= LIMB + 1 { 1 } else { (width - 2) / LIMB + 1 }
}

#[circuit]
impl Logic for PipelinedMultiplier<A, B, P> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self._line.rotate_right(1);
            self._line[0] = value_of(self.a.val()) * value_of(self.b.val());
            self.product.next = signed_vector(self._line[LATENCY - 1]);
        }
    }

    fn hdl(&self) -> Verilog {
        Verilog::Custom(format!(
            "// pipelined_multiplier_{A}x{B}_{P}: signed product, exact, from 18x18 products. Latency {LATENCY}, one per \
             cycle, no reset.\n{}",
            verilog(A, B, P)
        ))
    }
}

/// Limb `index` of operand `name`: its Verilog expression, its width, and whether it is the top limb, which is signed.
fn limb(name: &str, width: usize, index: usize) -> (String, usize, bool) {
    let low = index * LIMB;
    if limbs(width) == 1 {
        (name.to_string(), width, true)
    } else if index + 1 == limbs(width) {
        (format!("{name}[{}:{low}]", width - 1), width - low, true)
    } else {
        (format!("{name}[{}:{low}]", low + LIMB - 1), LIMB, false)
    }
}

/// Factor of a signed product: a limb without a sign gets a zero as its sign bit.
fn signed(text: &str, has_sign: bool) -> String {
    if has_sign { format!("$signed({text})") } else { format!("$signed({{1'b0, {text}}})") }
}

/// Verilog of the module: partial products, then an adder tree that sums neighbours level by level.
fn verilog(a: usize, b: usize, p: usize) -> String {
    let (mut declarations, mut registers) = (String::new(), String::new());
    let mut products: Vec<(usize, usize)> = (0..limbs(a)).flat_map(|i| (0..limbs(b)).map(move |j| (i, j))).collect();
    products.sort_by_key(|(i, j)| i + j);
    let mut terms = Vec::new();
    for (i, j) in products {
        let ((left, left_width, left_sign), (right, right_width, right_sign)) = (limb("a", a, i), limb("b", b, j));
        let (name, width, low) = (format!("product_{i}_{j}"), left_width + right_width, (i + j) * LIMB);
        let is_signed = left_sign || right_sign;
        let kind = if is_signed { "reg signed" } else { "reg" };
        declarations += &format!("{kind} [{}:0] {name};\n", width - 1);
        let factors = match is_signed {
            true => [signed(&left, left_sign), signed(&right, right_sign)],
            false => [left, right],
        };
        registers += &format!("    {name} <= {};\n", factors.join(" * "));
        let above = p - width - low;
        let sign = if is_signed { format!("{name}[{}]", width - 1) } else { "1'b0".to_string() };
        let above = if above > 0 { format!("{{{above}{{{sign}}}}}, ") } else { String::new() };
        let zeros = if low > 0 { format!(", {low}'d0") } else { String::new() };
        terms.push(format!("{{{above}{name}{zeros}}}"));
    }
    for level in 2..=LATENCY {
        let sums: Vec<String> = terms.chunks(2).map(|pair| pair.join(" + ")).collect();
        let name = |index: usize| match level {
            LATENCY => "product".to_string(),
            _ => format!("sum_{level}_{index}"),
        };
        for (index, sum) in sums.iter().enumerate() {
            if level < LATENCY {
                declarations += &format!("reg [{}:0] {};\n", p - 1, name(index));
            }
            registers += &format!("    {} <= {sum};\n", name(index));
        }
        terms = (0..sums.len()).map(name).collect();
    }
    format!("{declarations}\nalways @(posedge clock) begin\n{registers}end")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limbs_cover_an_operand_with_a_top_one_that_is_signed_and_never_empty() {
        for width in 2..=74 {
            let last = limbs(width) - 1;
            let (_, top, has_sign) = limb("a", width, last);
            assert!(has_sign && (1..=18).contains(&top), "{width} bits: {top}");
            assert_eq!(last * LIMB + top, width);
        }
    }
}
