//! [`VectorParameters`]: the parameter word of the instructions in flight.

use crate::cells::EnableDelay;
use crate::fields::{GeluParametersFields, NormParametersFields, ParametersFields, SoftmaxParametersFields};
use rust_hdl::core::prelude::*;

/// One register for the parameter word, with its fields for every operation. No reset.
#[circuit(clock)]
pub struct VectorParameters {
    /// The word is sampled at this edge.
    pub enable: Signal<In, Bit>,
    /// Parameter word, as K returns it.
    pub word: Signal<In, Bits<160>>,
    /// Mantissa of the chained requantization, or of the residual of `join`.
    pub m: Signal<Out, Signed<33>>,
    /// Exponent of the chained requantization, or of the residual of `join`.
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
    /// Mantissa of the 16-bit requantization of exponentials.
    pub m16: Signal<Out, Signed<33>>,
    /// Exponent of the 16-bit requantization of exponentials.
    pub e16: Signal<Out, Bits<7>>,
    /// Width of the probabilities.
    pub out_bits: Signal<Out, Bits<5>>,
    /// LayerNorm's shift.
    pub shift: Signal<Out, Bits<5>>,
    /// The residual of LayerNorm is its operand.
    pub residual_is_operand: Signal<Out, Bit>,
    word_register: EnableDelay<Bits<160>, 1>,
    chain_fields: ParametersFields,
    gelu_fields: GeluParametersFields,
    softmax_fields: SoftmaxParametersFields,
    norm_fields: NormParametersFields,
}

#[circuit]
impl Logic for VectorParameters {
    fn update(&mut self) {
        comment!("vector_parameters: the registered parameter word of a vector instruction, and its fields.");
        wire! {
            clock => word_register;
            word_register.{enable, d: word};
            {chain_fields, gelu_fields, softmax_fields, norm_fields}.word <- word_register.q;
            {m, e} <- chain_fields.*;
            {gelu_n: n, zero_point} <- gelu_fields.*;
            {x0, exp_b: b, exp_c: c, exp_n: n, m16, e16, out_bits} <- softmax_fields.*;
            {shift, residual_is_operand} <- norm_fields.*;
        }
    }
}
