//! The words of memory K: constants of channels and parameters of instructions.

use crate::field::{Bit, Bits, Signed};
use crate::word::words;

/// Bits of a word of K.
pub const CONSTANT_BITS: usize = 160;

/// Bytes that a word of K takes in memory; those beyond [`CONSTANT_BITS`] do not count.
pub const CONSTANT_BYTES: usize = 32;

/// Hands the table of the constant words to a macro: `constant_words!(callback)` expands to `callback! { table }`.
#[macro_export]
macro_rules! constant_words {
    ($callback:ident) => {
        $callback! {
            /// A channel's constants for `requantize` and `join`: the accumulator's bias and the dyadic constant `m / 2^e`.
            Channel, ChannelFields, "channel_fields": 160 {
                /// Bias; of the accumulator 32 bits, of LayerNorm 40
                bias: Signed<40>, 0;
                /// Mantissa of the requantization
                m: Signed<33>, 40;
                /// Its exponent
                e: Bits<6>, 73;
            }

            /// A channel's constants for `gelu`, beside those of [`Channel`].
            GeluChannel, GeluChannelFields, "gelu_channel_fields": 160 {
                /// i-GELU's b
                b: Signed<17>, 79;
                /// i-GELU's c
                c: Signed<34>, 96;
                /// i-GELU's shift
                shift: Signed<21>, 130;
            }

            /// A channel's constants for the residual of `layernorm`, beside those of [`Channel`].
            ResidualChannel, ResidualChannelFields, "residual_channel_fields": 160 {
                /// Mantissa of the residual's requantization
                m2: Signed<33>, 79;
                /// Its exponent
                e2: Bits<6>, 112;
            }

            /// A column of attention scores.
            Column, ColumnFields, "column_fields": 160 {
                /// The column takes part; it is padding if not
                keep: Bit, 159;
            }

            /// Parameters of every vector instruction: the chained requantization, or the residual's of `join`.
            Parameters, ParametersFields, "parameters_fields": 160 {
                /// Mantissa
                m: Signed<33>, 0;
                /// Exponent
                e: Bits<6>, 33;
            }

            /// Parameters of `gelu`, beside [`Parameters`].
            GeluParameters, GeluParametersFields, "gelu_parameters_fields": 160 {
                /// i-GELU's n
                n: Bits<6>, 39;
                /// Added to the activation after rounding
                zero_point: Signed<8>, 45;
            }

            /// Parameters of `softmax`.
            SoftmaxParameters, SoftmaxParametersFields, "softmax_parameters_fields": 160 {
                /// i-exp's x0
                x0: Signed<15>, 39;
                /// i-exp's b
                b: Signed<17>, 54;
                /// i-exp's c
                c: Signed<32>, 71;
                /// i-exp's n
                n: Bits<5>, 103;
                /// Mantissa of the exponentials' requantization to 16 bits
                m16: Signed<33>, 108;
                /// Its exponent
                e16: Bits<7>, 141;
                /// Width of a probability
                out_bits: Bits<5>, 148;
            }

            /// Parameters of `layernorm`, beside [`Parameters`].
            NormParameters, NormParametersFields, "norm_parameters_fields": 160 {
                /// Right shift before the variance's squares
                shift: Bits<5>, 39;
                /// The residual is the int8 operand, not a requantization of its own
                residual_is_operand: Bit, 44;
            }
        }
    };
}

constant_words!(words);
