//! Arguments of the commands that compile a program from a model and a sequence: `schedule` and `sim`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use clap::builder::TypedValueParser;
use ibert_compile::Layers;
use ibert_compile::cycles::MemoryTiming;

use super::{ConfigurationName, wave_file};

/// Sequence that a program is compiled for: a text, token ids, or N tokens of a built-in text
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct SequenceArguments {
    /// Length of the sequence: the first N tokens of the text or ids [default: all]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..).map(usize::from))]
    pub(crate) tokens: Option<usize>,
    /// Text to encode [default with --tokens: a built-in text]
    #[arg(long, value_name = "T")]
    pub(crate) text: Option<String>,
    /// File of token ids, separated by spaces or commas on one line, instead of a text
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    pub(crate) ids: Option<PathBuf>,
}

/// Timing of the memory on the AXI bus, without random pauses.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct MemoryArguments {
    /// Memory latency in cycles
    #[arg(long, value_name = "CYCLES", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) latency: u32,
    /// Cycles per bus beat of N bytes; 2 halves the bandwidth
    #[arg(long, value_name = "CYCLES", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) beat: u32,
}

impl MemoryArguments {
    /// Timing parameters of the cycle model.
    pub(crate) fn timing(self) -> MemoryTiming {
        let [latency, cycles_per_beat] = [self.latency, self.beat].map(u64::from);
        MemoryTiming { read_latency: latency, write_latency: latency, cycles_per_beat }
    }
}

/// Compile an encoder into a program for the accelerator
///
/// Prints the number of instructions, the memory used, the predicted cycles and what the array waits for; or which
/// memory of the configuration is too small and by how much. docs/machine.md describes the instructions,
/// docs/cycle-model.md the prediction of cycles.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ibert schedule minilm --config base --tokens 32
  ibert schedule tiny.safetensors --config tiny --tokens 8 --layers 1 --listing
  ibert schedule minilm --config base --text 'A cat sleeps.' --image program
  ibert schedule minilm --config base --tokens 32 --html timeline.html")]
pub(crate) struct ScheduleArguments {
    /// Integer model file, or `minilm`
    #[arg(value_name = "MODEL")]
    pub(crate) model: PathBuf,
    /// Accelerator configuration: tiny 4x4, small 8x8, base 16x16, large 32x32
    #[arg(long, value_name = "C")]
    pub(crate) config: ConfigurationName,
    #[command(flatten)]
    pub(crate) sequence: SequenceArguments,
    /// Number of layers, from the first [default: all]
    #[arg(long, value_name = "L", value_parser = clap::value_parser!(u16).range(1..).map(first))]
    pub(crate) layers: Option<Layers>,
    #[command(flatten)]
    pub(crate) memory: MemoryArguments,
    /// Print every instruction: predicted start and retirement cycle, and what it computes
    #[arg(long)]
    pub(crate) listing: bool,
    /// Write the timeline for Perfetto (ui.perfetto.dev) or chrome://tracing
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// Write an HTML page: timeline, stall causes per layer and lower bound on cycles, compared with a simple schedule
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write the files for a driver: image.bin, the memory content before the start; ibert_program.h, the addresses of
    /// program and result; expected.bin, the last hidden state of the golden encoder
    #[arg(short = 'o', long, value_name = "DIR")]
    pub(crate) image: Option<PathBuf>,
}

/// Run an encoder on the accelerator's RTL in Verilator, and compare every value with the golden encoder
///
/// Compiles the program, writes it with weights and embeddings into simulated memory, starts it and waits for the
/// interrupt. Compares every word that an engine writes: accumulators, queries, keys, values, probabilities, contexts,
/// LayerNorm inputs, hidden states. Without random pauses of memory (--stall), also compares the cycle in which each
/// instruction starts and retires with the cycle model. The accelerator is built once and cached.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ibert sim minilm --config base --tokens 32
  ibert sim minilm --config base --tokens 32 --html run.html
  ibert sim tiny.safetensors --config tiny --tokens 8 --stall 7 --wave tiny.fst")]
pub(crate) struct SimArguments {
    /// Integer model file, or `minilm`
    #[arg(value_name = "MODEL")]
    pub(crate) model: PathBuf,
    /// Accelerator configuration: tiny 4x4, small 8x8, base 16x16, large 32x32
    #[arg(long, value_name = "C")]
    pub(crate) config: ConfigurationName,
    #[command(flatten)]
    pub(crate) sequence: SequenceArguments,
    /// Number of layers, from the first [default: all]
    #[arg(long, value_name = "L", value_parser = clap::value_parser!(u16).range(1..).map(first))]
    pub(crate) layers: Option<Layers>,
    #[command(flatten)]
    pub(crate) memory: MemoryArguments,
    /// Pause every channel of the memory bus at random, from this seed
    #[arg(long, value_name = "SEED")]
    pub(crate) stall: Option<u64>,
    /// Write the waves to a .fst or .vcd file, and next to it views for GTKWave (.gtkw) and Surfer (.sucl) with files
    /// of names. Records all cycles unless --from and --to limit them: a large file
    #[arg(long, value_name = "FILE", value_parser = wave_file)]
    pub(crate) wave: Option<PathBuf>,
    /// Write an HTML page: values compared, cycles predicted and observed, timeline, error against fp32 after each
    /// layer
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Checkpoint that the model was made from, to compare hidden states with fp32 [default for `minilm`: in the cache]
    #[arg(long, value_name = "DIR")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// First cycle of the waves; the program starts in cycle 0 [default: the reset before the program]
    #[arg(long, value_name = "CYCLE", requires = "wave")]
    pub(crate) from: Option<u64>,
    /// Cycle after the last cycle of the waves [default: end of the program]
    #[arg(long, value_name = "CYCLE", requires = "wave")]
    pub(crate) to: Option<u64>,
}

/// The first `layers` layers; the parser refuses 0.
fn first(layers: u16) -> Layers {
    NonZeroUsize::new(layers.into()).map_or(Layers::All, Layers::First)
}
