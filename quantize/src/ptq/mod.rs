//! Post-training quantization: no retraining, a few dozen texts, seconds to a minute.
//!
//! 1. The fp32 encoder runs the calibration texts and sequences of random token ids; ranges and means are kept.
//! 2. Every tensor gets its scale. Channels are shifted and smoothed where a LayerNorm, a requantization or a softmax lets
//!    that be folded in constants (docs/numerics.md, "Attributes beyond the paper").
//! 3. The integer encoder runs the texts, and the mean error of its linear layers is corrected in their biases.

mod correction;
mod embeddings;
mod gelu;
mod gelu_fit;
mod layer;
mod lost_mass;
mod norm;
mod operand;
mod recipe;
mod smoothing;
mod statistics;

use ibert_golden::encoder::{Block, Role};
use ibert_golden::model::{IntegerModel, ModelConfig, ModelParts, Pooling, PositionIds, SoftmaxForm};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub use recipe::{GeluFit, Recipe, Smoothing};

use self::layer::{LayerInputs, LayerScales, NormOutput, QuantizedLayer};
use self::statistics::Statistics;
use super::checkpoint::{Architecture, Checkpoint, EncoderConfig, EncoderWeights, LinearWeights};
use super::reference::{FloatEncoder, Tap};
use super::report::{Reading, Report, report};
use super::{Progress, QuantizeError};
use crate::text::Tokens;

/// Quantizes `checkpoint` with the token sequences of the calibration texts.
pub(super) fn quantize(
    checkpoint: &Checkpoint,
    weights: &EncoderWeights,
    encoder: &FloatEncoder,
    texts: &[Tokens],
    recipe: &Recipe,
    progress: &mut dyn Progress,
) -> Result<(IntegerModel, Report), QuantizeError> {
    let config = &checkpoint.config;
    let random = random_sequences(config, recipe);
    progress.begin("calibrating in fp32", texts.len() + random.len());
    let spoken = Statistics::collect(encoder, texts, &mut |done| progress.advance(done))?;
    let mut all = Statistics::collect(encoder, &random, &mut |done| progress.advance(done))?;
    all.merge(&spoken);

    let (mut model, scales, input) = build(checkpoint, weights, &all, &spoken, recipe, progress)?;
    if recipe.bias_correction {
        progress.begin("correcting biases", correction::runs(config.layers, texts.len()));
        correction::correct(&mut model, &scales, &spoken, texts, &mut |done| progress.advance(done))?;
    }
    let readings = readings(&model, &scales, &input);
    let report = report(&model, encoder, &readings, texts, progress)?;
    Ok((model, report))
}

/// How the integers of the whole model are read.
fn readings(model: &IntegerModel, scales: &[LayerScales], input: &NormOutput) -> Vec<Reading> {
    let embeddings = input.reading(Block::Embeddings.tensor(Role::Hidden), Tap::Embeddings);
    let layers = model.layers.iter().zip(scales).enumerate();
    std::iter::once(embeddings)
        .chain(layers.flat_map(|(index, (layer, scales))| layer::readings(index, layer, scales)))
        .collect()
}

/// Sequences of token ids drawn uniformly: they reach rows of the word table that no text reaches. Every eighth is as
/// long as the model allows, so that they reach all rows of the position table too.
pub(super) fn random_sequences(config: &EncoderConfig, recipe: &Recipe) -> Vec<Tokens> {
    let mut generator = ChaCha8Rng::seed_from_u64(recipe.seed);
    let padding = (config.architecture != Architecture::Bert).then_some(config.pad_token);
    let mut id = move || loop {
        let id = generator.random_range(0..config.vocabulary as u32);
        if Some(id) != padding || config.vocabulary == 1 {
            return id;
        }
    };
    let length = |index: usize| match index % 8 {
        0 => config.max_tokens(),
        _ => recipe.random_tokens.min(config.max_tokens()),
    };
    (0..recipe.random_sequences).map(|index| Tokens::single((0..length(index)).map(|_| id()).collect())).collect()
}

/// All scales and constants, before any bias correction: ranges from the `statistics` of all sequences, the worth of
/// lost attention mass and the polynomials of i-GELU from those of the texts, since random tokens attend to nothing in
/// particular.
fn build(
    checkpoint: &Checkpoint,
    weights: &EncoderWeights,
    statistics: &Statistics,
    spoken: &Statistics,
    recipe: &Recipe,
    progress: &mut dyn Progress,
) -> Result<(IntegerModel, Vec<LayerScales>, NormOutput), QuantizeError> {
    let config = &checkpoint.config;
    progress.begin("quantizing weights", config.layers);
    let of = |layer: usize, tap: Tap| statistics.0[layer].of(tap);
    let mut input = NormOutput::new(of(0, Tap::Embeddings), &attention_readers(weights, 0), recipe.qkv, recipe);
    let embeddings = embeddings::embeddings(&weights.embeddings, &input.operand, input.residual)
        .map_err(|source| QuantizeError::Constants { place: "embeddings".into(), source })?;
    let first = input.clone();
    let (mut layers, mut scales) = (Vec::new(), Vec::new());
    for (index, layer) in weights.layers.iter().enumerate() {
        let middle = NormOutput::new(of(index, Tap::AttentionNorm), &[&layer.intermediate], recipe.ffn_inner, recipe);
        let output = match index + 1 {
            next if next < config.layers => {
                NormOutput::new(of(index, Tap::OutputNorm), &attention_readers(weights, next), recipe.qkv, recipe)
            }
            _ => NormOutput::last(of(index, Tap::OutputNorm), recipe),
        };
        let inputs = LayerInputs {
            weights: layer,
            statistics: &statistics.0[index],
            spoken: &spoken.0[index],
            heads: config.heads,
            input: &input,
            middle: &middle,
            output: &output,
            recipe,
        };
        let QuantizedLayer { layer, scales: of_layer } =
            inputs.quantize().map_err(|source| QuantizeError::Constants { place: format!("layer {index}"), source })?;
        layers.push(layer);
        scales.push(of_layer);
        input = output;
        progress.advance(1);
    }
    let config = ModelConfig { softmax: recipe.softmax, ..model_config(checkpoint, 16, false) };
    let tokenizer = checkpoint.tokenizer_definition().map(<[u8]>::to_vec);
    let model = IntegerModel::new(ModelParts { config, embeddings, layers, tokenizer })?;
    Ok((model, scales, first))
}

fn attention_readers(weights: &EncoderWeights, layer: usize) -> [&LinearWeights; 3] {
    let layer = &weights.layers[layer];
    [&layer.query, &layer.key, &layer.value]
}

/// The architecture of the integer model; residual and embeddings have `bits` bits.
pub(super) fn model_config(checkpoint: &Checkpoint, bits: u32, chained_requant: bool) -> ModelConfig {
    let config = &checkpoint.config;
    let (architecture, position_ids) = match config.architecture {
        Architecture::Bert => ("bert", PositionIds::Absolute),
        Architecture::Roberta => ("roberta", PositionIds::AfterPadding { padding_id: config.pad_token }),
        Architecture::IBert { .. } => ("ibert", PositionIds::AfterPadding { padding_id: config.pad_token }),
    };
    let source =
        checkpoint.directory().file_name().map_or("checkpoint".into(), |name| name.to_string_lossy().into_owned());
    ModelConfig {
        architecture: architecture.into(),
        source,
        hidden: config.hidden,
        heads: config.heads,
        ffn: config.intermediate,
        layers: config.layers,
        vocab: config.vocabulary,
        positions: config.positions,
        token_types: config.token_types,
        position_ids,
        residual_bits: bits,
        embedding_bits: bits,
        softmax: SoftmaxForm::Paper,
        chained_requant,
        pooling: checkpoint.sentence.mean_pooling.then_some(Pooling::Mean),
    }
}
