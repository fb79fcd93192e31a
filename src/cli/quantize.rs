//! `ibert quantize`: from a checkpoint to an integer model.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use ibert::cache;
use ibert::fetch::{self, SOURCES, Source};
use ibert::staging::Staged;
use ibert_golden::encoder::EncodeError;
use ibert_golden::model::{IntegerModel, SoftmaxForm};
use ibert_quantize::checkpoint::{Checkpoint, CheckpointError};
use ibert_quantize::text::{Tokenizer, Tokens};
use ibert_quantize::{CALIBRATION, Evaluation, Progress, QuantizeError, Recipe, Report, evaluate, reference};
use indicatif::ProgressBar;
use schemars::JsonSchema;
use serde::Serialize;

use super::Verdict;
use super::arguments::QuantizeArguments;
use super::console::{self, Console};
use super::error::Error;
use super::input::{self, Line};

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Quantized {
    /// Integer model file.
    model: PathBuf,
    /// Size of the file.
    bytes: u64,
    /// Hugging Face's `model_type` of the checkpoint.
    architecture: String,
    /// Whether the checkpoint's own trained ranges were imported.
    imported: bool,
    /// Number of texts used for calibration, or for the report on an import.
    calibration_texts: usize,
    /// Quantization time in seconds, without reading and writing files.
    seconds: f64,
    /// Quantization report: `layers`, `widths` and `saturation`.
    #[serde(flatten)]
    report: Report,
    /// Comparisons with fp32, one for each --evaluate.
    evaluations: Vec<Evaluated>,
}

/// Sentence embeddings of one file of texts, compared with fp32.
#[derive(Debug, Serialize, JsonSchema)]
struct Evaluated {
    /// File of texts.
    path: PathBuf,
    #[serde(flatten)]
    evaluation: Evaluation,
}

pub(super) fn run(arguments: &QuantizeArguments, console: &Console) -> Result<Verdict, Error> {
    let (folder, output) = places(arguments)?;
    let checkpoint = Checkpoint::open(&folder)?;
    let texts = arguments.calibration.iter().chain(&arguments.evaluate).map(PathBuf::as_path);
    input::distinct(&output, checkpoint.files().iter().map(PathBuf::as_path).chain(texts))?;
    let imported = !checkpoint.needs_calibration();
    if imported && arguments.softmax == Some(SoftmaxForm::Late) {
        return Err(Error::TrainedSoftmax { folder });
    }
    let texts = calibration(arguments, &checkpoint)?;
    let evaluations = arguments.evaluate.iter().map(|path| Ok((path, tokens(path, &checkpoint)?)));
    let evaluations = evaluations.collect::<Result<Vec<_>, Error>>()?;
    let staged = Staged::file(&output)?;

    console.note(format_args!("quantizing {} with {} texts", folder.display(), texts.len()));
    let mut progress = Stages::new(console);
    let started = Instant::now();
    let refused = |error| match error {
        // The message already names the file.
        QuantizeError::Checkpoint(error) => Error::Checkpoint(error),
        source => Error::Quantize { folder: folder.clone(), source: Box::new(source) },
    };
    let recipe = Recipe::default();
    let recipe = Recipe { softmax: arguments.softmax.unwrap_or(recipe.softmax), ..recipe };
    let (model, report) = ibert_quantize::quantize(&checkpoint, &texts, &recipe, &mut progress).map_err(refused)?;
    let seconds = started.elapsed().as_secs_f64();
    let mut evaluated = Vec::with_capacity(evaluations.len());
    if !evaluations.is_empty() {
        let encoder = reference::FloatEncoder::new(checkpoint.config.clone(), &checkpoint.weights()?);
        progress.begin("comparing embeddings", evaluations.len());
        for (path, texts) in evaluations {
            let evaluation = evaluate(&model, &encoder, &texts).map_err(refused)?;
            evaluated.push(Evaluated { path: path.clone(), evaluation });
            progress.advance(1);
        }
    }
    progress.finish();
    write(&model, staged)?;

    console.report(&Quantized {
        bytes: fs::metadata(&output).map_or(0, |metadata| metadata.len()),
        model: output,
        architecture: model.config.architecture.clone(),
        imported,
        calibration_texts: texts.len(),
        seconds,
        report,
        evaluations: evaluated,
    });
    Ok(Verdict::Done)
}

/// Folder of the checkpoint and file of the model. For a name, both are in the cache.
fn places(arguments: &QuantizeArguments) -> Result<(PathBuf, PathBuf), Error> {
    let argument = &arguments.checkpoint;
    let named = SOURCES.iter().find(|source| argument == Path::new(source.name)).filter(|_| !argument.exists());
    let output = arguments.output.clone();
    match (named, output) {
        (Some(source), output) => Ok((fetched(source)?, output.map_or_else(|| in_cache(source), Ok)?)),
        (None, Some(output)) => Ok((argument.clone(), output)),
        (None, None) if argument.is_dir() => Err(Error::NoOutput { folder: argument.clone() }),
        (None, None) => Err(CheckpointError::NotAFolder { path: argument.clone() }.into()),
    }
}

/// Folder of a fetched checkpoint.
pub(super) fn fetched(source: &Source) -> Result<PathBuf, Error> {
    let folder = fetch::path(source)?;
    if folder.is_dir() { Ok(folder) } else { Err(Error::NotFetched { name: source.name, folder }) }
}

/// Path of the model in the cache; creates the folder.
pub(super) fn in_cache(source: &Source) -> Result<PathBuf, Error> {
    let path = fetch::model_path(source)?;
    if let Some(folder) = path.parent() {
        cache::create_writable(folder)?;
    }
    Ok(path)
}

/// Calibration texts of the arguments, else the built-in ones; empty for an import without a tokenizer.
fn calibration(arguments: &QuantizeArguments, checkpoint: &Checkpoint) -> Result<Vec<Tokens>, Error> {
    match &arguments.calibration {
        Some(path) => tokens(path, checkpoint),
        None if !checkpoint.needs_calibration() && checkpoint.tokenizer_definition().is_none() => Ok(Vec::new()),
        None => builtin_texts(checkpoint),
    }
}

/// Built-in calibration texts, without those longer than the model allows.
pub(super) fn builtin_texts(checkpoint: &Checkpoint) -> Result<Vec<Tokens>, Error> {
    let (tokenizer, limit) = (checkpoint.tokenizer()?, checkpoint.config.max_tokens());
    let encode = |(index, text): (usize, &str)| {
        let place = format!("built-in calibration text {}", index + 1);
        tokenizer.encode(text).map_err(|source| Error::Tokenize { place, source })
    };
    let fits = |tokens: &Result<Tokens, Error>| tokens.as_ref().map_or(true, |tokens| tokens.len() <= limit);
    CALIBRATION.lines().enumerate().map(encode).filter(fits).collect()
}

fn tokens(path: &Path, checkpoint: &Checkpoint) -> Result<Vec<Tokens>, Error> {
    let tokenizer = checkpoint.tokenizer()?;
    let limit = checkpoint.config.max_tokens();
    input::lines(path, "texts, one per line")?.into_iter().map(|line| tokenize(&tokenizer, line, limit)).collect()
}

fn tokenize(tokenizer: &Tokenizer, line: Line, limit: usize) -> Result<Tokens, Error> {
    let tokens =
        tokenizer.encode(&line.text).map_err(|source| Error::Tokenize { place: line.place.clone(), source })?;
    match tokens.len() {
        tokens if tokens > limit => {
            Err(Error::Encode { place: line.place, source: EncodeError::TooLong { tokens, limit } })
        }
        _ => Ok(tokens),
    }
}

/// Writes the model and publishes the file.
pub(super) fn write(model: &IntegerModel, staged: Staged) -> Result<(), Error> {
    model.write(staged.path()).map_err(|error| Error::WriteModel(Box::new(error)))?;
    Ok(staged.publish()?)
}

/// One progress bar per stage.
pub(super) struct Stages<'a> {
    console: &'a Console,
    bar: ProgressBar,
}

impl<'a> Stages<'a> {
    pub(super) fn new(console: &'a Console) -> Self {
        Self { console, bar: ProgressBar::hidden() }
    }

    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Stages<'_> {
    fn begin(&mut self, stage: &'static str, total: usize) {
        self.bar.finish_and_clear();
        self.console.note(stage);
        self.bar = self.console.progress(total as u64);
        self.bar.set_message(stage);
    }

    fn advance(&mut self, steps: usize) {
        self.bar.inc(steps as u64);
    }
}

impl console::Report for Quantized {
    /// Writes the table of tensors, then the model file and its error against fp32.
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.report)?;
        let saturated: u64 = self.report.saturation.values().sum();
        let how = if self.imported { "imported" } else { "quantized" };
        let megabytes = self.bytes as f64 / 1e6;
        writeln!(out, "{how} in {:.1} s, {saturated} values saturated", self.seconds)?;
        writeln!(out, "{}  ({megabytes:.1} MB)", self.model.display())?;
        for Evaluated { path, evaluation } in &self.evaluations {
            let (texts, mean, min) = (evaluation.texts.len(), evaluation.mean, evaluation.min);
            writeln!(out, "{}: {texts} texts, cosine to fp32 mean {mean:.4}, min {min:.4}", path.display())?;
        }
        Ok(())
    }
}
