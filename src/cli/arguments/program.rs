//! The commands that make a program of a model and a sequence: `schedule` and `sim`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use clap::builder::TypedValueParser;
use ibert_compile::Layers;
use ibert_compile::cycles::MemoryTiming;

use super::{ConfigurationName, wave_file};

/// The sequence that a program is compiled for: of a text, of token ids, or so many tokens of a built-in text
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct SequenceArguments {
    /// Tokens of the sequence: the first N of the text or ids [default: all of them]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..).map(usize::from))]
    pub(crate) tokens: Option<usize>,
    /// The text [default, with --tokens: a built-in one]
    #[arg(long, value_name = "T")]
    pub(crate) text: Option<String>,
    /// A file of token ids instead: one line, separated by spaces or commas
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    pub(crate) ids: Option<PathBuf>,
}

/// The memory behind the AXI bus, where it does not pause at random.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct MemoryArguments {
    /// Cycles that memory takes to answer
    #[arg(long, value_name = "CYCLES", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) latency: u32,
    /// Cycles from a beat of the bus, N bytes, to the next: 2 for half the bandwidth
    #[arg(long, value_name = "CYCLES", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) beat: u32,
}

impl MemoryArguments {
    /// For the cycle model.
    pub(crate) fn timing(self) -> MemoryTiming {
        let [latency, cycles_per_beat] = [self.latency, self.beat].map(u64::from);
        MemoryTiming { read_latency: latency, write_latency: latency, cycles_per_beat }
    }
}

/// Compile an encoder into a program for the accelerator
///
/// Says how many instructions it has, what it takes in memory, how many cycles it will run and what the array waits for in them; or which memory of the
/// configuration is too small and by how much. docs/machine.md says what the instructions do, docs/cycle-model.md how cycles are predicted.
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
    /// The accelerator: tiny 4x4, small 8x8, base 16x16, large 32x32
    #[arg(long, value_name = "C")]
    pub(crate) config: ConfigurationName,
    #[command(flatten)]
    pub(crate) sequence: SequenceArguments,
    /// Only the first layers [default: all]
    #[arg(long, value_name = "L", value_parser = clap::value_parser!(u16).range(1..).map(first))]
    pub(crate) layers: Option<Layers>,
    #[command(flatten)]
    pub(crate) memory: MemoryArguments,
    /// Print every instruction: the cycles in which it will start and retire, and what it computes
    #[arg(long)]
    pub(crate) listing: bool,
    /// Write the timeline for Perfetto (ui.perfetto.dev) or chrome://tracing
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// Write a page: timeline, what the array waits for in each layer, how few cycles the work would take, beside a simple schedule
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write for a driver: image.bin, what memory holds before the start; ibert_program.h, where program and result are; expected.bin, the
    /// last hidden state that the golden encoder computes
    #[arg(short = 'o', long, value_name = "DIR")]
    pub(crate) image: Option<PathBuf>,
}

/// Run an encoder on the accelerator's RTL in Verilator, and compare every value with the golden encoder
///
/// Compiles the program, writes it with weights and embeddings into simulated memory, starts it, waits for the interrupt. Compares every word that
/// an engine writes: sums, queries, keys, values, probabilities, contexts, LayerNorm inputs, hidden states; and the cycle in which each instruction starts and
/// retires with the cycle model, unless memory pauses at random (--stall). The accelerator is built once and cached.
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
    /// The accelerator: tiny 4x4, small 8x8, base 16x16, large 32x32
    #[arg(long, value_name = "C")]
    pub(crate) config: ConfigurationName,
    #[command(flatten)]
    pub(crate) sequence: SequenceArguments,
    /// Only the first layers [default: all]
    #[arg(long, value_name = "L", value_parser = clap::value_parser!(u16).range(1..).map(first))]
    pub(crate) layers: Option<Layers>,
    #[command(flatten)]
    pub(crate) memory: MemoryArguments,
    /// Random pauses on every channel of the memory bus
    #[arg(long, value_name = "SEED")]
    pub(crate) stall: Option<u64>,
    /// Write the waves to a file .fst or .vcd, and beside them their view for GTKWave (.gtkw) and Surfer (.sucl) with files of names. All
    /// cycles, if not said otherwise: large
    #[arg(long, value_name = "FILE", value_parser = wave_file)]
    pub(crate) wave: Option<PathBuf>,
    /// Write a page: what was compared, cycles predicted and observed, the timeline, the error behind each layer against fp32
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// The checkpoint that the model was made of, to compare hidden states with in fp32 [default: for `minilm` the one in the cache]
    #[arg(long, value_name = "DIR")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// First cycle of the waves; the program begins in cycle 0 [default: the reset before it]
    #[arg(long, value_name = "CYCLE", requires = "wave")]
    pub(crate) from: Option<u64>,
    /// Cycle before which the waves end [default: the program's end]
    #[arg(long, value_name = "CYCLE", requires = "wave")]
    pub(crate) to: Option<u64>,
}

/// The first `layers` layers; the parser refuses 0.
fn first(layers: u16) -> Layers {
    NonZeroUsize::new(layers.into()).map_or(Layers::All, Layers::First)
}
