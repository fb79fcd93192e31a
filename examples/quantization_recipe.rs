//! What each part of the quantization recipe is worth on all-MiniLM-L6-v2: `cargo run --release --example
//! quantization_recipe`.
//!
//! Prints mean and minimum of the cosine between integer and fp32 sentence embeddings, on sentences and on long
//! passages.

use ibert::fetch::{self, MINILM};
use ibert_golden::model::SoftmaxForm;
use ibert_quantize::checkpoint::Checkpoint;
use ibert_quantize::{CALIBRATION, GeluFit, Recipe, Silent, Smoothing, evaluate, quantize, reference, tokenize};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = fetch::fetch(&MINILM, |step| eprintln!("{step}"))?.path;
    let checkpoint = Checkpoint::open(&folder)?;
    let tokenizer = checkpoint.tokenizer()?;
    let tokens = |texts: &str| tokenize(&tokenizer, &texts.lines().collect::<Vec<_>>()).map_err(Box::new);
    let calibration = tokens(CALIBRATION)?;
    let sentences = tokens(include_str!("../quantize/data/evaluation.txt"))?;
    let passages = tokens(include_str!("../quantize/data/passages.txt"))?;
    let original = reference::FloatEncoder::new(checkpoint.config.clone(), &checkpoint.weights()?);

    let whole = Recipe::default();
    let even = Smoothing { alpha: 0.5, floor: 0.5 };
    let recipes = [
        ("the whole recipe", whole.clone()),
        ("without bias correction", Recipe { bias_correction: false, ..whole.clone() }),
        ("without centering", Recipe { centering: false, ..whole.clone() }),
        (
            "smoothing of strength 0.5",
            Recipe { qkv: even, attention_output: even, ffn_inner: even, ffn_output: even, ..whole.clone() },
        ),
        ("without random token ids", Recipe { random_sequences: 0, ..whole.clone() }),
        ("margin 1.0", Recipe { margin: 1.0, ..whole.clone() }),
        ("I-BERT's i-GELU", Recipe { gelu: GeluFit::Paper, ..whole.clone() }),
        ("I-BERT's softmax", Recipe { softmax: SoftmaxForm::Paper, ..whole.clone() }),
    ];
    println!("| recipe | sentences, mean | minimum | passages, mean | minimum |\n|---|---|---|---|---|");
    for (name, recipe) in recipes {
        let (model, _) = quantize(&checkpoint, &calibration, &recipe, &mut Silent)?;
        let (short, long) = (evaluate(&model, &original, &sentences)?, evaluate(&model, &original, &passages)?);
        println!("| {name} | {:.4} | {:.4} | {:.4} | {:.4} |", short.mean, short.min, long.mean, long.min);
    }
    Ok(())
}
