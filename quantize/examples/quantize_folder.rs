//! Quantizes a checkpoint folder and prints scale, width and error of each tensor of the first layer:
//! `cargo run -p ibert-quantize --example quantize_folder -- FOLDER`. Without a folder it writes a random one-layer
//! BERT to a temporary folder and quantizes that.

use ibert_quantize::checkpoint::Checkpoint;
use ibert_quantize::text::Tokens;
use ibert_quantize::{CALIBRATION, Recipe, Silent, quantize, tokenize};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use safetensors::tensor::{Dtype, TensorView};
use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let random = tempfile::tempdir()?;
    let folder = match std::env::args_os().nth(1) {
        Some(folder) => PathBuf::from(folder),
        None => {
            write_random_checkpoint(random.path())?;
            random.path().to_owned()
        }
    };
    let checkpoint = Checkpoint::open(&folder)?;
    let texts = match checkpoint.tokenizer_definition() {
        Some(_) => tokenize(&checkpoint.tokenizer()?, &CALIBRATION.lines().collect::<Vec<_>>())?,
        None => random_ids(checkpoint.config.vocabulary as u32, checkpoint.config.max_tokens()),
    };
    let (model, report) = quantize(&checkpoint, &texts, &Recipe::default(), &mut Silent)?;

    println!("{} layers, {} calibration sequences", model.config.layers, texts.len());
    let layer = report.layers.get(1).ok_or("the checkpoint has no layer")?;
    println!("\n{:<28} {:>4} {:>12} {:>12} {:>10}", layer.name, "bits", "least scale", "most scale", "error");
    for (name, tensor) in &layer.tensors {
        let scale = tensor.scale.map(|limits| limits.map(|limit| format!("{limit:.3e}"))).unwrap_or_default();
        let error = tensor.relative_error.map(|error| format!("{:.2} %", 100.0 * error)).unwrap_or_default();
        println!("{name:<28} {:>4} {:>12} {:>12} {error:>10}", tensor.bits, scale[0], scale[1]);
    }
    Ok(())
}

/// Sequences to calibrate with where there is no tokenizer.
fn random_ids(vocabulary: u32, tokens: usize) -> Vec<Tokens> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut sequence = || Tokens::single((0..tokens.min(16)).map(|_| random.random_range(2..vocabulary)).collect());
    (0..16).map(|_| sequence()).collect()
}

const HIDDEN: usize = 32;
const INTERMEDIATE: usize = 64;
const VOCABULARY: usize = 50;
const POSITIONS: usize = 32;

/// `config.json` and `model.safetensors`, as Hugging Face names their contents.
fn write_random_checkpoint(folder: &Path) -> Result<(), Box<dyn Error>> {
    let config = format!(
        r#"{{"model_type": "bert", "hidden_act": "gelu", "hidden_size": {HIDDEN}, "intermediate_size": {INTERMEDIATE},
        "num_attention_heads": 2, "num_hidden_layers": 1, "layer_norm_eps": 1e-12, "max_position_embeddings": {POSITIONS},
        "type_vocab_size": 2, "vocab_size": {VOCABULARY}, "pad_token_id": 0}}"#
    );
    std::fs::write(folder.join("config.json"), config)?;
    let mut tensors = vec![
        ("embeddings.word_embeddings.weight".to_owned(), vec![VOCABULARY, HIDDEN]),
        ("embeddings.position_embeddings.weight".to_owned(), vec![POSITIONS, HIDDEN]),
        ("embeddings.token_type_embeddings.weight".to_owned(), vec![2, HIDDEN]),
    ];
    for norm in ["embeddings", "encoder.layer.0.attention.output", "encoder.layer.0.output"] {
        tensors.extend(["weight", "bias"].map(|part| (format!("{norm}.LayerNorm.{part}"), vec![HIDDEN])));
    }
    for (linear, outputs, inputs) in [
        ("attention.self.query", HIDDEN, HIDDEN),
        ("attention.self.key", HIDDEN, HIDDEN),
        ("attention.self.value", HIDDEN, HIDDEN),
        ("attention.output.dense", HIDDEN, HIDDEN),
        ("intermediate.dense", INTERMEDIATE, HIDDEN),
        ("output.dense", HIDDEN, INTERMEDIATE),
    ] {
        tensors.push((format!("encoder.layer.0.{linear}.weight"), vec![outputs, inputs]));
        tensors.push((format!("encoder.layer.0.{linear}.bias"), vec![outputs]));
    }
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let values = tensors.iter().map(|(name, shape)| {
        let middle = if name.ends_with("LayerNorm.weight") { 1.0 } else { 0.0 };
        let count = shape.iter().product::<usize>();
        (0..count).flat_map(|_| (middle + random.random_range(-0.3_f32..0.3)).to_le_bytes()).collect()
    });
    let values: Vec<Vec<u8>> = values.collect();
    let views = tensors.iter().zip(&values).map(|((name, shape), bytes)| {
        TensorView::new(Dtype::F32, shape.clone(), bytes).map(|view| (name.as_str(), view))
    });
    safetensors::serialize_to_file(views.collect::<Result<Vec<_>, _>>()?, None, &folder.join("model.safetensors"))?;
    Ok(())
}
