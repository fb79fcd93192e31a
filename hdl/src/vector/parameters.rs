//! [`VectorParameters`]: the parameter word of what is under way.

use crate::cells::EnableDelay;
use crate::isa::{GeluParametersFields, NormParametersFields, ParametersFields, SoftmaxParametersFields};
use rust_hdl::core::prelude::*;

/// One register for the parameter word, and its fields for every operation. No reset.
#[derive(LogicBlock, Default)]
pub struct VectorParameters {
    /// Clock, rising edge.
    pub clock: Signal<In, Clock>,
    /// The word is sampled at this edge.
    pub enable: Signal<In, Bit>,
    /// The word, as K shows it.
    pub word: Signal<In, Bits<160>>,
    /// Mantissa of the chained requantization, or of the residual of `join`.
    pub m: Signal<Out, Signed<33>>,
    /// Its exponent.
    pub e: Signal<Out, Bits<6>>,
    /// i-GELU's `n`.
    pub gelu_n: Signal<Out, Bits<6>>,
    /// Zero point of the activation.
    pub zero_point: Signal<Out, Signed<8>>,
    /// i-exp's `x0`.
    pub x0: Signal<Out, Signed<15>>,
    /// i-exp's `b`.
    pub exp_b: Signal<Out, Signed<17>>,
    /// i-exp's `c`.
    pub exp_c: Signal<Out, Signed<32>>,
    /// i-exp's `n`.
    pub exp_n: Signal<Out, Bits<5>>,
    /// Mantissa of the exponentials' requantization.
    pub m16: Signal<Out, Signed<33>>,
    /// Its exponent.
    pub e16: Signal<Out, Bits<7>>,
    /// Width of the probabilities.
    pub out_bits: Signal<Out, Bits<5>>,
    /// LayerNorm's shift.
    pub shift: Signal<Out, Bits<5>>,
    /// LayerNorm's residual is its operand.
    pub residual_is_operand: Signal<Out, Bit>,
    word_register: EnableDelay<Bits<160>, 1>,
    chain_fields: ParametersFields,
    gelu_fields: GeluParametersFields,
    softmax_fields: SoftmaxParametersFields,
    norm_fields: NormParametersFields,
}

impl Logic for VectorParameters {
    #[hdl_gen]
    fn update(&mut self) {
        comment!("vector_parameters: the parameter word of a vector instruction, kept, and its fields.");
        clock!(self, clock, word_register);
        self.word_register.enable.next = self.enable.val();
        self.word_register.d.next = self.word.val();
        self.chain_fields.word.next = self.word_register.q.val();
        self.m.next = self.chain_fields.m.val();
        self.e.next = self.chain_fields.e.val();
        self.gelu_fields.word.next = self.word_register.q.val();
        self.gelu_n.next = self.gelu_fields.n.val();
        self.zero_point.next = self.gelu_fields.zero_point.val();
        self.softmax_fields.word.next = self.word_register.q.val();
        self.x0.next = self.softmax_fields.x0.val();
        self.exp_b.next = self.softmax_fields.b.val();
        self.exp_c.next = self.softmax_fields.c.val();
        self.exp_n.next = self.softmax_fields.n.val();
        self.m16.next = self.softmax_fields.m16.val();
        self.e16.next = self.softmax_fields.e16.val();
        self.out_bits.next = self.softmax_fields.out_bits.val();
        self.norm_fields.word.next = self.word_register.q.val();
        self.shift.next = self.norm_fields.shift.val();
        self.residual_is_operand.next = self.norm_fields.residual_is_operand.val();
    }
}
