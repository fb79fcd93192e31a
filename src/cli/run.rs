//! `ibert run`: the integer encoder on texts or token ids.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use ibert::dump::Dump;
use ibert_compile::{Layers, compile, for_model};
use ibert_cosim::accelerator::{Accelerator, RunOptions};
use ibert_golden::encoder::{EncodeError, Encoder, Hidden, Recording, Sequence, Unobserved};
use ibert_golden::model::IntegerModel;
use ibert_kit::toolchain;
use ibert_quantize::text::cosine;
use schemars::JsonSchema;
use serde::Serialize;

use super::Verdict;
use super::arguments::{ConfigurationName, EngineName, RunArguments, RunInput};
use super::console::{Console, Report};
use super::error::Error;
use super::input::{self, Line};
use super::{model_file, sequence};

/// One input, ready to run.
struct Input {
    line: Line,
    sequence: Sequence,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Run {
    /// Integer model file.
    model: PathBuf,
    /// Engine: `golden` or `rtl`.
    engine: &'static str,
    /// Number of tokens of all inputs.
    tokens: usize,
    /// Time in the encoder, in seconds.
    seconds: f64,
    /// Cycles of the accelerator for all inputs.
    #[serde(skip_serializing_if = "Option::is_none")]
    cycles: Option<u64>,
    /// Inputs in the order given.
    inputs: Vec<Described>,
    #[serde(flatten)]
    result: Outcome,
    /// File of intermediate tensors.
    #[serde(skip_serializing_if = "Option::is_none")]
    dump: Option<PathBuf>,
    /// LayerNorm variances saturated to 32 bits; 0 if well calibrated. The accelerator reports at most 1 per input.
    saturated_variances: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Described {
    /// Text, for an input given as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Token ids of the input.
    ids: Vec<u32>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum Outcome {
    Embeddings {
        /// Sentence embeddings `[inputs][channels]`, L2 norm 1.
        embeddings: Vec<Vec<f32>>,
    },
    Hidden {
        /// Last hidden states `[inputs][tokens][channels]`, integers.
        hidden: Vec<Vec<Vec<i16>>>,
        /// Real value of the integer 1: one scale per channel, or one for all channels.
        scale: Vec<f64>,
    },
}

pub(super) fn run(arguments: &RunArguments, console: &Console) -> Result<Verdict, Error> {
    let (path, model) = model_file::read(&arguments.model)?;
    let texts = arguments.input.ids.is_none();
    let inputs = if texts { tokenize(&path, &model, &arguments.input)? } else { parse_ids(&arguments.input)? };
    if let Some(dump) = &arguments.dump {
        let files = [Some(&path), arguments.input.texts.as_ref(), arguments.input.ids.as_ref()];
        input::distinct(dump, files.into_iter().flatten().map(PathBuf::as_path))?;
    }
    let mut dump = arguments.dump.as_deref().map(Dump::create).transpose()?;

    let encode = engine(arguments, &model, console)?;
    let progress = console.progress(inputs.len() as u64);
    progress.set_message("encoding");
    let started = Instant::now();
    let mut states = Vec::with_capacity(inputs.len());
    let mut cycles = None;
    for (index, input) in inputs.iter().enumerate() {
        console.note(format_args!("{}: {} tokens", input.line.place, input.sequence.ids.len()));
        let place = &input.line.place;
        states.push(match (&encode, &mut dump) {
            (Encode::Golden(encoder), None) => encoder.run(&input.sequence).map_err(refused(place))?,
            (Encode::Golden(encoder), Some(dump)) => {
                let mut recording = Recording::default();
                let hidden = encoder.run_observed(&input.sequence, &mut recording).map_err(refused(place))?;
                let prefix = if inputs.len() == 1 { String::new() } else { format!("{index}/") };
                dump.add(&prefix, recording);
                hidden
            }
            (Encode::Rtl(accelerator), _) => {
                let (hidden, taken) = on_rtl(accelerator, &model, input)?;
                *cycles.get_or_insert(0) += taken;
                hidden
            }
        });
        progress.inc(1);
    }
    let seconds = started.elapsed().as_secs_f64();
    progress.finish_and_clear();
    dump.map(Dump::publish).transpose()?;

    console.report(&Run {
        model: path,
        engine: if cycles.is_some() { "rtl" } else { "golden" },
        tokens: inputs.iter().map(|input| input.sequence.ids.len()).sum(),
        seconds,
        cycles,
        saturated_variances: states.iter().map(|state| state.saturated_variances).sum(),
        result: if texts { embeddings(&inputs, &states) } else { hidden(states) },
        inputs: inputs.into_iter().map(|input| input.described(texts)).collect(),
        dump: arguments.dump.clone(),
    });
    Ok(Verdict::Done)
}

/// Engine that computes hidden states.
enum Encode<'m> {
    Golden(Encoder<'m>),
    Rtl(Accelerator),
}

fn engine<'m>(arguments: &RunArguments, model: &'m IntegerModel, console: &Console) -> Result<Encode<'m>, Error> {
    match (arguments.engine, arguments.config) {
        (EngineName::Golden, None) => Ok(Encode::Golden(Encoder::new(model))),
        (EngineName::Golden, Some(_)) => Err(Error::GoldenConfiguration),
        (EngineName::Rtl, _) if arguments.dump.is_some() => Err(Error::RtlDump),
        (EngineName::Rtl, config) => {
            let configuration = config.unwrap_or(ConfigurationName::Base).hardware();
            let spinner = console.lengthy(format_args!(
                "building the accelerator of configuration {} in Verilator, if it is not in the cache",
                configuration.name
            ));
            let accelerator = Accelerator::build(for_model(configuration, model), &toolchain::build_options());
            spinner.finish_and_clear();
            accelerator.map(Encode::Rtl).map_err(Error::Accelerator)
        }
    }
}

/// Computes the hidden state of an input on the accelerator; also returns the cycles.
fn on_rtl(accelerator: &Accelerator, model: &IntegerModel, input: &Input) -> Result<(Hidden, u64), Error> {
    let sequence = &input.sequence;
    let compiled = compile(model, *accelerator.configuration(), sequence, Layers::All)
        .map_err(|error| Error::Schedule(Box::new(error)))?;
    let observed = accelerator.run(&compiled, &RunOptions::default(), &mut ()).map_err(Error::Accelerator)?;
    // The host computes the embeddings.
    let embedded = Encoder::new(model).embed(sequence, &mut Unobserved).map_err(refused(&input.line.place))?;
    let saturated_variances = embedded.saturated_variances() + usize::from(observed.variance_saturated);
    let hidden = Hidden::of(model, compiled.hidden(&observed.memory));
    Ok((Hidden { saturated_variances, ..hidden }, observed.cycles))
}

fn refused(place: &str) -> impl FnOnce(EncodeError) -> Error {
    let place = place.to_owned();
    move |source| Error::Encode { place, source }
}

fn tokenize(path: &std::path::Path, model: &IntegerModel, input: &RunInput) -> Result<Vec<Input>, Error> {
    let tokenizer = sequence::tokenizer(path, model)?;
    let lines = match &input.texts {
        Some(file) => input::lines(file, "texts, one per line")?,
        None => input.text.iter().enumerate().map(|(index, text)| argument(index, text)).collect(),
    };
    let encode = |line: Line| {
        let refused = |source| Error::Tokenize { place: line.place.clone(), source };
        let tokens = tokenizer.encode(&line.text).map_err(refused)?;
        Ok(Input { line, sequence: Sequence { ids: tokens.ids, token_types: tokens.type_ids, mask: Vec::new() } })
    };
    lines.into_iter().map(encode).collect()
}

fn argument(index: usize, text: &str) -> Line {
    Line { place: format!("text {}", index + 1), text: text.to_owned() }
}

fn parse_ids(input: &RunInput) -> Result<Vec<Input>, Error> {
    let Some(file) = &input.ids else { return Ok(Vec::new()) };
    let lines = input::lines(file, "sequences of token ids, one per line")?;
    lines.into_iter().map(|line| Ok(Input { sequence: Sequence::new(input::token_ids(&line)?), line })).collect()
}

fn embeddings(inputs: &[Input], states: &[Hidden]) -> Outcome {
    let pooled = inputs.iter().zip(states).map(|(input, state)| state.mean_pooled(&input.sequence));
    Outcome::Embeddings { embeddings: pooled.collect() }
}

fn hidden(states: Vec<Hidden>) -> Outcome {
    let scale = states.first().map(|state| state.scale.clone()).unwrap_or_default();
    let rows = |state: Hidden| state.values.chunks_exact(state.channels).map(<[i16]>::to_vec).collect();
    Outcome::Hidden { hidden: states.into_iter().map(rows).collect(), scale }
}

impl Input {
    fn described(self, is_text: bool) -> Described {
        Described { text: is_text.then_some(self.line.text), ids: self.sequence.ids }
    }
}

impl Report for Run {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for (index, input) in self.inputs.iter().enumerate() {
            let number = index + 1;
            match &input.text {
                Some(text) => writeln!(out, "{number:>3}  {text}  ({} tokens)", input.ids.len())?,
                None => writeln!(out, "{number:>3}  {} tokens", input.ids.len())?,
            }
        }
        match &self.result {
            Outcome::Embeddings { embeddings } => write_similarities(embeddings, out)?,
            Outcome::Hidden { .. } => writeln!(out, "The hidden states are in the output of --json.")?,
        }
        write!(out, "{} tokens in {:.3} s, engine {}", self.tokens, self.seconds, self.engine)?;
        match self.cycles {
            Some(cycles) => writeln!(out, ", {cycles} cycles")?,
            None => writeln!(out)?,
        }
        match &self.dump {
            Some(path) => writeln!(out, "intermediate tensors: {}", path.display()),
            None => Ok(()),
        }
    }
}

/// Writes the cosine similarity of each pair of embeddings.
fn write_similarities(embeddings: &[Vec<f32>], out: &mut dyn Write) -> io::Result<()> {
    if embeddings.len() < 2 {
        return writeln!(
            out,
            "The embedding is in the output of --json; with several texts their similarities are shown here."
        );
    }
    write!(out, "cosine")?;
    (1..=embeddings.len()).try_for_each(|number| write!(out, "{number:>7}"))?;
    writeln!(out)?;
    for (index, row) in embeddings.iter().enumerate() {
        write!(out, "{:>6}", index + 1)?;
        embeddings.iter().try_for_each(|column| write!(out, "{:>7.3}", cosine(row, column)))?;
        writeln!(out)?;
    }
    Ok(())
}
