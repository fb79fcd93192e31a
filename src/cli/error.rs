//! Everything that ends a command with exit status 2.

use std::io;
use std::path::PathBuf;

use ibert::cache::CacheError;
use ibert::dump::DumpError;
use ibert::fetch::FetchError;
use ibert::staging::StagingError;
use ibert_compile::ScheduleError;
use ibert_compile::cycles::CycleError;
use ibert_cosim::accelerator::{AcceleratorError, VerifyError};
use ibert_cosim::check::CheckError;
use ibert_cosim::units::RtlError;
use ibert_golden::encoder::EncodeError;
use ibert_golden::model::ModelError;
use ibert_hdl::verilog::EmitError;
use ibert_kit::synthesis::SynthesisError;
use ibert_kit::testbench::TestbenchError;
use ibert_quantize::QuantizeError;
use ibert_quantize::checkpoint::CheckpointError;
use ibert_quantize::text::TokenizeError;

use super::input::InputError;

/// What went wrong; each message names the file, tensor, line or limit, and the way out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// `fetch` failed.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// No cache folder to look into.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// A result cannot be put in its place.
    #[error(transparent)]
    Staging(#[from] StagingError),
    /// A file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// A dump cannot be written.
    #[error(transparent)]
    Dump(#[from] DumpError),
    /// A file of texts or ids is not what it should be.
    #[error(transparent)]
    Input(#[from] InputError),
    /// There is no such model file.
    #[error(
        "there is no file {}; a model is a file that `ibert quantize` or `ibert model random` wrote, or one of these in the cache: {known}",
        path.display()
    )]
    NoModel {
        /// The file.
        path: PathBuf,
        /// Models that the cache may hold.
        known: String,
    },
    /// A folder instead of a model file.
    #[error("{} is a folder; make a model of a checkpoint with: ibert quantize {} -o MODEL", path.display(), path.display())]
    ModelFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A model file that cannot be read; the message names it.
    #[error(transparent)]
    UnreadableModel(Box<ModelError>),
    /// A model file that is damaged or invalid.
    #[error("{}: {source}", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// Description of the fault.
        source: Box<ModelError>,
    },
    /// A random model that cannot be made.
    #[error(transparent)]
    Random(Box<ModelError>),
    /// A model that cannot be written.
    #[error(transparent)]
    WriteModel(Box<ModelError>),
    /// A folder that is not a usable checkpoint; the message names the file.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A checkpoint that cannot be quantized.
    #[error("{}: {source}", folder.display())]
    Quantize {
        /// Folder that was searched.
        folder: PathBuf,
        /// Cause.
        source: Box<QuantizeError>,
    },
    /// A named checkpoint that is not in the cache.
    #[error("{name} is not fetched yet (no {}); get it with: ibert fetch {name}", folder.display())]
    NotFetched {
        /// Name.
        name: &'static str,
        /// Expected path.
        folder: PathBuf,
    },
    /// A checkpoint folder, and no file for the model.
    #[error("no model file to write; add `-o MODEL` to quantize {}", folder.display())]
    NoOutput {
        /// The folder.
        folder: PathBuf,
    },
    /// Late softmax for a checkpoint that was trained with I-BERT's.
    #[error(
        "{} is an I-BERT checkpoint, trained with the paper's softmax; leave out `--softmax late`",
        folder.display()
    )]
    TrainedSoftmax {
        /// Folder of the checkpoint.
        folder: PathBuf,
    },
    /// Warnings, with `--strict`.
    #[error(
        "{count} warning{} with --strict; no model was written: leave out `--strict` to write it nevertheless",
        if *count == 1 { "" } else { "s" }
    )]
    Strict {
        /// Number of warnings.
        count: usize,
    },
    /// A named model that is not in the cache.
    #[error("{name} is not quantized yet (no {}); make it with: ibert fetch {name} && ibert quantize {name}", path.display())]
    NotQuantized {
        /// Name.
        name: &'static str,
        /// Expected path.
        path: PathBuf,
    },
    /// Texts for a model without a tokenizer.
    #[error("{} has no tokenizer; give token ids with --ids, or quantize a folder that has a tokenizer.json", path.display())]
    NoTokenizer {
        /// The model.
        path: PathBuf,
    },
    /// A text without token ids.
    #[error("{place}: {source}")]
    Tokenize {
        /// Place of the text.
        place: String,
        /// Cause.
        source: TokenizeError,
    },
    /// A sequence that the encoder rejects.
    #[error("{place}: {source}")]
    Encode {
        /// Place of the input.
        place: String,
        /// Cause.
        source: EncodeError,
    },
    /// More tokens than the model has positions, or none.
    #[error("{tokens} tokens: the model takes 1 to {longest}")]
    Length {
        /// Requested number of tokens.
        tokens: usize,
        /// The model's longest sequence.
        longest: usize,
    },
    /// The sequence has fewer tokens than requested.
    #[error("{place} has {has} tokens, fewer than --tokens {tokens}; leave --tokens out to take them all")]
    Short {
        /// The text, or the file of ids.
        place: String,
        /// Tokens available.
        has: usize,
        /// Requested number of tokens.
        tokens: usize,
    },
    /// A program is for one sequence.
    #[error("{} has {sequences} sequences, but a program takes one; write it to a file of its own", path.display())]
    Sequences {
        /// The file of ids.
        path: PathBuf,
        /// Number of sequences found.
        sequences: usize,
    },
    /// More layers than the model has.
    #[error("--layers {layers}, but {} has {has} layers", path.display())]
    Layers {
        /// The model.
        path: PathBuf,
        /// Layers available.
        has: usize,
        /// Requested number of layers.
        layers: usize,
    },
    /// Model, sequence length and configuration do not fit together.
    #[error(transparent)]
    Schedule(Box<ScheduleError>),
    /// The cycle model finds that the program would not end.
    #[error("the program would not end: {0}")]
    Cycles(CycleError),
    /// A window without a cycle.
    #[error("no cycle from {from} to before {to}: --to must be greater than --from")]
    EmptyWave {
        /// First requested cycle.
        from: u64,
        /// Cycle before which the waves were to end.
        to: u64,
    },
    /// `--from` past the end of the program.
    #[error("the waves would start in cycle {from}, but the program has {cycles} cycles; choose an earlier --from")]
    WaveAfterEnd {
        /// First requested cycle.
        from: u64,
        /// Cycles of the program.
        cycles: u64,
    },
    /// A program did not run to its end.
    #[error(transparent)]
    Accelerator(AcceleratorError),
    /// A case file is malformed, or the engine failed on it.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// `--config` without hardware.
    #[error(
        "--config names a size of the hardware, and the golden operators have none; add --engine rtl, or leave it out"
    )]
    GoldenConfiguration,
    /// `--dump` of hardware.
    #[error("--dump writes what the golden encoder computes; leave it out, or --engine rtl")]
    RtlDump,
    /// `--wave` without hardware.
    #[error("--wave records the signals of hardware, and the golden operators have none; add --engine rtl")]
    GoldenWave,
    /// Waves of no cycle.
    #[error("there are no waves: the case has no cycle {from}, or --to is not above it; choose an earlier --from")]
    NoWaves {
        /// First requested cycle.
        from: u64,
    },
    /// A hardware unit cannot be built or driven.
    #[error(transparent)]
    Rtl(#[from] RtlError),
    /// None of the files held a case that the engine can compute.
    #[error("nothing was compared: the engine can compute none of the {not_computed} cases; use --engine golden")]
    NothingCompared {
        /// Cases that the files hold.
        not_computed: usize,
    },
    /// `schema` of a command that prints no object.
    #[error("no command `ibert {name}` prints an object with --json; those that do are {known}")]
    UnknownCommand {
        /// The name given.
        name: String,
        /// The commands.
        known: String,
    },
    /// No hardware unit of that name.
    #[error("there is no unit `{name}`; units are {known}")]
    UnknownUnit {
        /// The name given.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The unit is not offered for the array of the configuration.
    #[error("{name} is not offered for an array of side {side}; sides are {known}")]
    UnknownSize {
        /// The unit.
        name: &'static str,
        /// Array side of the configuration.
        side: usize,
        /// The sides there are.
        known: String,
    },
    /// No testbench can be made.
    #[error(transparent)]
    Testbench(#[from] TestbenchError),
    /// Synthesis failed.
    #[error(transparent)]
    Synthesis(#[from] SynthesisError),
    /// The unit's Verilog cannot be made.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// Two results for one file.
    #[error("{} is named for two results; write each to its own file", path.display())]
    SameFile {
        /// The file.
        path: PathBuf,
    },
    /// A file in place of the folder for results.
    #[error("cannot write to {}: it is a file; name a folder, which is created if missing", path.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
    },
    /// A folder for results cannot be created or written.
    #[error("cannot write to {}: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// `doctor` found that the machine cannot simulate.
    #[error("not usable: {missing}; `make setup` installs what is missing")]
    ToolsMissing {
        /// Names of the required tools that are missing or too old.
        missing: String,
    },
    /// The signal handler could not be installed.
    #[error("cannot handle signals: {0}")]
    Signals(ctrlc::Error),
}

impl Error {
    /// Why a sequence of `place` could not be compared on the accelerator.
    pub(crate) fn verify(place: impl std::fmt::Display, error: VerifyError) -> Self {
        match error {
            VerifyError::Accelerator(source) => Error::Accelerator(source),
            VerifyError::Encode(source) => Error::Encode { place: place.to_string(), source },
        }
    }
}
