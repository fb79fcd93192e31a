//! Writes the corpora that fuzzing starts from: a valid case file of each operator, and valid integer models of a few
//! kilobytes with each combination of attributes.
//!
//! `cargo run --bin seeds`, in this folder; `make fuzz` does it first.

use std::{fs, path::Path};

use ibert_golden::model::{IntegerModel, ModelConfig, PositionIds, Preset};

#[path = "../tests/support/mod.rs"]
mod support;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let (cases, models) = (corpus.join("case_file"), corpus.join("integer_model"));
    fs::create_dir_all(&cases)?;
    fs::create_dir_all(&models)?;
    for (name, file) in support::small_case::one_of_each() {
        fs::write(cases.join(name), file.to_bytes())?;
    }
    let smallest =
        ModelConfig { hidden: 4, heads: 2, ffn: 4, layers: 1, vocab: 4, positions: 4, ..Preset::Tiny.config() };
    let ibert = ModelConfig {
        residual_bits: 8,
        embedding_bits: 8,
        chained_requant: true,
        position_ids: PositionIds::AfterPadding { padding_id: 1 },
        ..smallest.clone()
    };
    for (name, config) in [("beyond_the_paper", smallest), ("ibert", ibert)] {
        fs::write(models.join(name), IntegerModel::random(config, 1)?.to_bytes()?)?;
    }
    println!("{}", corpus.display());
    Ok(())
}
