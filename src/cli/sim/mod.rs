//! `ibert sim`: an encoder on the accelerator's RTL, every value against the golden encoder.

mod page;
mod report;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ibert::fetch::{self, SOURCES};
use ibert::staging::Staged;
use ibert_compile::cycles::{ArrayCycles, Cause, EngineCycles, predict};
use ibert_compile::{Layers, compile_with, layer_work, optimize};
use ibert_cosim::accelerator::{Accelerator, Agreement, ProgressCallback, RunOptions, Verified, Wave, verify};
use ibert_golden::encoder::Sequence;
use ibert_golden::model::IntegerModel;
use ibert_kit::toolchain;
use ibert_quantize::checkpoint::Checkpoint;
use ibert_quantize::layer_errors;
use ibert_sim::{AxiTiming, BuildOptions, Trace};

pub(super) use self::report::Simulated;

use self::report::{Counters, Described, LayerErrors};
use super::Verdict;
use super::arguments::{MemoryArguments, SimArguments};
use super::console::Console;
use super::error::Error;
use super::{model_file, quantize, sequence, timeline};

/// Cycles of waves before and after a value that differs.
const AROUND: u64 = 200;

pub(super) fn run(arguments: &SimArguments, console: &Console) -> Result<Verdict, Error> {
    let (path, model) = model_file::read(&arguments.model)?;
    let wave = wave(arguments)?;
    let sequence = sequence::sequence(&path, &model, &arguments.sequence)?;
    let layers = sequence::layers(&path, &model, arguments.layers)?;
    let html = arguments.html.as_deref().map(Staged::file).transpose()?;
    let configuration = arguments.config.hardware();
    let choices = optimize(&model, configuration, &sequence, layers, arguments.memory.timing())
        .map_err(|error| Error::Schedule(Box::new(error)))?;
    let compiled = compile_with(&model, configuration, &sequence, layers, &choices)
        .map_err(|error| Error::Schedule(Box::new(error)))?;
    let layer_errors = errors(arguments, &model, &sequence, compiled.layers)?;
    let MemoryArguments { latency, beat } = arguments.memory;
    let timing =
        AxiTiming { read_latency: latency, write_latency: latency, cycles_per_beat: beat, stall_seed: arguments.stall };
    let prediction = ibert_cosim::accelerator::memory_timing(&timing)
        .map(|timing| predict(&compiled.program, compiled.image.program, &configuration, timing))
        .transpose()
        .map_err(Error::Cycles)?;
    // Checked before a minute of building: without random pauses of memory, the length is known.
    if let (Some(from), Some(prediction)) = (arguments.from, &prediction) {
        within(from, prediction.cycles)?;
    }
    let spinner = console.lengthy(format_args!(
        "building the accelerator of configuration {} in Verilator, if it is not in the cache",
        configuration.name
    ));
    let trace = wave.as_ref().map_or(Trace::None, Wave::trace);
    let build = BuildOptions { trace, ..toolchain::build_options() };
    let accelerator = Accelerator::build(compiled.configuration, &build).map_err(Error::Accelerator)?;
    spinner.finish_and_clear();
    // With random pauses of memory, an estimate: twice the busy cycles of the array.
    let expected = prediction.as_ref().map_or(2 * compiled.macs / (configuration.side.pow(2) as u64), |it| it.cycles);
    let bar = console.progress(expected);
    bar.set_message("cycles simulated");
    if bar.is_hidden() {
        console.step(format_args!("simulating about {expected} cycles, {} instructions", compiled.program.len()));
    }
    let progress = ProgressCallback(Arc::new({
        let bar = bar.clone();
        move |cycles| bar.set_position(cycles)
    }));
    let options = RunOptions { timing, wave, progress: Some(progress), ..RunOptions::default() };
    let verified = verify(&accelerator, &model, &sequence, &compiled, &options)
        .map_err(|source| Error::verify(path.display(), source))?;
    bar.finish_and_clear();
    let Verified { observed, values, different, tensors, first } = verified;
    arguments.from.map_or(Ok(()), |from| within(from, observed.cycles))?;
    let first = first.map(|difference| {
        let timeline = observed.timeline.get(difference.instruction).copied().unwrap_or_default();
        let disassembled = compiled.program.get(difference.instruction).map_or_else(String::new, ToString::to_string);
        let text = difference.to_string();
        let replay = replay(arguments, difference.cycle);
        Described { difference, text, disassembled, start: timeline.start, retire: timeline.retire, replay }
    });
    let agreement = prediction.as_ref().map(|prediction| Agreement::new(&compiled.program, prediction, &observed));
    let exact = agreement.as_ref().is_none_or(Agreement::is_exact);
    let seen = observed.to_prediction(prediction.as_ref());
    let parts = timeline::layers(&compiled, &seen);
    let array: ArrayCycles = parts.iter().copied().sum();
    let library = accelerator.library();
    let report = Simulated {
        input: input(arguments, &model),
        model: path,
        config: configuration.name,
        tokens: compiled.tokens,
        layers: compiled.layers,
        latency,
        cycles_per_beat: beat,
        stall_seed: arguments.stall,
        instructions: compiled.program.len(),
        cycles: observed.cycles,
        predicted_cycles: prediction.as_ref().map(|prediction| prediction.cycles),
        cycle_mismatches: agreement.as_ref().map(|agreement| agreement.mismatches),
        first_mismatch: agreement.and_then(|agreement| agreement.first.or(agreement.counters)),
        busy: array.busy,
        stalls: Cause::ALL.into_iter().map(|cause| (cause.name(), array[cause])).collect(),
        engines: Counters {
            observed: by_name(observed.engines),
            predicted: prediction.as_ref().map(|prediction| by_name(prediction.engines)),
        },
        utilization: compiled.macs as f64 / (configuration.side.pow(2) as f64 * observed.cycles as f64),
        values,
        different,
        tensors,
        first,
        layer_errors,
        simulated_hz: observed.cycles as f64 / observed.seconds,
        seconds: observed.seconds,
        build_seconds: library.build_seconds(),
        build_cached: library.was_cached(),
        verilator: library.verilator().to_owned(),
        wave_view: options.wave.as_ref().map(Wave::view),
        wave_surfer: options.wave.as_ref().map(Wave::surfer),
        wave: options.wave.map(|wave| wave.path),
        wave_origin_ns: Wave::CYCLE_NS * observed.first_cycle,
        html: arguments.html.clone(),
    };
    if let (Some(staged), Some(path)) = (html, &arguments.html) {
        let work = layer_work(&compiled, arguments.memory.timing());
        let page = page::Run {
            name: &arguments.model,
            report: &report,
            compiled: &compiled,
            seen: &seen,
            parts: &parts,
            work: &work,
        };
        page.write(prediction.as_ref(), path, staged)?;
    }
    console.report(&report);
    Ok(if different == 0 && exact { Verdict::Equal } else { Verdict::Different })
}

/// Checks that waves from cycle `from` on show a part of the program.
fn within(from: u64, cycles: u64) -> Result<(), Error> {
    if from < cycles { Ok(()) } else { Err(Error::WaveAfterEnd { from, cycles }) }
}

fn by_name(engines: [EngineCycles; 4]) -> BTreeMap<&'static str, EngineCycles> {
    ibert_isa::Engine::ALL.map(|engine| engine.name()).into_iter().zip(engines).collect()
}

/// Description of the input, for the report.
fn input(arguments: &SimArguments, model: &IntegerModel) -> String {
    match (&arguments.sequence.text, &arguments.sequence.ids) {
        (Some(text), _) => text.clone(),
        (_, Some(ids)) => format!("token ids of {}", ids.display()),
        _ if model.tokenizer.is_some() => "a built-in text".to_owned(),
        _ => "arbitrary token ids".to_owned(),
    }
}

/// Error of the hidden states against fp32, if a checkpoint is named or the cache holds that of the named model.
fn errors(
    arguments: &SimArguments,
    model: &IntegerModel,
    sequence: &Sequence,
    layers: usize,
) -> Result<Option<LayerErrors>, Error> {
    let Some(folder) = checkpoint(arguments)? else { return Ok(None) };
    let checkpoint = Checkpoint::open(&folder)?;
    let refused = |source| Error::Quantize { folder: folder.clone(), source: Box::new(source) };
    let layers = layer_errors(model, &checkpoint.config, &checkpoint.weights()?, sequence, layers).map_err(refused)?;
    Ok(Some(LayerErrors { checkpoint: folder, layers }))
}

fn checkpoint(arguments: &SimArguments) -> Result<Option<PathBuf>, Error> {
    let named = |path: &Path| SOURCES.iter().find(|source| path == Path::new(source.name)).filter(|_| !path.exists());
    match &arguments.checkpoint {
        Some(path) => named(path).map_or_else(|| Ok(path.clone()), quantize::fetched).map(Some),
        None => {
            let folder = named(&arguments.model).map(fetch::path).transpose()?;
            Ok(folder.filter(|folder| folder.is_dir()))
        }
    }
}

/// Waves that the arguments request.
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

/// Command that reruns the same program and writes the waves around a cycle.
fn replay(arguments: &SimArguments, cycle: u64) -> String {
    let SimArguments { model, config, sequence, layers, memory: MemoryArguments { latency, beat }, stall, .. } =
        arguments;
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
    if let Some(Layers::First(layers)) = layers {
        command += &format!(" --layers {layers}");
    }
    command += &format!(" --latency {latency} --beat {beat}");
    if let Some(seed) = stall {
        command += &format!(" --stall {seed}");
    }
    command + &format!(" --wave difference.vcd --from {} --to {}", cycle.saturating_sub(AROUND), cycle + AROUND)
}
