//! What `ibert sim` reports.

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
    /// The integer model.
    pub(super) model: PathBuf,
    /// The text, the file of token ids, or what is encoded where neither is given.
    pub(super) input: String,
    /// The configuration.
    pub(super) config: &'static str,
    /// Tokens of the sequence.
    pub(super) tokens: usize,
    /// Encoder layers.
    pub(super) layers: usize,
    /// Cycles that memory takes to answer.
    pub(super) latency: u32,
    /// Cycles from a beat of the memory bus to the next.
    pub(super) cycles_per_beat: u32,
    /// Of the random pauses of memory.
    pub(super) stall_seed: Option<u64>,
    /// Instructions of the program.
    pub(super) instructions: usize,
    /// Cycles from the start to the end of the program.
    pub(super) cycles: u64,
    /// The same as the cycle model says; none if memory pauses at random.
    pub(super) predicted_cycles: Option<u64>,
    /// Instructions that started or retired in another cycle than predicted.
    pub(super) cycle_mismatches: Option<usize>,
    /// The first of them, or the counters that differ, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_mismatch: Option<String>,
    /// Cycles in which the array takes operands.
    pub(super) busy: u64,
    /// Cycles in which it waits, by cause; with the busy ones they sum to `cycles`.
    pub(super) stalls: BTreeMap<&'static str, u64>,
    /// The hardware's counters of each engine.
    pub(super) engines: Counters,
    /// MACs needed by MACs that the array could do in the time.
    pub(super) utilization: f64,
    /// Values compared.
    pub(super) values: usize,
    /// How many of them differ.
    pub(super) different: usize,
    /// The same by tensor.
    pub(super) tensors: BTreeMap<String, Tally>,
    /// The first difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first: Option<Described>,
    /// Hidden states against fp32, if there is a checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) layer_errors: Option<LayerErrors>,
    /// Simulated clock rate.
    pub(super) simulated_hz: f64,
    /// Time that the simulation took.
    pub(super) seconds: f64,
    /// Time that building it took, now or when it was built.
    pub(super) build_seconds: f64,
    /// It was built before.
    pub(super) build_cached: bool,
    /// Version of Verilator.
    pub(super) verilator: String,
    /// The wave file that was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) wave: Option<PathBuf>,
    /// The GTKWave save file that shows its signals in groups and decoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) wave_view: Option<PathBuf>,
    /// The Surfer command file that does the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) wave_surfer: Option<PathBuf>,
    /// When cycle 0 is in waves.
    pub(super) wave_origin_ns: u64,
    /// The page that was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) html: Option<PathBuf>,
}

/// A difference, and the instruction behind it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Described {
    #[serde(flatten)]
    pub(super) difference: Mismatch,
    /// Where and what, as text.
    #[serde(skip)]
    pub(super) text: String,
    /// The instruction.
    pub(super) disassembled: String,
    /// Cycle in which it started.
    pub(super) start: u64,
    /// Cycle in which it retired.
    pub(super) retire: u64,
    /// The command that writes the waves of the cycles around.
    pub(super) replay: String,
}

/// Counters of each engine.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Counters {
    /// As read from the hardware.
    pub(super) observed: BTreeMap<&'static str, EngineCycles>,
    /// As the cycle model says; none if memory pauses at random.
    pub(super) predicted: Option<BTreeMap<&'static str, EngineCycles>>,
}

/// Hidden states against fp32, behind the embeddings and behind each layer.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct LayerErrors {
    /// The checkpoint's folder.
    pub(super) checkpoint: PathBuf,
    /// In order of execution.
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
                "  hidden states against fp32 of {}: {first:.2} % off behind the embeddings, {last:.2} % behind the last layer",
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
