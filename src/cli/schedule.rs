//! `ibert schedule`: compiles a program for the accelerator and predicts its cycles.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use ibert_compile::cycles::{ArrayCycles, Cause, predict};
use ibert_compile::{Compiled, Layers, Work, compile_with, layer_work, optimize};
use ibert_golden::encoder::{Encoder, Sequence};
use ibert_golden::model::IntegerModel;
use schemars::JsonSchema;
use serde::Serialize;

use super::Verdict;
use super::arguments::ScheduleArguments;
use super::console::{Console, Report};
use super::error::Error;
use super::timeline::{self, Timed};
use super::{model_file, sequence, unit};

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Scheduled {
    /// Integer model file.
    model: PathBuf,
    /// Name of the accelerator configuration.
    config: &'static str,
    /// Tokens of the sequence.
    tokens: usize,
    /// Memory latency in cycles.
    latency: u32,
    /// Cycles per beat of the memory bus.
    cycles_per_beat: u32,
    /// Number of instructions of the program.
    instructions: usize,
    /// Number of useful multiply-accumulates of the encoder.
    macs: u64,
    /// Predicted cycles of the program, split into busy cycles and stall causes.
    #[serde(flatten)]
    array: Array,
    /// Array utilization: useful multiply-accumulates divided by those possible in the cycles.
    utilization: f64,
    /// Share of the cycles in which the array computes padding: rows past the last token.
    padding: f64,
    /// Cycles of each layer; they sum to those of the program.
    layers: Vec<Array>,
    /// Size of all on-chip memories in bytes.
    sram_bytes: usize,
    /// Size of program, weights, constants and activations in external memory, in bytes.
    dram_bytes: usize,
    /// Compilation time in seconds.
    seconds: f64,
    /// Part of `seconds` spent on scheduling decisions, in seconds.
    optimize_seconds: f64,
    /// Prediction time in seconds.
    predict_seconds: f64,
    /// Files written: trace, page, memory image.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    files: Vec<PathBuf>,
    #[serde(skip)]
    listing: Option<String>,
}

/// Cycles of the program or of a layer; in each, the array is busy or stalled.
#[derive(Debug, Serialize, JsonSchema)]
struct Array {
    /// Total cycles.
    cycles: u64,
    /// Cycles in which the array takes operands.
    busy: u64,
    /// Cycles in which the array waits, by stall cause; together with `busy` they sum to `cycles`.
    stalls: BTreeMap<&'static str, u64>,
    /// Cycles of work of each engine.
    work: Work,
    /// Lower bound on the cycles: the work of the busiest engine.
    bound: u64,
}

impl Array {
    fn new(cycles: u64, parts: &ArrayCycles, work: Work) -> Self {
        let stalls = Cause::ALL.into_iter().map(|cause| (cause.name(), parts[cause])).collect();
        Array { cycles, busy: parts.busy, stalls, work, bound: work.bound() }
    }

    /// Writes one line: cycles, work, excess over the bound, and what the array waits for.
    fn write_line(&self, name: &str, out: &mut dyn Write) -> io::Result<()> {
        let Array { cycles, work: Work { matrix, vector, read, write }, bound, stalls, .. } = self;
        let above = 100.0 * (*cycles as f64 / *bound as f64 - 1.0);
        let stalls = stalls.iter().filter(|(_, cycles)| **cycles > 0);
        let stalls: Vec<String> = stalls.map(|(cause, cycles)| format!("{cause} {cycles}")).collect();
        let limit = self.work.limit();
        writeln!(
            out,
            "{name:>5} {cycles:>11} {matrix:>11} {vector:>11} {read:>11} {write:>9}  {limit:<6} {above:>7.2} %  {}",
            stalls.join(", ")
        )
    }
}

pub(super) fn run(arguments: &ScheduleArguments, console: &Console) -> Result<Verdict, Error> {
    if let (Some(trace), Some(html)) = (&arguments.trace, &arguments.html)
        && trace == html
    {
        return Err(Error::SameFile { path: trace.clone() });
    }
    let (path, model) = model_file::read(&arguments.model)?;
    let sequence = sequence::sequence(&path, &model, &arguments.sequence)?;
    let layers = sequence::layers(&path, &model, arguments.layers)?;
    let started = Instant::now();
    let configuration = arguments.config.hardware();
    let timing = arguments.memory.timing();
    let choices =
        optimize(&model, configuration, &sequence, layers, timing).map_err(|error| Error::Schedule(Box::new(error)))?;
    let optimize_seconds = started.elapsed().as_secs_f64();
    let compiled = compile_with(&model, configuration, &sequence, layers, &choices)
        .map_err(|error| Error::Schedule(Box::new(error)))?;
    let seconds = started.elapsed().as_secs_f64();
    let Compiled { program, image, macs, .. } = &compiled;

    let started = Instant::now();
    let prediction = predict(program, image.program, &configuration, timing).map_err(Error::Cycles)?;
    let predict_seconds = started.elapsed().as_secs_f64();
    let timed = Timed { compiled: &compiled, prediction: &prediction };
    let parts = timeline::layers(&compiled, &prediction);
    timeline::trace(arguments, &timed)?;
    timeline::page(arguments, &model, &sequence, &timed, timing)?;
    let mut files: Vec<PathBuf> = arguments.trace.iter().chain(&arguments.html).cloned().collect();
    if let Some(folder) = &arguments.image {
        files.extend(package(folder, &path, model, &sequence, &compiled, layers)?);
    }
    let array: ArrayCycles = parts.iter().copied().sum();
    let work = layer_work(&compiled, timing);
    let a_cycle = (configuration.side * configuration.side) as u64;
    let share = |macs: u64| macs as f64 / (a_cycle * prediction.cycles) as f64;
    console.report(&Scheduled {
        model: path,
        config: configuration.name,
        tokens: compiled.tokens,
        latency: arguments.memory.latency,
        cycles_per_beat: arguments.memory.beat,
        instructions: program.len(),
        macs: *macs,
        utilization: share(*macs),
        padding: share(array.busy * a_cycle - macs),
        array: Array::new(prediction.cycles, &array, work.iter().copied().sum()),
        layers: parts.iter().zip(work).map(|(part, work)| Array::new(part.total(), part, work)).collect(),
        sram_bytes: configuration.sram_bytes(),
        dram_bytes: image.bytes.len(),
        seconds,
        optimize_seconds,
        predict_seconds,
        files,
        listing: arguments.listing.then(|| compiled.listing(Some(&prediction))),
    });
    Ok(Verdict::Done)
}

/// Writes the files for a driver, with the hidden state after the compiled layers, and returns their paths.
fn package(
    folder: &Path,
    path: &Path,
    model: IntegerModel,
    sequence: &Sequence,
    compiled: &Compiled,
    layers: Layers,
) -> Result<Vec<PathBuf>, Error> {
    let model = match layers {
        Layers::All => model,
        Layers::First(layers) => model.first_layers(layers),
    };
    let refused = |source| Error::Encode { place: path.display().to_string(), source };
    let expected = Encoder::new(&model).run(sequence).map_err(refused)?;
    unit::write(folder, &compiled.package(&expected))
}

impl Report for Scheduled {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if let Some(listing) = &self.listing {
            out.write_all(listing.as_bytes())?;
        }
        let Scheduled { config, tokens, instructions, macs, sram_bytes, dram_bytes, .. } = self;
        let Array { cycles, busy, .. } = &self.array;
        let rows = sequence::rows(*tokens, config);
        writeln!(out, "{tokens} tokens{rows}, {} layers, configuration {config}", self.layers.len())?;
        writeln!(out, "{instructions} instructions for {macs} multiply-accumulates")?;
        writeln!(out, "{dram_bytes} bytes in memory, {sram_bytes} bytes on chip")?;
        let pace = match self.cycles_per_beat {
            1 => String::new(),
            cycles => format!(", {cycles} cycles a beat"),
        };
        writeln!(out, "{cycles} cycles with a memory that answers after {} cycles{pace}", self.latency)?;
        let percent = |share: f64| format!("{:6.2} %", 100.0 * share);
        let of_all = |part: u64| percent(part as f64 / *cycles as f64);
        writeln!(out, "  {:12} {:>12} {}", "array busy", busy, of_all(*busy))?;
        writeln!(out, "    {:24}{} with products that are needed", "", percent(self.utilization))?;
        if self.padding > 0.0 {
            writeln!(out, "    {:24}{} with those of padding", "", percent(self.padding))?;
        }
        let stalls = Cause::ALL.map(|cause| (cause, self.array.stalls[cause.name()]));
        for (cause, part) in stalls.into_iter().filter(|(_, part)| *part > 0) {
            writeln!(out, "  {:12} {part:>12} {}  it waits {}", cause.name(), of_all(part), cause.meaning())?;
        }
        writeln!(
            out,
            "{:>5} {:>11} {:>11} {:>11} {:>11} {:>9}  {:<6} {:>9}  array waits for",
            "layer", "cycles", "matrix", "vector", "read", "write", "limit", "above"
        )?;
        for (index, layer) in self.layers.iter().enumerate() {
            layer.write_line(&index.to_string(), out)?;
        }
        self.array.write_line("all", out)?;
        self.files.iter().try_for_each(|file| writeln!(out, "{}", file.display()))
    }
}
