//! `ibert demo`: real sentences through a real integer-only encoder, one of them through the accelerator's RTL.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ibert::fetch::{self, MINILM};
use ibert::staging::Staged;
use ibert_compile::{Layers, compile, for_model};
use ibert_cosim::accelerator::{Accelerator, RunOptions, verify};
use ibert_cosim::units::RtlError;
use ibert_golden::encoder::{Encoder, Hidden, Sequence};
use ibert_golden::model::IntegerModel;
use ibert_kit::toolchain;
use ibert_quantize::checkpoint::Checkpoint;
use ibert_quantize::text::cosine;
use ibert_quantize::{Evaluation, Recipe, evaluate, reference};
use ibert_sim::{Compiler, Verilator};
use schemars::JsonSchema;
use serde::Serialize;

use super::Verdict;
use super::arguments::ConfigurationName;
use super::console::{Console, Report};
use super::error::Error;
use super::model_file;
use super::quantize::{Stages, builtin_texts, in_cache, write};

/// Three pairs of sentences that mean nearly the same.
const SENTENCES: [&str; 6] = [
    "A cat is sleeping on the warm windowsill.",
    "The kitten naps where the sun comes in.",
    "Interest rates were raised for the third time this year.",
    "The central bank has made borrowing more expensive again.",
    "How do I replace the battery of this phone?",
    "Instructions for changing a phone's battery.",
];

/// Configuration of the accelerator that runs the first sentence.
const CONFIGURATION: ConfigurationName = ConfigurationName::Base;

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Demo {
    /// Integer model file.
    model: PathBuf,
    /// Sentences encoded.
    sentences: [&'static str; 6],
    /// Comparison of the sentence embeddings with fp32.
    evaluation: Evaluation,
    /// Run of the first sentence on the accelerator.
    rtl: Hardware,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Hardware {
    /// Name of the accelerator configuration.
    config: &'static str,
    /// Array side N.
    side: usize,
    /// Version of Verilator.
    verilator: String,
    /// Build time of Verilator and the C++ compiler in seconds, of this run or of the cached build.
    build_seconds: f64,
    /// Whether the simulation was already built.
    cached: bool,
    /// Number of tokens of the sentence.
    tokens: usize,
    /// Number of encoder layers.
    layers: usize,
    /// Number of useful multiply-accumulates of the encoder.
    macs: u64,
    /// Number of instructions of the program.
    instructions: usize,
    /// Cycles of the program.
    cycles: u64,
    /// Simulation time in seconds.
    seconds: f64,
    /// Number of values compared.
    values: usize,
    /// Number of values that differ.
    different: usize,
    /// Whether the sentence embeddings of the accelerator and of the golden encoder are bit-exact.
    same_embedding: bool,
}

pub(super) fn run(console: &Console) -> Result<Verdict, Error> {
    // Missing tools are reported before anything is downloaded.
    Verilator::find_in(&toolchain::search()).and_then(|_| Compiler::find()).map_err(RtlError::from)?;
    let folder = checkpoint(console)?;
    let checkpoint = Checkpoint::open(&folder)?;
    let path = quantized(&checkpoint, console)?;
    let (path, model) = model_file::read(&path)?;

    console.step("encoding six sentences in integers and in fp32");
    let refused = |source| Error::Quantize { folder: folder.clone(), source: Box::new(source) };
    let tokens = ibert_quantize::tokenize(&checkpoint.tokenizer()?, &SENTENCES).map_err(refused)?;
    let original = reference::FloatEncoder::new(checkpoint.config.clone(), &checkpoint.weights()?);
    let evaluation = evaluate(&model, &original, &tokens).map_err(refused)?;

    let rtl = hardware(&model, &Sequence::new(tokens[0].ids.clone()), console)?;
    let equal = rtl.different == 0 && rtl.same_embedding;
    console.report(&Demo { model: path, sentences: SENTENCES, evaluation, rtl });
    Ok(if equal { Verdict::Equal } else { Verdict::Different })
}

/// Returns the folder of the checkpoint; downloads it the first time.
fn checkpoint(console: &Console) -> Result<PathBuf, Error> {
    console.step("looking for all-MiniLM-L6-v2 in the cache, else downloading it (90 MB)");
    let spinner = console.spinner();
    let fetched = fetch::fetch(&MINILM, |step| spinner.set_message(step.to_owned()));
    spinner.finish_and_clear();
    Ok(fetched?.path)
}

/// Returns the integer model file in the cache; quantizes it the first time.
fn quantized(checkpoint: &Checkpoint, console: &Console) -> Result<PathBuf, Error> {
    let path = in_cache(&MINILM)?;
    if !path.is_file() {
        console.step("quantizing it to integers, calibrated with 48 sentences");
        let texts = builtin_texts(checkpoint)?;
        let staged = Staged::file(&path)?;
        let mut progress = Stages::new(console);
        let quantized = ibert_quantize::quantize(checkpoint, &texts, &Recipe::default(), &mut progress);
        progress.finish();
        let folder = checkpoint.directory().to_owned();
        let (model, _) = quantized.map_err(|source| Error::Quantize { folder, source: Box::new(source) })?;
        write(&model, staged)?;
    }
    Ok(path)
}

/// Runs a sentence through all layers on the accelerator in Verilator.
fn hardware(model: &IntegerModel, sequence: &Sequence, console: &Console) -> Result<Hardware, Error> {
    let configuration = CONFIGURATION.hardware();
    let side = configuration.side;
    console.step(format_args!("building the accelerator with a {side}×{side} array in Verilator"));
    let accelerator =
        Accelerator::build(for_model(configuration, model), &toolchain::build_options()).map_err(Error::Accelerator)?;
    console.step("running sentence 1 on it, all layers, and comparing every value with the golden encoder");
    let compiled =
        compile(model, configuration, sequence, Layers::All).map_err(|error| Error::Schedule(Box::new(error)))?;
    let verified = verify(&accelerator, model, sequence, &compiled, &RunOptions::default())
        .map_err(|source| Error::verify("sentence 1", source))?;
    let refused = |source| Error::Encode { place: "sentence 1".into(), source };
    let golden = Encoder::new(model).run(sequence).map_err(refused)?;
    let read = Hidden::of(model, compiled.hidden(&verified.observed.memory));
    let library = accelerator.library();
    Ok(Hardware {
        config: configuration.name,
        side,
        verilator: library.verilator().to_owned(),
        build_seconds: library.build_seconds(),
        cached: library.was_cached(),
        tokens: compiled.tokens,
        layers: compiled.layers,
        macs: compiled.macs,
        instructions: compiled.program.len(),
        cycles: verified.observed.cycles,
        seconds: verified.observed.seconds,
        values: verified.values,
        different: verified.different,
        same_embedding: read.mean_pooled(sequence) == golden.mean_pooled(sequence),
    })
}

impl Report for Demo {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "all-MiniLM-L6-v2 with integers only: {}", Path::display(&self.model))?;
        writeln!(out)?;
        for (index, (text, compared)) in self.sentences.iter().zip(&self.evaluation.texts).enumerate() {
            writeln!(out, "{:>3}  {text:<58}  cosine to fp32 {:.4}", index + 1, compared.cosine)?;
        }
        writeln!(out, "{:>63}  mean {:.4}, min {:.4}", "", self.evaluation.mean, self.evaluation.min)?;
        writeln!(out)?;
        writeln!(out, "How similar the sentences are: integers, and fp32 in parentheses")?;
        write!(out, "   ")?;
        (1..=self.sentences.len()).try_for_each(|number| write!(out, "{number:>16}"))?;
        writeln!(out)?;
        for (index, row) in self.evaluation.texts.iter().enumerate() {
            write!(out, "{:>3}", index + 1)?;
            for column in &self.evaluation.texts {
                let (integer, fp32) = (cosine(&row.integer, &column.integer), cosine(&row.fp32, &column.fp32));
                write!(out, "{integer:>8.3} {:>7}", format!("({fp32:.3})"))?;
            }
            writeln!(out)?;
        }
        writeln!(out)?;
        self.rtl.write_text(out)
    }
}

impl Hardware {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Hardware { config, side, tokens, layers, macs, instructions, cycles, .. } = self;
        writeln!(out, "Sentence 1 on the accelerator's RTL, configuration {config}, a {side}×{side} array:")?;
        writeln!(
            out,
            "  {tokens} tokens, {layers} layers, {macs} multiply-accumulates in {instructions} instructions"
        )?;
        let when = if self.cached { "built before" } else { "built now" };
        writeln!(
            out,
            "  Verilator {}, {when} in {:.1} s; simulated in {:.1} s",
            self.verilator, self.build_seconds, self.seconds
        )?;
        writeln!(out, "  {cycles} cycles")?;
        writeln!(out, "  {} values, {} differ", self.values, self.different)?;
        let embedding = if self.same_embedding { "is" } else { "differs from" };
        writeln!(out, "  its embedding {embedding} the golden encoder's")
    }
}
