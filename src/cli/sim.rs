//! `ibert sim`: an encoder on the accelerator's RTL, every value against the golden encoder.

use std::io::{self, Write};
use std::path::PathBuf;

use ibert::accelerator::{Accelerator, Agreement, RunOptions, Verified, Wave, verify};
use ibert::comparison::Difference;
use ibert::schedule::compile;
use ibert::schedule::cycles::{MemoryTiming, predict};
use ibert_sim::{AxiTiming, BuildOptions, Trace};
use schemars::JsonSchema;
use serde::Serialize;

use super::Verdict;
use super::arguments::SimArguments;
use super::console::{Console, Report};
use super::error::Error;
use super::{model_file, sequence};

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Simulated {
    /// The integer model.
    model: PathBuf,
    /// The configuration.
    config: &'static str,
    /// Tokens of the sequence.
    tokens: usize,
    /// Encoder layers.
    layers: usize,
    /// Instructions of the program.
    instructions: usize,
    /// Cycles from the start to the end of the program.
    cycles: u64,
    /// The same as the cycle model says; none if memory pauses at random.
    predicted_cycles: Option<u64>,
    /// Instructions that started or retired in another cycle than predicted.
    cycle_mismatches: Option<usize>,
    /// The first of them, or the counters that differ, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_mismatch: Option<String>,
    /// MACs needed by MACs that the array could do in the time.
    utilization: f64,
    /// Values compared.
    values: usize,
    /// How many of them differ.
    different: usize,
    /// The first difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<Described>,
    /// Simulated clock rate.
    simulated_hz: f64,
    /// Time that the simulation took.
    seconds: f64,
    /// Time that building it took, now or when it was built.
    build_seconds: f64,
    /// It was built before.
    build_cached: bool,
    /// Version of Verilator.
    verilator: String,
    /// The wave file that was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    wave: Option<PathBuf>,
    /// When cycle 0 is in waves.
    wave_origin_ns: u64,
}

/// A difference, and the instruction behind it.
#[derive(Debug, Serialize, JsonSchema)]
struct Described {
    #[serde(flatten)]
    difference: Difference,
    /// Where and what, as text.
    #[serde(skip)]
    text: String,
    /// The instruction.
    disassembled: String,
    /// Cycle in which it started.
    start: u64,
    /// Cycle in which it retired.
    retire: u64,
    /// The command that writes the waves of the cycles around.
    replay: String,
}

/// Cycles of waves before and after a value that differs.
const AROUND: u64 = 200;

/// Nanoseconds of a cycle in waves.
const TIME_OF_A_CYCLE: u64 = 10;

pub(super) fn run(arguments: &SimArguments, console: &Console) -> Result<Verdict, Error> {
    let (path, model) = model_file::read(&arguments.model)?;
    let wave = wave(arguments)?;
    let sequence = sequence::sequence(&path, &model, &arguments.sequence)?;
    let layers = sequence::layers(&path, &model, arguments.layers)?;
    let configuration = arguments.config.hardware();
    let compiled = compile(&model, configuration, &sequence, layers).map_err(Error::Schedule)?;
    console.note(format_args!("{} instructions; building the accelerator in Verilator", compiled.program.len()));
    let trace = wave.as_ref().map_or(Trace::None, Wave::trace);
    let build = BuildOptions { trace, ..BuildOptions::default() };
    let accelerator = Accelerator::build(configuration, &build).map_err(Error::Accelerator)?;
    console.note(format_args!("running the program"));
    let (read_latency, stall_seed) = (arguments.latency, arguments.stall);
    let timing = AxiTiming { read_latency, write_latency: read_latency, stall_seed, ..AxiTiming::default() };
    let options = RunOptions { timing, wave, ..RunOptions::default() };
    let verified = verify(&accelerator, &model, &sequence, &compiled, &options)
        .map_err(|source| Error::verify(path.display(), source))?;
    let Verified { observed, values, different, first } = verified;
    if let Some(from) = arguments.from.filter(|from| *from >= observed.cycles) {
        return Err(Error::WaveAfterEnd { from, cycles: observed.cycles });
    }
    let first = first.map(|difference| {
        let timeline = observed.timeline.get(difference.instruction).copied().unwrap_or_default();
        let disassembled = compiled.program.get(difference.instruction).map_or_else(String::new, ToString::to_string);
        let text = difference.to_string();
        let replay = replay(arguments, difference.cycle);
        Described { difference, text, disassembled, start: timeline.start, retire: timeline.retire, replay }
    });
    let prediction = MemoryTiming::of(&timing)
        .map(|timing| predict(&compiled.program, compiled.image.program, &configuration, timing))
        .transpose()
        .map_err(Error::Cycles)?;
    let agreement = prediction.as_ref().map(|prediction| Agreement::new(&compiled.program, prediction, &observed));
    let exact = agreement.as_ref().is_none_or(Agreement::is_exact);
    let library = accelerator.library();
    console.report(&Simulated {
        model: path,
        config: configuration.name,
        tokens: compiled.tokens,
        layers: compiled.layers,
        instructions: compiled.program.len(),
        cycles: observed.cycles,
        predicted_cycles: prediction.map(|prediction| prediction.cycles),
        cycle_mismatches: agreement.as_ref().map(|agreement| agreement.mismatches),
        first_mismatch: agreement.and_then(|agreement| agreement.first.or(agreement.counters)),
        utilization: compiled.macs as f64 / (configuration.side.pow(2) as f64 * observed.cycles as f64),
        values,
        different,
        first,
        simulated_hz: observed.cycles as f64 / observed.seconds,
        seconds: observed.seconds,
        build_seconds: library.build_seconds(),
        build_cached: library.was_cached(),
        verilator: library.verilator().to_owned(),
        wave: options.wave.map(|wave| wave.path),
        wave_origin_ns: TIME_OF_A_CYCLE * observed.first_cycle,
    });
    Ok(if different == 0 && exact { Verdict::Equal } else { Verdict::Different })
}

/// The waves asked for.
fn wave(arguments: &SimArguments) -> Result<Option<Wave>, Error> {
    let Some(path) = arguments.wave.clone() else { return Ok(None) };
    let cycles = match (arguments.from, arguments.to) {
        (None, None) => None,
        (from, to) => {
            let (from, to) = (from.unwrap_or_default(), to.unwrap_or(u64::MAX));
            if to <= from {
                return Err(Error::EmptyWave { from, to });
            }
            Some(from..to)
        }
    };
    Ok(Some(Wave { path, cycles }))
}

/// The command that runs the same program again and writes the waves around a cycle.
fn replay(arguments: &SimArguments, cycle: u64) -> String {
    let SimArguments { model, config, sequence, layers, latency, stall, .. } = arguments;
    let config = config.hardware().name;
    let mut command = format!("ibert sim {} --config {config}", model.display());
    if let Some(tokens) = sequence.tokens {
        command += &format!(" --tokens {tokens}");
    }
    if let Some(text) = &sequence.text {
        command += &format!(" --text {text:?}");
    }
    if let Some(ids) = &sequence.ids {
        command += &format!(" --ids {}", ids.display());
    }
    if let Some(layers) = layers {
        command += &format!(" --layers {layers}");
    }
    command += &format!(" --latency {latency}");
    if let Some(seed) = stall {
        command += &format!(" --stall {seed}");
    }
    command + &format!(" --wave difference.vcd --from {} --to {}", cycle.saturating_sub(AROUND), cycle + AROUND)
}

impl Report for Simulated {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Simulated { config, tokens, layers, instructions, cycles, utilization, .. } = self;
        writeln!(out, "{tokens} tokens, {layers} layers on configuration {config}: {instructions} instructions")?;
        let build = if self.build_cached { "built before" } else { "built" };
        writeln!(
            out,
            "  Verilator {}, {build} in {:.1} s; {:.1} s of simulation, {:.0} kHz",
            self.verilator,
            self.build_seconds,
            self.seconds,
            self.simulated_hz / 1e3
        )?;
        writeln!(out, "  {cycles} cycles, array busy with needed products {:.1} % of them", 100.0 * utilization)?;
        if let Some(Described { difference, text, disassembled, start, retire, replay }) = &self.first {
            writeln!(out, "  first difference: {text}")?;
            writeln!(out, "    written in cycle {} by instruction {}:", difference.cycle, difference.instruction)?;
            writeln!(out, "    {disassembled}")?;
            writeln!(out, "    which started in cycle {start} and retired in cycle {retire}; the waves around it:")?;
            writeln!(out, "    {replay}")?;
        }
        writeln!(out, "  {} values, {} differ", self.values, self.different)?;
        match (self.predicted_cycles, self.cycle_mismatches) {
            (Some(predicted), Some(mismatches)) => writeln!(
                out,
                "  {predicted} cycles predicted; {mismatches} of {instructions} instructions start or retire in another cycle"
            )?,
            _ => writeln!(out, "  cycles not compared with the prediction: memory pauses at random")?,
        }
        if let Some(first) = &self.first_mismatch {
            writeln!(out, "  {first}")?;
        }
        match &self.wave {
            Some(wave) => {
                writeln!(out, "  {}: cycle c is at ({} + {TIME_OF_A_CYCLE} c) ns", wave.display(), self.wave_origin_ns)
            }
            None => Ok(()),
        }
    }
}
