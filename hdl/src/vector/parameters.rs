//! [`VectorParameters`]: the parameter word of the instructions in flight.

use crate::cells::EnableDelay;
use crate::fields::{GeluParametersFields, NormParametersFields, ParametersFields};
use rust_hdl::core::prelude::*;

/// One register for the parameter word, with its fields for every operation but softmax. No reset.
#[circuit(clock)]
pub struct VectorParameters {
    /// The word is sampled at this edge.
    pub enable: Signal<In, Bit>,
    /// Parameter word, as K returns it.
    pub word: Signal<In, Bits<160>>,
    /// Registered word, for the softmax units.
    pub parameter_word: Signal<Out, Bits<160>>,
    /// Mantissa of the chained requantization, or of the residual of `join`.
    pub m: Signal<Out, Signed<33>>,
    /// Exponent of the chained requantization, or of the residual of `join`.
    pub e: Signal<Out, Bits<6>>,
    /// i-GELU's `n`.
    pub gelu_n: Signal<Out, Bits<6>>,
    /// Zero point of the activation.
    pub zero_point: Signal<Out, Signed<8>>,
    /// LayerNorm's shift.
    pub shift: Signal<Out, Bits<5>>,
    /// The residual of LayerNorm is its operand.
    pub residual_is_operand: Signal<Out, Bit>,
    word_register: EnableDelay<Bits<160>, 1>,
    chain_fields: ParametersFields,
    gelu_fields: GeluParametersFields,
    norm_fields: NormParametersFields,
}

#[circuit]
impl Logic for VectorParameters {
    fn update(&mut self) {
        comment!("vector_parameters: the registered parameter word of a vector instruction, and its fields.");
        wire! {
            clock => word_register;
            word_register.{enable, d: word};
            {chain_fields, gelu_fields, norm_fields}.word <- word_register.q;
            parameter_word <- word_register.q;
            {m, e} <- chain_fields.*;
            {gelu_n: n, zero_point} <- gelu_fields.*;
            {shift, residual_is_operand} <- norm_fields.*;
        }
    }
}
