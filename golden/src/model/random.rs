//! Random models with realistic constants, for tests, simulation and timing without a checkpoint.
//!
//! Weights and tables are drawn near a normal distribution; every constant is *derived*, with the operators' own
//! off-line functions, from the scales that such weights have in a trained network. So activations fill their ranges,
//! some of them saturate, softmax rows are neither flat nor one-hot, a few gammas are negative, and all widths are met.

use std::{fmt, str::FromStr};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    Attention, Embeddings, FeedForward, IntegerModel, Layer, Linear, ModelConfig, ModelError, ModelParts, Norm,
    Pooling, PositionIds, Projection, Requantization, ResidualRequantization, Softmax, SoftmaxForm, Table,
};
use crate::ops::{
    Dyadic, GELU_SHIFT, GeluConstants, LateSoftmaxConstants, OpError, SoftmaxConstants, VarianceShift, frexp31,
    gelu_output_scale, layernorm_bias, layernorm_output_scale,
};

/// Sizes of well-known encoders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// 64 channels, 2 heads of 32, 2 layers: seconds in any simulator.
    Tiny,
    /// all-MiniLM-L6-v2: 384 channels, 12 heads of 32, 6 layers.
    MiniLm,
    /// BERT-base, uncased: 768 channels, 12 heads of 64, 12 layers.
    BertBase,
    /// RoBERTa-base, as I-BERT quantizes it: 8-bit residual, chained requants.
    RobertaBase,
    /// RoBERTa-large, as I-BERT quantizes it: 1024 channels, 16 heads of 64, 24 layers.
    RobertaLarge,
}

impl Preset {
    /// All presets.
    pub const ALL: [Preset; 5] =
        [Preset::Tiny, Preset::MiniLm, Preset::BertBase, Preset::RobertaBase, Preset::RobertaLarge];

    /// Name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Preset::Tiny => "tiny",
            Preset::MiniLm => "minilm",
            Preset::BertBase => "bert-base",
            Preset::RobertaBase => "roberta-base",
            Preset::RobertaLarge => "roberta-large",
        }
    }

    /// Sizes and attributes. The `bert` presets have the attributes of post-training quantization (16-bit residual
    /// and tables, zero point), the `roberta` presets those of I-BERT.
    pub fn config(self) -> ModelConfig {
        let (hidden, heads, ffn, layers, vocab, positions) = match self {
            Preset::Tiny => (64, 2, 128, 2, 96, 64),
            Preset::MiniLm => (384, 12, 1536, 6, 30_522, 512),
            Preset::BertBase => (768, 12, 3072, 12, 30_522, 512),
            Preset::RobertaBase => (768, 12, 3072, 12, 50_265, 514),
            Preset::RobertaLarge => (1024, 16, 4096, 24, 50_265, 514),
        };
        let roberta = matches!(self, Preset::RobertaBase | Preset::RobertaLarge);
        let bits = if roberta { 8 } else { 16 };
        ModelConfig {
            architecture: if roberta { "roberta" } else { "bert" }.into(),
            source: format!("random parameters, preset {self}"),
            hidden,
            heads,
            ffn,
            layers,
            vocab,
            positions,
            token_types: if roberta { 1 } else { 2 },
            position_ids: match roberta {
                true => PositionIds::AfterPadding { padding_id: 1 },
                false => PositionIds::Absolute,
            },
            residual_bits: bits,
            embedding_bits: bits,
            softmax: if roberta { SoftmaxForm::Paper } else { SoftmaxForm::Late },
            chained_requant: roberta,
            pooling: (self == Preset::MiniLm).then_some(Pooling::Mean),
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An unknown preset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no preset `{0}`; presets are tiny, minilm, bert-base, roberta-base, roberta-large")]
pub struct UnknownPreset(String);

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Self, UnknownPreset> {
        Preset::ALL.into_iter().find(|preset| preset.name() == name).ok_or_else(|| UnknownPreset(name.into()))
    }
}

impl IntegerModel {
    /// A random model of any configuration; the same seed gives the same model.
    pub fn random(config: ModelConfig, seed: u64) -> Result<Self, ModelError> {
        config.validate()?;
        let mut generator = Generator { rng: ChaCha8Rng::seed_from_u64(seed), config: &config };
        let refuse = |part: &str| {
            let tensors = part.to_owned();
            move |source| ModelError::Constants { tensors, channel: 0, source }
        };
        let embeddings = generator.embeddings().map_err(refuse("embeddings"))?;
        let layers = (0..config.layers)
            .map(|index| generator.layer().map_err(refuse(&format!("layer.{index}"))))
            .collect::<Result<_, _>>()?;
        IntegerModel::new(ModelParts { config, embeddings, layers, tokenizer: None })
    }
}

/// Standard deviation of the random int8 weights.
const WEIGHT_DEVIATION: f64 = 32.0;
/// Standard deviation of an int8 activation that fills its range and saturates now and then.
const OPERAND_DEVIATION: f64 = 32.0;
/// Scale of an int8 activation of real deviation 1.
const UNIT_SCALE: f64 = 1.0 / OPERAND_DEVIATION;
/// Scale of a 16-bit residual or embedding sum: real values up to 8.
const RESIDUAL16_SCALE: f64 = 8.0 / 32768.0;
/// Scale of the 22-bit LayerNorm input: 17 bits for values up to 6.
const NORM_INPUT_SCALE: f64 = 6.0 / 65536.0;

struct Generator<'c> {
    rng: ChaCha8Rng,
    config: &'c ModelConfig,
}

impl Generator<'_> {
    /// Scale of the residual stream.
    fn residual_scale(&self) -> f64 {
        if self.config.residual_bits == 16 { RESIDUAL16_SCALE } else { UNIT_SCALE }
    }

    fn embeddings(&mut self) -> Result<Embeddings, OpError> {
        let config = self.config;
        // Tables of real deviation 1 (word), 1/4 (type) and 1/2 (position).
        let unit = if config.embedding_bits == 16 { UNIT_SCALE / 256.0 } else { UNIT_SCALE };
        let joined = |main: f64, residual: f64| -> Result<_, OpError> {
            Ok(ResidualRequantization {
                main: Requantization {
                    constants: vec![Dyadic::from_scales(main, RESIDUAL16_SCALE)?],
                    scale: vec![RESIDUAL16_SCALE],
                },
                residual: Dyadic::from_scales(residual, RESIDUAL16_SCALE)?,
            })
        };
        Ok(Embeddings {
            word: self.table(config.vocab),
            token_type: self.table(config.token_types),
            position: self.table(config.positions),
            word_type: joined(unit, unit / 4.0)?,
            sum: joined(RESIDUAL16_SCALE, unit / 2.0)?,
            norm: self.norm(RESIDUAL16_SCALE)?,
        })
    }

    fn layer(&mut self) -> Result<Layer, OpError> {
        Ok(Layer { attention: self.attention()?, ffn: self.ffn()? })
    }

    fn attention(&mut self) -> Result<Attention, OpError> {
        let (hidden, head_dim) = (self.config.hidden, self.config.head_dim());
        // Queries and keys of deviation 1.3 give scores of deviation 1.7.
        let deviation = 1.3;
        let query = self.projection(deviation)?;
        let key = self.projection(deviation)?;
        let value = self.projection(1.0)?;
        let score_scale = query.output.scale[0] * key.output.scale[0] / (head_dim as f64).sqrt();
        // Averaging over tokens leaves a context of about half the values' deviation.
        let context_scale = UNIT_SCALE / 2.0;
        let context = requantization([value.output.scale[0] / 256.0], context_scale)?;
        let (output, acc_scale) = self.linear(hidden, hidden, context_scale, 0.7);
        let softmax = match self.config.softmax {
            SoftmaxForm::Paper => {
                let exp_scale = SoftmaxConstants::full_range_exp_scale(score_scale)?;
                Softmax::Paper(SoftmaxConstants::derive(score_scale, exp_scale, 8)?)
            }
            SoftmaxForm::Late => Softmax::Late(LateSoftmaxConstants::derive(score_scale)?),
        };
        Ok(Attention {
            softmax,
            norm_input: self.norm_input(&acc_scale, self.residual_scale())?,
            norm: self.norm(NORM_INPUT_SCALE)?,
            query,
            key,
            value,
            context,
            output,
        })
    }

    fn ffn(&mut self) -> Result<FeedForward, OpError> {
        let config = self.config;
        let chained = config.chained_requant;
        // A chained requant moves between scales that differ by a little.
        let input_scale = if chained { UNIT_SCALE * 1.01 } else { UNIT_SCALE };
        let (inner, inner_scale) = self.linear(config.hidden, config.ffn, input_scale, 1.8);
        let gelu = inner_scale.iter().map(|&s| GeluConstants::derive(s, GELU_SHIFT)).collect::<Result<_, _>>()?;
        // i-GELU runs from -0.17 to about 6: with a zero point all 8 bits hold it, else only the positive half.
        let (activation_scale, zero_point) = if chained { (6.0 / 127.0, 0) } else { (6.2 / 255.0, -121) };
        let gelu_scale = inner_scale.iter().map(|&s| gelu_output_scale(s, GELU_SHIFT));
        let activation = requantization(gelu_scale, activation_scale)?;
        let rescaled = if chained { activation_scale * 0.99 } else { activation_scale };
        let (output, acc_scale) = self.linear(config.ffn, config.hidden, rescaled, 0.7);
        let residual_scale = if chained { input_scale } else { self.residual_scale() };
        let chain = |from, to| chained.then(|| requantization([from], to)).transpose();
        Ok(FeedForward {
            input: chain(UNIT_SCALE, input_scale)?,
            inner,
            gelu,
            activation,
            zero_point,
            rescale: chain(activation_scale, rescaled)?,
            output,
            norm_input: self.norm_input(&acc_scale, residual_scale)?,
            norm: self.norm(NORM_INPUT_SCALE)?,
        })
    }

    /// A projection of the hidden state whose result has real deviation `deviation` and fills int8.
    fn projection(&mut self, deviation: f64) -> Result<Projection, OpError> {
        let hidden = self.config.hidden;
        let (linear, acc_scale) = self.linear(hidden, hidden, UNIT_SCALE, deviation);
        Ok(Projection { linear, output: requantization(acc_scale, deviation * UNIT_SCALE)? })
    }

    /// A linear layer whose accumulator has a real deviation around `deviation`, and the scale of each of its outputs.
    fn linear(&mut self, inputs: usize, outputs: usize, input_scale: f64, deviation: f64) -> (Linear, Vec<f64>) {
        let weight = (0..inputs * outputs).map(|_| self.weight()).collect();
        let acc_deviation = (inputs as f64).sqrt() * OPERAND_DEVIATION * WEIGHT_DEVIATION;
        let bias_limit = acc_deviation as i32;
        let bias = (0..outputs).map(|_| self.rng.random_range(-bias_limit..=bias_limit)).collect();
        // The input scale cancels: weights are scaled so that the accumulator means `deviation`.
        let scale = (0..outputs)
            .map(|_| {
                let weight_scale = deviation / (acc_deviation * input_scale) * self.rng.random_range(0.75..1.35);
                weight_scale * input_scale
            })
            .collect();
        (Linear { weight, bias }, scale)
    }

    fn norm_input(&self, acc_scale: &[f64], residual_scale: f64) -> Result<ResidualRequantization, OpError> {
        Ok(ResidualRequantization {
            main: requantization(acc_scale.iter().copied(), NORM_INPUT_SCALE)?,
            residual: Dyadic::from_scales(residual_scale, NORM_INPUT_SCALE)?,
        })
    }

    /// A LayerNorm of an operand of scale `input_scale` and real deviation around 1.
    fn norm(&mut self, input_scale: f64) -> Result<Norm, OpError> {
        let channels = self.config.hidden;
        let gamma: Vec<f64> = (0..channels)
            .map(|_| self.rng.random_range(0.7..1.3) * if self.rng.random_ratio(1, 20) { -1.0 } else { 1.0 })
            .collect();
        let bias = gamma
            .iter()
            .map(|&gamma| layernorm_bias(self.rng.random_range(-0.3..0.3), gamma, channels))
            .collect::<Result<_, _>>()?;
        let out_scale = || gamma.iter().map(|&gamma| layernorm_output_scale(gamma, channels));
        // A deviation of 4 still fits the variance's 32 bits.
        let variance_bits = (channels as f64 * (4.0 / input_scale).powi(2)).log2();
        Ok(Norm {
            bias,
            shift: VarianceShift::new(((variance_bits - 32.0) / 2.0).ceil().max(0.0) as u32)?,
            output: requantization(out_scale(), UNIT_SCALE)?,
            residual: (self.config.residual_bits == 16)
                .then(|| requantization(out_scale(), RESIDUAL16_SCALE))
                .transpose()?,
        })
    }

    /// A table of int8 or int16 values whose deviation is 1 real unit.
    fn table(&mut self, rows: usize) -> Table {
        let factor = if self.config.embedding_bits == 16 { 256 } else { 1 };
        let values = (0..rows * self.config.hidden).map(|_| i16::from(self.weight()) * factor).collect();
        Table { values }
    }

    /// A weight of deviation [`WEIGHT_DEVIATION`]: the sum of four random bytes, now and then an extreme.
    fn weight(&mut self) -> i8 {
        let random: u32 = self.rng.random();
        match random {
            0..0x0080_0000 => -127,
            0x0080_0000..0x0100_0000 => 126,
            _ => {
                let sum: i32 = random.to_le_bytes().into_iter().map(i32::from).sum();
                // Four bytes have mean 510 and deviation 148; 148 * 7 / 32 = 32.
                ((sum - 510) * 7 / 32) as i8
            }
        }
    }
}

/// Requantization from each of the `from` scales to one scale.
fn requantization(from: impl IntoIterator<Item = f64>, to: f64) -> Result<Requantization, OpError> {
    let to = f64::from(to as f32);
    let constants = from.into_iter().map(|from| frexp31(from / to)).collect::<Result<_, _>>()?;
    Ok(Requantization { constants, scale: vec![to] })
}
