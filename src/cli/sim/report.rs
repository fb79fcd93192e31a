//! Report of `ibert sim`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use ibert_compile::cycles::EngineCycles;
use ibert_compile::scoreboard::{Mismatch, Tally};
use ibert_cosim::accelerator::Wave;
use ibert_quantize::LayerError;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::console::Report;
use crate::cli::sequence;

#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::cli) struct Simulated {
    /// Integer model file.
    pub(super) model: PathBuf,
    /// Text, file of token ids, or description of the built-in input if neither is given.
    pub(super) input: String,
    /// Name of the accelerator configuration.
    pub(super) config: &'static str,
    /// Tokens of the sequence.
    pub(super) tokens: usize,
    /// Number of encoder layers run.
    pub(super) layers: usize,
    /// Memory latency in cycles.
    pub(super) latency: u32,
    /// Cycles per beat of the memory bus.
    pub(super) cycles_per_beat: u32,
    /// Seed of the random pauses of memory; none without pauses.
    pub(super) stall_seed: Option<u64>,
    /// Number of instructions of the program.
    pub(super) instructions: usize,
    /// Cycles from the start to the end of the program.
    pub(super) cycles: u64,
    /// Cycles predicted by the cycle model; none if memory pauses at random.
    pub(super) predicted_cycles: Option<u64>,
    /// Number of instructions that started or retired in another cycle than predicted.
    pub(super) cycle_mismatches: Option<usize>,
    /// First instruction with a cycle mismatch, or the counters that differ, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_mismatch: Option<String>,
    /// Cycles in which the array takes operands.
    pub(super) busy: u64,
    /// Cycles in which the array waits, by stall cause; together with `busy` they sum to `cycles`.
    pub(super) stalls: BTreeMap<&'static str, u64>,
    /// Hardware counters of each engine.
    pub(super) engines: Counters,
    /// Array utilization: useful multiply-accumulates divided by those possible in the cycles.
    pub(super) utilization: f64,
    /// Number of values compared.
    pub(super) values: usize,
    /// Number of values that differ.
    pub(super) different: usize,
    /// Values compared and different, by tensor.
    pub(super) tensors: BTreeMap<String, Tally>,
    /// First value that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first: Option<Described>,
    /// Error of the hidden states against fp32, if there is a checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) layer_errors: Option<LayerErrors>,
    /// Simulated clock cycles per second.
    pub(super) simulated_hz: f64,
    /// Simulation time in seconds.
    pub(super) seconds: f64,
    /// Build time of the simulation in seconds, of this run or of the cached build.
    pub(super) build_seconds: f64,
    /// Whether the simulation was already built.
    pub(super) build_cached: bool,
    /// Version of Verilator.
    pub(super) verilator: String,
    /// Wave file written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) wave: Option<PathBuf>,
    /// GTKWave save file: the signals in groups and decoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) wave_view: Option<PathBuf>,
    /// Surfer command file: the signals in groups and decoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) wave_surfer: Option<PathBuf>,
    /// Time of cycle 0 in the waves, in nanoseconds.
    pub(super) wave_origin_ns: u64,
    /// HTML page written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) html: Option<PathBuf>,
}

/// A value that differs, and the instruction that wrote it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Described {
    #[serde(flatten)]
    pub(super) difference: Mismatch,
    /// Place and values of the difference, as text.
    #[serde(skip)]
    pub(super) text: String,
    /// Instruction that wrote the value, disassembled.
    pub(super) disassembled: String,
    /// Cycle in which the instruction started.
    pub(super) start: u64,
    /// Cycle in which the instruction retired.
    pub(super) retire: u64,
    /// Command that writes the waves around the instruction.
    pub(super) replay: String,
}

/// Counters of each engine.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Counters {
    /// Counters read from the hardware.
    pub(super) observed: BTreeMap<&'static str, EngineCycles>,
    /// Counters predicted by the cycle model; none if memory pauses at random.
    pub(super) predicted: Option<BTreeMap<&'static str, EngineCycles>>,
}

/// Error of the hidden states against fp32, after the embeddings and after each layer.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct LayerErrors {
    /// Folder of the checkpoint.
    pub(super) checkpoint: PathBuf,
    /// Errors in order of execution.
    pub(super) layers: Vec<LayerError>,
}

impl Report for Simulated {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Simulated { config, tokens, layers, instructions, cycles, utilization, .. } = self;
        let rows = sequence::rows(*tokens, config);
        writeln!(out, "{tokens} tokens{rows}, {layers} layers on configuration {config}: {instructions} instructions")?;
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
            writeln!(
                out,
                "    which started in cycle {start} and retired in cycle {retire}; the waves around it, and their view:"
            )?;
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
        if let Some(LayerErrors { checkpoint, layers }) = &self.layer_errors {
            let percent = |layer: Option<&LayerError>| 100.0 * layer.map_or(0.0, |layer| layer.relative_error);
            let [first, last] = [layers.first(), layers.last()].map(percent);
            writeln!(
                out,
                "  hidden states against fp32 of {}: {first:.2} % off after the embeddings, {last:.2} % after the last layer",
                checkpoint.display()
            )?;
        }
        if let (Some(wave), Some(view), Some(surfer)) = (&self.wave, &self.wave_view, &self.wave_surfer) {
            let (wave, view, surfer) = (wave.display(), view.display(), surfer.display());
            let (origin, cycle) = (self.wave_origin_ns, Wave::CYCLE_NS);
            writeln!(out, "  {wave}: cycle c is at ({origin} + {cycle} c) ns; to look at it, with names for values:")?;
            writeln!(out, "    gtkwave {wave} {view}")?;
            writeln!(out, "    surfer --command-file {surfer} {wave}")?;
        }
        match &self.html {
            Some(page) => writeln!(out, "  {}: the page of this run", page.display()),
            None => Ok(()),
        }
    }
}
