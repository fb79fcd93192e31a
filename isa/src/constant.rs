//! Words of memory K: constants per channel and parameters per instruction.

use crate::field::{Bit, Bits, Signed};
use crate::word::words;

/// Width of a word of K in bits.
pub const CONSTANT_BITS: usize = 160;

/// Bytes per word of K in external memory; the bits past [`CONSTANT_BITS`] are ignored.
pub const CONSTANT_BYTES: usize = 32;

/// Passes the table of the constant words to a macro: `constant_words!(callback)` expands to `callback! { table }`.
#[macro_export]
macro_rules! constant_words {
    ($callback:ident) => {
        $callback! {
            /// Constants of a channel for `requantize` and `join`: bias and dyadic constant `m / 2^e`.
            Channel, ChannelFields, "channel_fields": 160 {
                /// Bias: 32 bits for an accumulator, 40 bits for LayerNorm
                bias: Signed<40>, 0;
                /// Mantissa of the requantization constant
                m: Signed<33>, 40;
                /// Exponent of the requantization constant
                e: Bits<6>, 73;
            }

            /// Constants of a channel for `gelu`, in addition to those of [`Channel`].
            GeluChannel, GeluChannelFields, "gelu_channel_fields": 160 {
                /// i-GELU's b
                b: Signed<17>, 79;
                /// i-GELU's c
                c: Signed<34>, 96;
                /// i-GELU's shift
                shift: Signed<21>, 130;
            }

            /// Constants of a channel for the residual of `layernorm`, in addition to those of [`Channel`].
            ResidualChannel, ResidualChannelFields, "residual_channel_fields": 160 {
                /// Mantissa of the residual's requantization
                m2: Signed<33>, 79;
                /// Exponent of the residual's requantization
                e2: Bits<6>, 112;
            }

            /// A column of attention scores.
            Column, ColumnFields, "column_fields": 160 {
                /// 1: the column takes part in the softmax; 0: the column is padding
                keep: Bit, 159;
            }

            /// Parameters of every vector instruction: chained requantization; for `join`, that of the residual.
            Parameters, ParametersFields, "parameters_fields": 160 {
                /// Mantissa
                m: Signed<33>, 0;
                /// Exponent
                e: Bits<6>, 33;
            }

            /// Parameters of `gelu`, in addition to [`Parameters`].
            GeluParameters, GeluParametersFields, "gelu_parameters_fields": 160 {
                /// i-GELU's n
                n: Bits<6>, 39;
                /// Zero point, added to the activation after rounding
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
                /// Mantissa of the requantization of the exponentials to 16 bits
                m16: Signed<33>, 108;
                /// Exponent of the requantization of the exponentials
                e16: Bits<7>, 141;
                /// Width of a probability in bits
                out_bits: Bits<5>, 148;
            }

            /// Parameters of `late_softmax`.
            LateSoftmaxParameters, LateSoftmaxParametersFields, "late_softmax_parameters_fields": 160 {
                /// i-exp's x0
                x0: Signed<15>, 39;
                /// i-exp's b
                b: Signed<17>, 54;
                /// i-exp's c
                c: Signed<32>, 71;
                /// i-exp's n
                n: Bits<5>, 103;
                /// Right shift of i-exp's polynomial
                shift: Bits<5>, 108;
                /// Mantissa of the weights' scale
                m: Bits<16>, 113;
                /// Exponent of the weights' scale
                e: Bits<5>, 129;
            }

            /// Parameters of `layernorm`, in addition to [`Parameters`].
            NormParameters, NormParametersFields, "norm_parameters_fields": 160 {
                /// Right shift of the deviations before they are squared for the variance
                shift: Bits<5>, 39;
                /// 1: the residual is the int8 operand; 0: the residual has its own requantization
                residual_is_operand: Bit, 44;
            }
        }
    };
}

constant_words!(words);
