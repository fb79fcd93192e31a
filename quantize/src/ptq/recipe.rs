//! The knobs of post-training quantization.

use ibert_golden::model::SoftmaxForm;

/// Coefficients of i-GELU's polynomial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeluFit {
    /// I-BERT's.
    Paper,
    /// Those of the least squared error over the channel's values on the calibration texts.
    PerChannel,
}

/// Strength of a smoothing: `s[c] = activation^alpha / weight^(1 - alpha)` over channel maxima.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Smoothing {
    /// 0 leaves the difficulty of quantization in the activations, 1 moves it all into the weights.
    pub alpha: f64,
    /// Activation maxima below this multiple of their median are raised to it: a channel that was quiet on the
    /// calibration set must not clip on other texts.
    pub floor: f64,
}

/// How to quantize. [`Recipe::default`] is the best recipe measured on all-MiniLM-L6-v2.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Of the operand of the query, key and value projections.
    pub qkv: Smoothing,
    /// Of the operand of the attention's output projection.
    pub attention_output: Smoothing,
    /// Of the operand of the first feed-forward matrix.
    pub ffn_inner: Smoothing,
    /// Of the operand of the second feed-forward matrix.
    pub ffn_output: Smoothing,
    /// Calibrated ranges are multiplied by this, against clipping on texts that were not seen.
    pub margin: f64,
    /// Whether channels are shifted to the middle of their range where a shift is free: LayerNorm results and keys.
    pub centering: bool,
    /// Whether the mean errors of the linear layers on the texts are taken off their biases.
    pub bias_correction: bool,
    /// Polynomials of i-GELU.
    pub gelu: GeluFit,
    /// Form of the softmax.
    pub softmax: SoftmaxForm,
    /// Sequences of random token ids that are used for calibration in addition to the texts.
    pub random_sequences: usize,
    /// Tokens of most of them; every eighth has as many as the model allows.
    pub random_tokens: usize,
    /// Seed of the random token ids.
    pub seed: u64,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            qkv: Smoothing { alpha: 0.9, floor: 0.5 },
            attention_output: Smoothing { alpha: 0.7, floor: 0.5 },
            ffn_inner: Smoothing { alpha: 0.8, floor: 0.5 },
            ffn_output: Smoothing { alpha: 0.9, floor: 1.0 },
            margin: 1.2,
            centering: true,
            bias_correction: true,
            gelu: GeluFit::PerChannel,
            softmax: SoftmaxForm::Late,
            random_sequences: 64,
            random_tokens: 32,
            seed: 0,
        }
    }
}
