//! `ibert model`: describes an integer model, or makes a random one.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ibert::staging::Staged;
use ibert_golden::model::{IntegerModel, ModelConfig, Preset};
use schemars::JsonSchema;
use serde::Serialize;

use super::Verdict;
use super::arguments::{ModelCommand, ModelInfoArguments, ModelRandomArguments};
use super::console::{Console, Report};
use super::error::Error;
use super::model_file;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Description {
    /// Model file.
    path: PathBuf,
    /// Size of the file.
    bytes: u64,
    /// Preset with the same sizes, regardless of the number of layers.
    preset: Option<&'static str>,
    #[serde(flatten)]
    config: ModelConfig,
    /// Longest sequence in tokens.
    max_tokens: usize,
    /// Number of int8 weights of the matrix multiplications.
    weights: usize,
    /// Whether the file holds a tokenizer, which texts need.
    tokenizer: bool,
}

pub(super) fn run(command: &ModelCommand, console: &Console) -> Result<Verdict, Error> {
    let description = match command {
        ModelCommand::Info(arguments) => info(arguments)?,
        ModelCommand::Random(arguments) => random(arguments, console)?,
    };
    console.report(&description);
    Ok(Verdict::Done)
}

fn info(arguments: &ModelInfoArguments) -> Result<Description, Error> {
    let (path, model) = model_file::read(&arguments.model)?;
    Ok(Description::new(&path, model))
}

fn random(arguments: &ModelRandomArguments, console: &Console) -> Result<Description, Error> {
    let mut config = arguments.preset.config();
    config.layers = arguments.layers.unwrap_or(config.layers);
    config.softmax = arguments.softmax.unwrap_or(config.softmax);
    let staged = Staged::file(&arguments.output)?;
    let spinner = console.spinner();
    spinner.set_message("drawing weights");
    let model = IntegerModel::random(config, arguments.seed).map_err(|error| Error::Random(Box::new(error)))?;
    model.write(staged.path()).map_err(|error| Error::WriteModel(Box::new(error)))?;
    staged.publish()?;
    spinner.finish_and_clear();
    Ok(Description::new(&arguments.output, model))
}

impl Description {
    fn new(path: &Path, model: IntegerModel) -> Self {
        let linears = model.layers.iter().flat_map(|layer| {
            let (attention, ffn) = (&layer.attention, &layer.ffn);
            let projections = [&attention.query, &attention.key, &attention.value].map(|projection| &projection.linear);
            projections.into_iter().chain([&attention.output, &ffn.inner, &ffn.output])
        });
        Self {
            path: path.to_owned(),
            bytes: fs::metadata(path).map_or(0, |metadata| metadata.len()),
            preset: preset_of(&model.config),
            max_tokens: model.config.max_tokens(),
            weights: linears.map(|linear| linear.weight.len()).sum(),
            tokenizer: model.tokenizer.is_some(),
            config: model.config.clone(),
        }
    }
}

fn preset_of(config: &ModelConfig) -> Option<&'static str> {
    let sizes = |config: &ModelConfig| (config.hidden, config.heads, config.ffn, config.vocab, config.positions);
    Preset::ALL.into_iter().find(|preset| sizes(&preset.config()) == sizes(config)).map(Preset::name)
}

impl Report for Description {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let config = &self.config;
        let megabytes = self.bytes as f64 / 1e6;
        writeln!(out, "{}  ({megabytes:.1} MB)", self.path.display())?;
        writeln!(out, "  source        {}", config.source)?;
        let preset = self.preset.map_or(String::new(), |preset| format!(", sizes of preset {preset}"));
        writeln!(out, "  architecture  {}{preset}", config.architecture)?;
        writeln!(out, "  layers        {}, {} heads of {}", config.layers, config.heads, config.head_dim())?;
        writeln!(out, "  channels      {} hidden, {} feed-forward", config.hidden, config.ffn)?;
        writeln!(out, "  vocabulary    {} ids, sequences up to {} tokens", config.vocab, self.max_tokens)?;
        writeln!(out, "  weights       {} int8", self.weights)?;
        writeln!(out, "  residual      {} bits, embeddings {} bits", config.residual_bits, config.embedding_bits)?;
        writeln!(out, "  softmax       {}", if config.softmax.is_paper() { "I-BERT's" } else { "late" })?;
        let tokenizer = if self.tokenizer { "inside" } else { "none: takes token ids only" };
        writeln!(out, "  tokenizer     {tokenizer}")
    }
}
